"""Trials are launched in list order, as many as there are slots."""

from __future__ import annotations

from collections.abc import Callable

from hyperstep.digest import Json
from hyperstep.records.status import RunStatus
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.events import MetricReported, SweepStarted, TrialEnded
from hyperstep.sweep.instructions import FinishSweep, Instruction, LaunchTrial, RecordDecision
from hyperstep.testing.simulation import Script, Simulation

MakeConfig = Callable[..., SweepConfig]


def _launched(instructions: list[Instruction]) -> list[tuple[int, int]]:
    return [(i.trial, i.attempt) for i in instructions if isinstance(i, LaunchTrial)]


def _end(trial: int, attempt: int = 0, *, lost: bool = False) -> TrialEnded:
    return TrialEnded(
        at_s=1, trial=trial, attempt=attempt, exit_code=None if lost else 0, lost=lost, metrics=("accuracy",)
    )


def test_each_launch_follows_the_decision_with_its_point(make_config: MakeConfig) -> None:
    instructions = SweepController(make_config()).handle(SweepStarted(at_s=0, slots=8))
    assert instructions == [
        RecordDecision("sample", 0, {"--x": 0}),
        LaunchTrial(0, 0, {"--x": 0}),
        RecordDecision("sample", 1, {"--x": 1}),
        LaunchTrial(1, 0, {"--x": 1}),
    ]


def test_the_machine_bounds_the_trials_at_one_time(make_config: MakeConfig) -> None:
    controller = SweepController(make_config(total=9, concurrent=5))
    assert len(_launched(controller.handle(SweepStarted(at_s=0, slots=3)))) == 3
    assert controller.running == (0, 1, 2)


def test_a_machine_without_slots_still_takes_one_trial(make_config: MakeConfig) -> None:
    assert _launched(SweepController(make_config()).handle(SweepStarted(at_s=0, slots=0))) == [(0, 0)]


def test_a_slot_that_becomes_free_takes_the_next_trial(make_config: MakeConfig) -> None:
    controller = SweepController(make_config())
    controller.handle(SweepStarted(at_s=0, slots=2))
    assert _launched(controller.handle(_end(1))) == [(2, 0)]
    assert controller.running == (0, 2)


def test_an_exhausted_space_is_decided_once_and_ends_the_sweep(make_config: MakeConfig) -> None:
    simulation = Simulation(make_config(points=3, total=10), lambda *_: Script((0.5,)))
    finish = simulation.run()
    decided = [i for i in simulation.instructions if isinstance(i, RecordDecision) and i.kind == "exhausted"]
    assert decided == [RecordDecision("exhausted", None, {"points": 3, "max_total": 10})]
    assert finish == FinishSweep(RunStatus.COMPLETED, "3 trials: 3 completed.", 0)


def test_a_new_runner_launches_no_trial_twice(make_config: MakeConfig) -> None:
    controller = SweepController(make_config(total=9, concurrent=9))
    controller.handle(SweepStarted(at_s=0, slots=2))
    assert controller.handle(SweepStarted(at_s=5, slots=2)) == []
    assert _launched(controller.handle(SweepStarted(at_s=6, slots=3))) == [(2, 0)]


def test_a_new_runner_with_fewer_slots_waits_until_enough_have_ended(make_config: MakeConfig) -> None:
    controller = SweepController(make_config(total=9, concurrent=9))
    controller.handle(SweepStarted(at_s=0, slots=3))
    controller.handle(SweepStarted(at_s=1, slots=1))
    assert [_launched(controller.handle(_end(trial))) for trial in range(3)] == [[], [], [(3, 0)]]


def test_a_lost_trial_starts_again_before_new_ones_and_its_curve_is_forgotten(make_config: MakeConfig) -> None:
    controller = SweepController(make_config())
    controller.handle(SweepStarted(at_s=0, slots=2))
    controller.handle(MetricReported(at_s=1, trial=0, attempt=0, values=(0.9, None)))
    instructions = controller.handle(_end(0, lost=True))
    cause = "its process is gone without a word"
    evidence: dict[str, Json] = {"attempt": 1, "cause": cause, "lost_attempts": 1, "max_lost_attempts": 2}
    assert instructions == [RecordDecision("retry", 0, evidence), LaunchTrial(0, 1, {"--x": 0})]
    assert controller.curve(0) == ()
    assert controller.best() is None
    assert controller.attempt_of(0) == 1
    assert controller.trials[0].unusable_values == 0


def test_a_lost_trial_waits_for_a_slot(make_config: MakeConfig) -> None:
    controller = SweepController(make_config())
    controller.handle(SweepStarted(at_s=0, slots=2))
    controller.handle(SweepStarted(at_s=1, slots=1))
    assert controller.handle(_end(0, lost=True)) == []
    assert controller.attempt_of(0) == 0
    assert controller.handle(_end(0, lost=True)) == []
    assert _launched(controller.handle(_end(1))) == [(0, 1)]
