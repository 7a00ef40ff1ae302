"""What the end of a trial's process means for the trial."""

from __future__ import annotations

from hyperstep.records.status import RunStatus
from hyperstep.sweep.events import TrialEnded
from hyperstep.sweep.halting import metric_is_missing, metric_was_logged
from hyperstep.sweep.instructions import EndTrial, Instruction
from hyperstep.sweep.state import SweepState
from hyperstep.sweep.trial_state import TrialState


def take_end(state: SweepState, event: TrialEnded, metric: str) -> list[Instruction]:
    """Free the slot; the trial ends, or waits for its next attempt when this one was lost.

    A trial that was told to stop is Canceled however it ended. Otherwise exit code 0 is Completed, and everything else
    is Failed.

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
    if event.lost and not event.fault and not trial.stop_reason:
        trial.lost_attempts += 1
        if trial.lost_attempts <= state.limits.max_lost_attempts:
            return _wait_for_retry(state, trial)
    if _failed_by_itself(event) and not trial.stop_reason:
        trial.failed_attempts += 1
        trial.error = event.error
        if trial.failed_attempts <= state.limits.max_retries:
            return _wait_for_retry(state, trial)
    trial.metrics = event.metrics
    _settle(trial, event)
    return [*_look_for_metric(state, trial, metric), *_end(state, trial)]


def _failed_by_itself(event: TrialEnded) -> bool:
    return event.exit_code not in {None, 0} and not event.fault and not event.lost


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
    elif event.exit_code == 0 and not event.fault and not event.lost:
        trial.status = RunStatus.COMPLETED
    else:
        trial.status = RunStatus.FAILED
        trial.reason = _cause(trial, event)
        trial.error = event.fault or event.error or trial.reason


def _cause(trial: TrialState, event: TrialEnded) -> str:
    if event.fault:
        return event.fault
    if event.lost:
        return f"its process was lost {trial.lost_attempts} times: killed from outside, or its machine went away"
    if event.signal is not None:
        return f"ended by signal {event.signal}"
    return "ended with an unknown exit code" if event.exit_code is None else f"exit code {event.exit_code}"


def _look_for_metric(state: SweepState, trial: TrialState, metric: str) -> list[Instruction]:
    if metric in trial.metrics:
        return metric_was_logged(state, trial)
    if trial.status is RunStatus.COMPLETED:
        return metric_is_missing(state, trial, metric)
    return []
