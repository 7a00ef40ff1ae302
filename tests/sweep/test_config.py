"""A sweep's definition is checked and comes back from JSON."""

from __future__ import annotations

import json

import pytest

from hyperstep.digest import Json, canonical_json
from hyperstep.errors import InvalidInputError
from hyperstep.policies.bandit import BanditPolicy
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.samplers.random import RandomSampler
from hyperstep.search_space.space import SearchSpace
from hyperstep.sweep.config import Limits, SweepConfig

CONFIG = SweepConfig(
    RandomSampler(SearchSpace.from_json({"z": ["uniform", [0, 1]], "a": ["choice", [[1, 2]]]}), 7),
    BanditPolicy(2, slack_factor=0.1, delay_evaluation=4),
    PrimaryMetric("accuracy", Goal.MAXIMIZE),
    Limits(20, 4, 3600.0),
)


def test_json_gives_the_same_sweep_back_even_with_sorted_keys() -> None:
    text = canonical_json(CONFIG.to_json())
    copy = SweepConfig.from_json(json.loads(text))
    assert canonical_json(copy.to_json()) == text
    assert (copy.metric, copy.limits) == (CONFIG.metric, CONFIG.limits)
    assert copy.sampler.propose(3, ()) == CONFIG.sampler.propose(3, ())


def test_limits_that_are_left_out_have_their_defaults() -> None:
    data = {**CONFIG.to_json(), "limits": {"max_total": 3, "max_concurrent": 1}}
    assert SweepConfig.from_json(data).limits == Limits(3, 1, None, 2)


@pytest.mark.parametrize(
    "limits",
    [
        {"max_total": 0},
        {"max_total": -1},
        {"max_total": 2.0},
        {"max_total": True},
        {"max_total": None},
        {"max_concurrent": 0},
        {"max_concurrent": "4"},
        {"max_duration_s": 0},
        {"max_duration_s": -1.0},
        {"max_duration_s": float("nan")},
        {"max_duration_s": float("inf")},
        {"max_duration_s": True},
        {"max_lost_attempts": -1},
        {"max_lost_attempts": 1.5},
    ],
)
def test_limits_out_of_bounds_are_refused(limits: dict[str, Json]) -> None:
    numbers: dict[str, Json] = {"max_total": 4, "max_concurrent": 2, **limits}
    with pytest.raises(InvalidInputError):
        Limits(**numbers)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError):
        SweepConfig.from_json({**CONFIG.to_json(), "limits": numbers})


@pytest.mark.parametrize(
    "part",
    [
        {"metric": {"name": "a", "goal": "upwards"}},
        {"metric": {"name": "", "goal": "maximize"}},
        {"metric": {"name": None, "goal": "maximize"}},
        {"metric": "accuracy"},
        {"policy": {"name": "Banditry"}},
        {"sampler": {"name": "RANDOM"}},
        {"limits": None},
        {"sauce": 1},
    ],
)
def test_a_part_that_breaks_its_rules_is_refused(part: dict[str, Json]) -> None:
    with pytest.raises(InvalidInputError):
        SweepConfig.from_json({**CONFIG.to_json(), **part})


def test_a_missing_part_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="sampler, policy, metric, limits"):
        SweepConfig.from_json({"metric": {"name": "a", "goal": "maximize"}})
