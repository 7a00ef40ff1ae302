"""One seed gives one list of trials: at any concurrency, and a shorter sweep is the beginning of a longer one."""

from __future__ import annotations

import random

import pytest

from hyperstep import samplers
from hyperstep.digest import Json, canonical_json
from hyperstep.policies.bandit import BanditPolicy
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.samplers.base import Point
from hyperstep.sweep.config import Limits, SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.testing.simulation import Script, Simulation

SPACE: dict[str, Json] = {"a": ["choice", [list(range(10))]], "b": ["choice", [["x", "y", "z", None, 1, 1.0]]]}
SAMPLERS: dict[str, dict[str, Json]] = {
    "RANDOM": {"space": {**SPACE, "c": ["uniform", [0, 1]]}, "order": ["a", "b", "c"], "seed": 8},
    "RANDOM, finite": {"space": SPACE, "order": ["a", "b"], "seed": 8},
    "GRID": {"space": SPACE, "order": ["a", "b"]},
    "SOBOL": {"space": {**SPACE, "c": ["uniform", [0, 1]]}, "order": ["a", "b", "c"], "seed": 8},
    "SOBOL, finite": {"space": SPACE, "order": ["a", "b"], "seed": 8},
}


def _controller(sampler: str, total: int, slots: int, chance: random.Random) -> SweepController:
    """A sweep that has ended: trials of differing length, some lost or failed, some stopped, in any order."""

    def script(trial: int, attempt: int) -> Script:
        values = tuple(chance.random() for _ in range(chance.randint(1, 5)))
        return Script(values, exit_code=chance.choice([0, 0, 1]), lost=attempt == 0 and trial % 7 == 3)

    config = SweepConfig(
        samplers.from_json({"name": sampler.partition(",")[0], **SAMPLERS[sampler]}),
        BanditPolicy(slack_amount=0.3),
        PrimaryMetric("accuracy", Goal.MAXIMIZE),
        Limits(total, 16),
    )
    simulation = Simulation(config, script, slots, chance.choice)
    simulation.run()
    return simulation.controller


def _list(controller: SweepController) -> list[tuple[int, str]]:
    return [(trial.index, canonical_json(trial.point)) for trial in controller.trials]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_points_order_and_indices_are_the_same_at_any_concurrency_and_length(sampler: str) -> None:
    chance = random.Random(3)
    whole = _list(_controller(sampler, 50, 1, chance))
    assert len(whole) == 50
    for slots in (1, 2, 4, 16):
        assert _list(_controller(sampler, 50, slots, chance)) == whole
        assert _list(_controller(sampler, 25, slots, chance)) == whole[:25]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_twenty_five_and_then_twenty_five_more_are_the_first_fifty(sampler: str) -> None:
    chance = random.Random(4)
    made = samplers.from_json({"name": sampler.partition(",")[0], **SAMPLERS[sampler]})
    first: list[Point | None] = [made.propose(index, ()) for index in range(25)]
    again = samplers.from_json(made.to_json())
    both = [*first, *(again.propose(index, ()) for index in range(25, 50))]
    assert list(enumerate(map(canonical_json, both))) == _list(_controller(sampler, 50, 4, chance))
