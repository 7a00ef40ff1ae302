"""The end of a process decides the trial's status."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hyperstep.records.status import RunStatus
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.events import CancelRequested, SweepStarted, TrialCancelRequested, TrialEnded, TrialStarted
from hyperstep.sweep.instructions import EndTrial, Instruction, LaunchTrial, RecordDecision, StopTrial

MakeConfig = Callable[..., SweepConfig]


def _started(config: SweepConfig) -> SweepController:
    controller = SweepController(config)
    controller.handle(SweepStarted(at_s=0, slots=2))
    return controller


def _ends(instructions: list[Instruction]) -> list[EndTrial]:
    return [i for i in instructions if isinstance(i, EndTrial)]


@pytest.mark.parametrize(
    ("end", "status", "reason", "error"),
    [
        ({"exit_code": 0}, RunStatus.COMPLETED, "", ""),
        ({"exit_code": 3}, RunStatus.FAILED, "exit code 3", "exit code 3"),
        ({"exit_code": 1, "error": "ValueError: x"}, RunStatus.FAILED, "exit code 1", "ValueError: x"),
        ({"exit_code": None, "signal": 15, "fault": "late"}, RunStatus.FAILED, "late", "late"),
        ({"exit_code": None}, RunStatus.FAILED, "ended with an unknown exit code", "ended with an unknown exit code"),
        ({"exit_code": None, "fault": "no slot fits"}, RunStatus.FAILED, "no slot fits", "no slot fits"),
        ({"exit_code": None, "lost": True, "fault": "gone"}, RunStatus.FAILED, "gone", "gone"),
    ],
)
def test_a_trial_that_was_not_told_to_stop(
    make_config: MakeConfig, end: dict[str, int | str], status: RunStatus, reason: str, error: str
) -> None:
    instructions = _started(make_config()).handle(TrialEnded(at_s=1, trial=0, attempt=0, **end))  # type: ignore[arg-type]
    assert _ends(instructions) == [EndTrial(0, status, reason, error)]


@pytest.mark.parametrize(
    "end",
    [
        {"exit_code": 0},
        {"exit_code": 1, "error": "KeyboardInterrupt"},
        {"exit_code": None, "signal": 15},
        {"exit_code": None, "lost": True},
        {"exit_code": None, "fault": "too late"},
    ],
)
def test_a_trial_that_was_told_to_stop_is_canceled_however_it_ended(
    make_config: MakeConfig, end: dict[str, int | str]
) -> None:
    controller = _started(make_config())
    controller.handle(CancelRequested(at_s=1, reason="enough"))
    instructions = controller.handle(TrialEnded(at_s=2, trial=0, attempt=0, **end))  # type: ignore[arg-type]
    assert instructions == [EndTrial(0, RunStatus.CANCELED, "enough")]


def test_a_trial_that_is_lost_too_often_fails(make_config: MakeConfig) -> None:
    controller = _started(make_config(lost=2))
    ends = []
    for attempt in range(3):
        ends = controller.handle(TrialEnded(at_s=1, trial=0, attempt=attempt, exit_code=None, lost=True))
    reason = "its process was ended from outside 3 times, at last: its process is gone without a word"
    assert _ends(ends) == [EndTrial(0, RunStatus.FAILED, reason, reason)]
    assert [i.trial for i in ends if isinstance(i, LaunchTrial)] == [2]


def test_without_retries_the_first_loss_is_a_failure(make_config: MakeConfig) -> None:
    lost = TrialEnded(at_s=1, trial=0, attempt=0, exit_code=None, lost=True)
    (end,) = _ends(_started(make_config(lost=0)).handle(lost))
    assert end.status is RunStatus.FAILED


def test_a_second_end_changes_nothing(make_config: MakeConfig) -> None:
    controller = _started(make_config())
    controller.handle(TrialEnded(at_s=1, trial=0, attempt=0, exit_code=0, metrics=("accuracy",)))
    assert controller.handle(TrialEnded(at_s=1, trial=0, attempt=0, exit_code=1)) == []
    assert controller.trials[0].status is RunStatus.COMPLETED


def test_a_trial_runs_from_its_start_to_its_end(make_config: MakeConfig) -> None:
    controller = _started(make_config())
    statuses = [controller.trials[0].status]
    for event in (
        TrialStarted(at_s=1, trial=9, attempt=0),
        TrialStarted(at_s=1, trial=0, attempt=0),
        TrialEnded(at_s=1, trial=0, attempt=0, exit_code=0),
        TrialStarted(at_s=1, trial=0, attempt=0),
    ):
        controller.handle(event)
        statuses.append(controller.trials[0].status)
    queued, running, completed = RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.COMPLETED
    assert statuses == [queued, queued, running, completed, completed]


def test_one_canceled_trial_ends_canceled_and_the_sweep_goes_on(make_config: MakeConfig) -> None:
    controller = SweepController(make_config(total=3))
    controller.handle(SweepStarted(at_s=0, slots=2))
    stops = controller.handle(TrialCancelRequested(at_s=1, trial=1, reason="not this one"))
    assert stops == [
        RecordDecision("stop", 1, {"cause": "cancel", "reason": "not this one"}),
        StopTrial(1, 0, "not this one"),
    ]
    assert controller.handle(TrialCancelRequested(at_s=1, trial=1, reason="again")) == []
    instructions = controller.handle(TrialEnded(at_s=2, trial=1, attempt=0, exit_code=None, signal=15))
    assert EndTrial(1, RunStatus.CANCELED, "not this one") in instructions
    assert [i.trial for i in instructions if isinstance(i, LaunchTrial)] == [2]


def test_a_canceled_trial_that_waits_for_a_slot_ends_at_once(make_config: MakeConfig) -> None:
    controller = SweepController(make_config())
    controller.handle(SweepStarted(at_s=0, slots=2))
    controller.handle(SweepStarted(at_s=0, slots=1))
    controller.handle(TrialEnded(at_s=1, trial=0, attempt=0, exit_code=None, lost=True))
    instructions = controller.handle(TrialCancelRequested(at_s=2, trial=0, reason="not this one"))
    assert EndTrial(0, RunStatus.CANCELED, "not this one") in instructions
    controller.state.check()


def _end_of(attempt: int, **end: object) -> TrialEnded:
    return TrialEnded(at_s=1, trial=0, attempt=attempt, exit_code=None, **end)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [9, 11, 15])
def test_a_signal_that_nobody_of_ours_sent_is_a_loss(make_config: MakeConfig, number: int) -> None:
    controller = _started(make_config(lost=1))
    first = _end_of(0, signal=number)
    assert controller.tries_again(first)
    instructions = controller.handle(first)
    assert [i for i in instructions if isinstance(i, LaunchTrial) and i.trial == 0] == [LaunchTrial(0, 1, {"--x": 0})]
    last = _end_of(1, signal=number)
    assert not controller.tries_again(last)
    reason = f"its process was ended from outside 2 times, at last: signal {number}"
    assert _ends(controller.handle(last)) == [EndTrial(0, RunStatus.FAILED, reason, reason)]


def test_a_signal_after_it_was_told_to_stop_is_none(make_config: MakeConfig) -> None:
    controller = _started(make_config())
    controller.handle(TrialCancelRequested(at_s=1, trial=0, reason="enough"))
    end = _end_of(0, signal=9, out_of_memory=True)
    assert not controller.tries_again(end)
    assert _ends(controller.handle(end)) == [EndTrial(0, RunStatus.CANCELED, "enough")]


def test_a_trial_for_which_memory_did_not_suffice_twice_is_given_up(make_config: MakeConfig) -> None:
    controller = _started(make_config(lost=9))
    controller.handle(_end_of(0, signal=9, out_of_memory=True))
    assert controller.attempt_of(0) == 1
    controller.handle(_end_of(1, lost=True))
    assert controller.attempt_of(0) == 2
    reason = "its process was ended from outside 3 times, at last: the system ran out of memory"
    ends = _ends(controller.handle(_end_of(2, signal=9, out_of_memory=True)))
    assert ends == [EndTrial(0, RunStatus.FAILED, reason, reason)]
