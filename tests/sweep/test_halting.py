"""A sweep whose trials never log the primary metric stops launching, and says which name is nearest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hyperstep.records.status import RunStatus
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.events import MetricReported, SweepStarted, TrialEnded
from hyperstep.sweep.halting import mismatch
from hyperstep.sweep.instructions import FinishSweep, Instruction, LaunchTrial, RecordDecision
from hyperstep.testing.simulation import Script, Simulation

MakeConfig = Callable[..., SweepConfig]


def _decisions(instructions: list[Instruction], kind: str) -> list[RecordDecision]:
    return [i for i in instructions if isinstance(i, RecordDecision) and i.kind == kind]


def _launched(instructions: list[Instruction]) -> list[int]:
    return [i.trial for i in instructions if isinstance(i, LaunchTrial)]


@pytest.mark.parametrize(
    ("logged", "nearest"),
    [
        (["Accuracy", "loss"], "Accuracy"),
        (["acc", "loss"], "acc"),
        (["val_accuracy", "accurcy"], "accurcy"),
        (["loss"], None),
        ([], None),
    ],
)
def test_the_nearest_name_is_one_that_is_like_it(logged: list[str], nearest: str | None) -> None:
    assert mismatch("accuracy", logged).nearest == nearest


def test_the_first_trial_that_ends_without_the_metric_stops_new_launches(make_config: MakeConfig) -> None:
    simulation = Simulation(make_config(total=6), lambda *_: Script(metrics=("acc", "loss")))
    finish = simulation.run()
    assert _launched(simulation.instructions) == [0, 1]
    (halt,) = _decisions(simulation.instructions, "halt")
    assert halt.evidence == {"wanted": "accuracy", "logged": ["acc", "loss"], "nearest": "acc"}
    assert finish == FinishSweep(
        RunStatus.FAILED,
        "The primary metric 'accuracy' was never logged. Logged were: 'acc', 'loss'. The nearest name is 'acc'. "
        "Log it by exactly that name, or optimize one that is logged.",
        None,
    )


def test_a_script_that_logs_nothing_is_told_so(make_config: MakeConfig) -> None:
    finish = Simulation(make_config(), lambda *_: Script()).run()
    assert finish.status is RunStatus.FAILED
    assert "No metric was." in finish.reason


def test_launching_goes_on_when_a_running_trial_logs_the_metric(make_config: MakeConfig) -> None:
    simulation = Simulation(make_config(total=3), lambda *_: Script())
    simulation.feed(SweepStarted(at_s=0, slots=2))
    halted = simulation.feed(TrialEnded(at_s=1, trial=0, attempt=0, exit_code=0, metrics=("loss",)))
    assert _launched(halted) == []
    resumed = simulation.feed(MetricReported(at_s=2, trial=1, attempt=0, values=(0.5,)))
    assert len(_decisions(resumed, "resume")) == 1
    assert _launched(resumed) == [2]
    simulation.feed(TrialEnded(at_s=3, trial=2, attempt=0, exit_code=0))
    (finish,) = (
        i for i in simulation.feed(TrialEnded(at_s=4, trial=1, attempt=0, exit_code=0)) if isinstance(i, FinishSweep)
    )
    assert finish.status is RunStatus.COMPLETED
    assert finish.best == 1


def test_a_metric_that_was_logged_without_values_resumes_as_well(make_config: MakeConfig) -> None:
    simulation = Simulation(make_config(total=3), lambda *_: Script())
    simulation.feed(SweepStarted(at_s=0, slots=2))
    simulation.feed(TrialEnded(at_s=1, trial=0, attempt=0, exit_code=0))
    resumed = simulation.feed(TrialEnded(at_s=2, trial=1, attempt=0, exit_code=0, metrics=("accuracy",)))
    assert _launched(resumed) == [2]


def test_unusable_values_are_no_mismatch(make_config: MakeConfig) -> None:
    simulation = Simulation(make_config(), lambda *_: Script(values=(None, None)))
    finish = simulation.run()
    assert _decisions(simulation.instructions, "halt") == []
    assert _launched(simulation.instructions) == [0, 1, 2, 3]
    assert finish.status is RunStatus.FAILED
    assert finish.reason == (
        "No trial has a usable value of 'accuracy'. "
        "Values of 'accuracy' that were no finite numbers: 8, in trials: 4. Log it as a finite number."
    )


def test_a_trial_without_the_metric_is_no_matter_once_another_logged_it(make_config: MakeConfig) -> None:
    simulation = Simulation(make_config(), lambda trial, _: Script(values=() if trial else (0.5,)))
    finish = simulation.run()
    assert _decisions(simulation.instructions, "halt") == []
    assert finish.status is RunStatus.COMPLETED


def test_a_trial_that_fails_without_the_metric_does_not_halt(make_config: MakeConfig) -> None:
    simulation = Simulation(make_config(), lambda trial, _: Script((0.5,)) if trial > 2 else Script(exit_code=1))
    assert simulation.run().best == 3
    assert _decisions(simulation.instructions, "halt") == []


def test_a_lost_trial_is_tried_again_while_halted(make_config: MakeConfig) -> None:
    simulation = Simulation(make_config(), lambda *_: Script())
    simulation.feed(SweepStarted(at_s=0, slots=2))
    simulation.feed(TrialEnded(at_s=1, trial=0, attempt=0, exit_code=0))
    again = simulation.feed(TrialEnded(at_s=2, trial=1, attempt=0, exit_code=None, lost=True))
    assert [(i.trial, i.attempt) for i in again if isinstance(i, LaunchTrial)] == [(1, 1)]
