"""Points that are chosen ahead: when, what they have seen, and that nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.sweep.test_history import Curious
from tests.sweep.test_logical_time import SLOTS, WORLDS, Life, World, configs, counts_metric

from hyperstep.digest import canonical_json
from hyperstep.policies.no_termination import NoTerminationPolicy
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.sweep.config import Limits, SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.events import PointSought, SweepEvent, SweepStarted, TrialEnded
from hyperstep.sweep.instructions import Instruction, LaunchTrial, RecordDecision
from hyperstep.testing.simulation import Script, Simulation

KINDS = ("BayesianOptimization", "RANDOM")


class Learner(Curious):
    uses_history = True


class Stopped(Curious):
    """Has one point, and then no more."""

    uses_history = True

    def propose(self, index, history):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        return super().propose(index, history) if index < 2 else None


def sweep(sampler: Curious, concurrent: int, *, total: int = 9, deterministic: bool = False) -> SweepConfig:
    metric = PrimaryMetric("loss", Goal.MINIMIZE)
    return SweepConfig(sampler, NoTerminationPolicy(), metric, Limits(total, concurrent), deterministic=deterministic)


def end(trial: int) -> TrialEnded:
    return TrialEnded(at_s=0.0, trial=trial, attempt=0, exit_code=0, metrics=("loss",))


def begun(config: SweepConfig, slots: int) -> SweepController:
    controller = SweepController(config)
    controller.handle(SweepStarted(at_s=0.0, slots=slots))
    return controller


def may_foresee(controller: SweepController) -> bool:
    return controller.may_foresee


def seek(controller: SweepController) -> list[Instruction]:
    return controller.handle(PointSought(at_s=0.0))


def test_a_slot_that_becomes_free_takes_the_point_that_was_chosen_ahead() -> None:
    sampler = Learner()
    controller = begun(sweep(sampler, 2), 2)
    assert seek(controller) == [RecordDecision("foresee", 2, {"ended": 0, "pending": 2})]
    asked = len(sampler.seen)
    launched = controller.handle(end(0))
    assert [i for i in launched if isinstance(i, LaunchTrial)] == [LaunchTrial(2, 0, {"x": 2})]
    assert len(sampler.seen) == asked == 3
    assert seek(controller) == [RecordDecision("foresee", 3, {"ended": 1, "pending": 2})]


def test_one_point_is_chosen_ahead_and_no_more() -> None:
    controller = begun(sweep(Learner(), 2), 2)
    assert may_foresee(controller)
    assert seek(controller)
    assert not may_foresee(controller)
    assert seek(controller) == []


@pytest.mark.parametrize(
    ("config", "slots"),
    [
        (sweep(Curious(), 2), 2),  # the sampler looks at nothing
        (sweep(Learner(), 2), 1),  # it would learn from each result one trial later
        (sweep(Learner(), 2, total=2), 2),  # no further trial
    ],
)
def test_nothing_is_chosen_ahead_where_that_would_not_do(config: SweepConfig, slots: int) -> None:
    controller = begun(config, slots)
    assert not may_foresee(controller)
    assert seek(controller) == []


def test_in_logical_time_a_point_is_chosen_once_the_results_that_it_rests_on_are_there() -> None:
    sampler = Learner()
    controller = begun(sweep(sampler, 2, deterministic=True), 2)
    assert may_foresee(controller)
    controller.handle(end(1))
    assert not may_foresee(controller)  # trial 3 rests on the result of trial 0
    assert seek(controller) == []
    assert len(sampler.seen) == 3
    controller.handle(end(0))
    assert may_foresee(controller)


def test_a_slot_that_is_free_is_filled_first() -> None:
    controller = SweepController(sweep(Learner(), 2))
    assert seek(controller) == []


def test_that_there_is_no_further_point_may_be_found_ahead() -> None:
    controller = begun(sweep(Stopped(), 2), 2)
    seek(controller)
    assert [i.kind for i in controller.handle(end(0)) if isinstance(i, RecordDecision)] == ["exhausted"]
    assert [i.kind for i in controller.handle(end(1)) if isinstance(i, RecordDecision)] == ["finish"]


@settings(deadline=None, max_examples=20)
@given(configs(kinds=KINDS), WORLDS.map(counts_metric), st.sampled_from(SLOTS), st.integers(1, 10**6))
def test_a_deterministic_sweep_decides_the_same_whether_points_are_chosen_ahead_or_not(
    config: SweepConfig, world: World, slots: int, seed: int
) -> None:
    plain = Life(config, replace(world, lost_after=((),)), slots=1, seed=0).live()
    ahead = Life(config, world, slots, seed)
    ahead.foresees = True
    assert ahead.live().log == plain.log
    assert not [decision for decision in ahead.decisions if decision.kind == "foresee"]


@settings(deadline=None, max_examples=20)
@given(configs(kinds=KINDS), WORLDS.map(counts_metric), st.sampled_from(SLOTS), st.booleans())
def test_a_replay_gives_the_same_points_with_or_without_the_recorded_ones(
    config: SweepConfig, world: World, slots: int, deterministic: bool
) -> None:
    config = replace(config, deterministic=deterministic)
    life = Simulation(config, world.script, slots, foresees=True)
    life.run()
    for length in range(len(life.events) + 1):
        first = SweepController(config)
        points = [_launched(first, event) for event in life.events[:length]]
        again = SweepController.replay(config, life.events[:length], [trial.point for trial in first.trials])
        assert again.state == first.state
        assert canonical_json([t.point for t in again.trials]) == canonical_json([t.point for t in first.trials])
        assert again.may_foresee == first.may_foresee or first.state.foreseen is not None
        assert sum(points) >= len(first.trials)
        if length < len(life.events):
            assert _points(again, life.events[length]) == _points(first, life.events[length])


def _launched(controller: SweepController, event: SweepEvent) -> int:
    return sum(isinstance(instruction, LaunchTrial) for instruction in controller.handle(event))


def _points(controller: SweepController, event: SweepEvent) -> str:
    launches = [i for i in controller.handle(event) if isinstance(i, LaunchTrial)]
    return canonical_json([[launch.trial, launch.point] for launch in launches])


def test_a_simulation_chooses_ahead_as_a_runner_does() -> None:
    simulation = Simulation(sweep(Learner(), 3), lambda trial, _: Script((float(trial),)), slots=3, foresees=True)
    simulation.run()
    told = [i for i in simulation.instructions if isinstance(i, RecordDecision) and i.kind == "foresee"]
    assert [decision.trial for decision in told] == [3, 4, 5, 6, 7, 8]
