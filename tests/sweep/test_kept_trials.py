"""Trials that a sweep keeps from an earlier one: first in its list, and never tried again."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hyperstep import samplers
from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.policies.no_termination import NoTerminationPolicy
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.samplers.base import Point
from hyperstep.sweep.config import Limits, SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.earlier import KeepHistory, KeptTrial
from hyperstep.sweep.events import SweepStarted
from hyperstep.sweep.instructions import Instruction, LaunchTrial, RecordDecision

FINITE: dict[str, Json] = {"a": ["choice", [[1, 2, 3, 4, 5]]], "b": ["choice", [["x", "y"]]]}
ENDLESS: dict[str, Json] = {"a": ["uniform", [0, 1]], "b": ["choice", [["x", "y"]]]}
FEW: dict[str, Json] = {"a": ["qnormal", [0, 0.1, 1]], "b": ["choice", [["x"]]]}
CASES = [("GRID", FINITE), ("RANDOM", FINITE), ("RANDOM", ENDLESS), ("SOBOL", ENDLESS)]


def config(name: str, space: dict[str, Json], total: int = 6) -> SweepConfig:
    """Keeps the third and the first of the points that its own sampler proposes."""
    definition: dict[str, Json] = {"name": name, "space": space, "order": ["a", "b"]}
    sampler = samplers.from_json(definition if name == "GRID" else {**definition, "seed": 1})
    points = [sampler.propose(2, ()), sampler.propose(0, ())]
    return SweepConfig(
        sampler,
        NoTerminationPolicy(),
        PrimaryMetric("acc", Goal.MAXIMIZE),
        Limits(max_total=total, max_concurrent=total),
        keep_history=KeepHistory(),
        kept=tuple(KeptTrial(point, f"HD_{n}") for n, point in enumerate(points) if point is not None),
    )


def started(config: SweepConfig, points: list[Point]) -> tuple[list[Point], list[Instruction]]:
    controller = SweepController.replay(config, (), points)
    instructions = controller.handle(SweepStarted(at_s=0, slots=config.limits.max_concurrent))
    return [trial.point for trial in controller.trials], instructions


@pytest.mark.parametrize(("name", "space"), CASES)
def test_kept_trials_come_first_and_the_sampler_gives_the_rest_without_them(name: str, space: dict[str, Json]) -> None:
    sweep = config(name, space)
    points, instructions = started(sweep, [])
    assert points[:2] == [trial.point for trial in sweep.kept]
    assert points[2:] == [sweep.sampler.propose(index, ()) for index in (1, 3, 4, 5)]
    kinds = [i.kind for i in instructions if isinstance(i, RecordDecision)]
    assert kinds == ["keep", "keep", *["sample"] * 4]
    assert sum(isinstance(i, LaunchTrial) for i in instructions) == 6
    assert [sweep.kept_source(trial) for trial in range(3)] == ["HD_0", "HD_1", None]


@pytest.mark.parametrize("recorded", range(7))
@pytest.mark.parametrize(("name", "space"), CASES)
def test_a_sweep_that_is_taken_up_or_gone_through_again_has_the_same_points(
    name: str, space: dict[str, Json], recorded: int
) -> None:
    sweep = config(name, space)
    points, _ = started(sweep, [])
    assert started(sweep, points[:recorded])[0] == points
    if recorded >= len(sweep.kept):
        assert started(replace(sweep, kept=()), points[:recorded])[0] == points


def test_where_few_values_are_likely_points_come_again() -> None:
    points, _ = started(config("RANDOM", FEW, total=30), [])
    assert len(points) == 30


def test_a_grid_of_which_all_was_kept_is_exhausted() -> None:
    space: dict[str, Json] = {"a": ["choice", [[1, 2, 3]]], "b": ["choice", [["x"]]]}
    assert len(started(config("GRID", space), [])[0]) == 3


def test_a_config_with_kept_trials_is_read_back() -> None:
    sweep = config("RANDOM", ENDLESS)
    read = SweepConfig.from_json(sweep.to_json())
    assert (read.kept, read.keep_history, read.to_json()) == (sweep.kept, sweep.keep_history, sweep.to_json())


def test_a_default_for_the_past_is_checked_with_the_config() -> None:
    with pytest.raises(InvalidInputError, match="default for the past of 'a'"):
        replace(config("RANDOM", ENDLESS), keep_history=KeepHistory({"a": 7}))
