"""What the end of a trial's process means for the trial."""

from __future__ import annotations

from hyperstep.records.status import RunStatus
from hyperstep.sweep.events import TrialEnded
from hyperstep.sweep.halting import metric_is_missing, metric_was_logged
from hyperstep.sweep.instructions import EndTrial, Instruction
from hyperstep.sweep.state import SweepState
from hyperstep.sweep.trial_state import TrialState

MAX_STARVED_ATTEMPTS = 1
"""After so many attempts that the system ended for want of memory a trial is not tried again at the next."""


def take_end(state: SweepState, event: TrialEnded, metric: str) -> list[Instruction]:
    """Free the slot; the trial ends, or waits for its next attempt when this one was ended from outside.

    A trial that was told to stop is Canceled however it ended. One whose process is gone without a word, or was ended
    by a signal that nobody of ours sent, is tried again, up to the limit; but only once after the system ran out of
    memory, since it would do so again. One that failed by itself is tried again where the sweep's limits say so.
    Otherwise exit code 0 is Completed, and everything else is Failed.

    Args:
        state: The sweep's.
        event: How the attempt ended.
        metric: Name of the primary metric.
    """
    trial = state.live(event.trial, event.attempt)
    if trial is None:
        return []
    trial.occupies_slot = False
    del state.occupied[trial.index]
    is_tried = _is_tried_again(state, trial, event)
    _count(trial, event)
    if is_tried:
        return _wait_for_retry(state, trial)
    trial.metrics = event.metrics
    _settle(trial, event)
    return [*_look_for_metric(state, trial, metric), *_end(state, trial)]


def is_tried_again(state: SweepState, event: TrialEnded) -> bool:
    """Whether ``take_end`` of the same event has the trial wait for its next attempt."""
    trial = state.live(event.trial, event.attempt)
    return trial is not None and _is_tried_again(state, trial, event)


def is_loss_tried_again(lost_before: int, starved: int, max_lost: int) -> bool:
    """Whether an attempt that something from outside ended is followed by another: of trials and of script steps.

    Args:
        lost_before: How many of its earlier attempts were lost.
        starved: How many the system ended for want of memory, this one included.
        max_lost: After how many losses a further one is the last.
    """
    return lost_before < max_lost and starved <= MAX_STARVED_ATTEMPTS


def _is_tried_again(state: SweepState, trial: TrialState, event: TrialEnded) -> bool:
    if _loss(trial, event):
        starved = trial.starved_attempts + bool(event.out_of_memory)
        return is_loss_tried_again(trial.lost_attempts, starved, state.limits.max_lost_attempts)
    return _failed_by_itself(trial, event) and trial.failed_attempts < state.limits.max_retries


def _count(trial: TrialState, event: TrialEnded) -> None:
    trial.last_loss = _loss(trial, event)
    if trial.last_loss:
        trial.lost_attempts += 1
        trial.starved_attempts += bool(event.out_of_memory)
    elif _failed_by_itself(trial, event):
        trial.failed_attempts += 1
        trial.error = event.error


def _loss(trial: TrialState, event: TrialEnded) -> str:
    """How something from outside ended the attempt; empty when it ended by itself, or by us."""
    if event.fault or trial.stop_reason:
        return ""
    if event.doubt:
        return event.doubt
    if event.lost:
        return "its process is gone without a word"
    if event.out_of_memory:
        return "the system ran out of memory"
    return "" if event.signal is None else f"signal {event.signal}"


def _failed_by_itself(trial: TrialState, event: TrialEnded) -> bool:
    return event.exit_code not in {None, 0} and not event.fault and not trial.stop_reason


def _end(state: SweepState, trial: TrialState) -> list[Instruction]:
    """In logical time the trial may turn out to have been stopped before: ``settling`` ends it then."""
    if state.time is None:
        return [EndTrial(trial.index, trial.status, trial.reason, trial.error)]
    trial.outcome, trial.status = trial.status, RunStatus.RUNNING
    state.touch(trial)
    return []


def _wait_for_retry(state: SweepState, trial: TrialState) -> list[Instruction]:
    """What the attempt reported does not count."""
    state.start_anew(trial)
    trial.status = RunStatus.QUEUED
    state.waiting.append(trial.index)
    return []


def _settle(trial: TrialState, event: TrialEnded) -> None:
    if trial.stop_reason:
        trial.status, trial.reason = RunStatus.CANCELED, trial.stop_reason
    elif event.exit_code == 0 and not event.fault and not event.lost and not event.doubt:
        trial.status = RunStatus.COMPLETED
    else:
        trial.status = RunStatus.FAILED
        trial.reason = _cause(trial, event)
        trial.error = event.fault or event.error or trial.reason


def _cause(trial: TrialState, event: TrialEnded) -> str:
    if event.fault:
        return event.fault
    if trial.last_loss and (event.lost or event.doubt or event.signal is not None):
        times = "once" if trial.lost_attempts == 1 else f"{trial.lost_attempts} times"
        return f"its process was ended from outside {times}, at last: {trial.last_loss}"
    if event.signal is not None:
        return f"ended by signal {event.signal}"
    return "ended with an unknown exit code" if event.exit_code is None else f"exit code {event.exit_code}"


def _look_for_metric(state: SweepState, trial: TrialState, metric: str) -> list[Instruction]:
    if metric in trial.metrics:
        return metric_was_logged(state, trial)
    if trial.status is RunStatus.COMPLETED:
        return metric_is_missing(state, trial, metric)
    return []
