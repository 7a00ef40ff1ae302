"""A finished trial stands for one that was to be launched: its curve and its end are taken over.

What became of it is decided by this sweep, as if its process had run here. A trial that an earlier policy stopped has a
curve that ends early: where this sweep's policy lets it go on, it does not stand for the trial, which then runs anew.
Only in a sweep that takes things as they arrive, and whose policy, metric and trials to compare with are equal, is the
earlier verdict taken as it was: which of these it was compared with was a race.
"""

from __future__ import annotations

from hyperstep.policies.base import Policy, Verdict
from hyperstep.records.status import RunStatus
from hyperstep.sweep.events import TrialReused
from hyperstep.sweep.halting import metric_is_missing, metric_was_logged
from hyperstep.sweep.instructions import EndTrial, Instruction, LaunchTrial, RecordDecision
from hyperstep.sweep.state import SweepState
from hyperstep.sweep.trial_state import TrialState

WOULD_GO_ON = "stopped early, where this sweep's policy would go on"
"""Why a finished trial does not stand for one after all."""


def take_reused(policy: Policy, state: SweepState, event: TrialReused, metric: str) -> list[Instruction]:
    """Let a finished trial stand for one whose process has not started; its slot is free at once.

    Args:
        policy: The sweep's.
        state: The sweep's.
        event: What was found.
        metric: Name of the primary metric.
    """
    trial = state.live(event.trial, event.attempt)
    if trial is None or trial.status is not RunStatus.QUEUED:
        return []
    if trial.stop_reason:
        return [*_leave(state, trial, event), _end(trial, RunStatus.CANCELED)]
    if state.time is not None:
        return _wait_for_verdicts(state, trial, event, metric)
    verdict = None if event.as_it_was else _judge(policy, state, trial, event.values)
    if event.as_it_was:
        _take_as_it_was(state, trial, event)
    elif verdict is not None:
        trial.stopped_by_policy, trial.counted_values = True, state.cohort.intervals(trial.index)
        trial.stop_reason = verdict.reason or "stopped early by the policy"
    elif event.stopped:
        return _refuse(state, trial)
    stop = [] if verdict is None else [RecordDecision("stop", trial.index, dict(verdict.evidence))]
    seen = _look_for_metric(state, trial, event, metric)
    end = RunStatus.CANCELED if trial.stopped_by_policy else RunStatus.COMPLETED
    return [*_leave(state, trial, event), *stop, *seen, _end(trial, end)]


def run_anew(state: SweepState, trial: TrialState) -> list[Instruction]:
    """In logical time: all verdicts on a partial curve were taken, none stops it. A closing sweep ends it instead."""
    trial.is_partial = False
    if state.closing or (state.limited is not None and trial.index >= state.limited):
        trial.stop_reason = state.cancel_reason or "the sweep ended before it could run"
        trial.outcome, trial.reason = RunStatus.CANCELED, trial.stop_reason
        state.touch(trial)
        return []
    decision = _refusal(trial)
    state.start_anew(trial)
    trial.outcome, trial.reused_from, trial.runs_anew = None, "", True
    state.waiting.append(trial.index)
    return [decision]


def _take_as_it_was(state: SweepState, trial: TrialState, event: TrialReused) -> None:
    trial.counted_values = event.counted
    trial.stopped_by_policy, trial.stop_reason = bool(event.stopped), event.stopped
    for value in event.values[: event.counted]:
        state.cohort.report(trial.index, value)
        trial.unusable_values += state.cohort.last_of(trial.index) is None


def _judge(policy: Policy, state: SweepState, trial: TrialState, values: tuple[float | None, ...]) -> Verdict | None:
    """Count values up to the first verdict to stop, which is returned."""
    for value in values:
        interval = state.cohort.report(trial.index, value)
        trial.unusable_values += state.cohort.last_of(trial.index) is None
        verdict = policy.judge(trial.index, interval, state.cohort) if policy.applies_at(interval) else None
        if verdict is not None and verdict.stop:
            return verdict
    return None


def _wait_for_verdicts(state: SweepState, trial: TrialState, event: TrialReused, metric: str) -> list[Instruction]:
    """The process is gone, as it were; what has become of the trial hangs on verdicts: see ``settling``."""
    trial.is_partial = bool(event.stopped)
    trial.outcome = RunStatus.CANCELED if event.stopped else RunStatus.COMPLETED
    seen = _look_for_metric(state, trial, event, metric)
    if state.time is not None:
        state.time.report(trial, event.values)
    state.touch(trial)
    return [*_leave(state, trial, event), *seen]


def _refuse(state: SweepState, trial: TrialState) -> list[Instruction]:
    """Launch the trial after all; it keeps its slot."""
    state.start_anew(trial)
    decision = _refusal(trial)
    trial.runs_anew = True
    return [decision, LaunchTrial(trial.index, trial.attempt, trial.point)]


def _refusal(trial: TrialState) -> RecordDecision:
    return RecordDecision("reuse", trial.index, {"reason": WOULD_GO_ON})


def _leave(state: SweepState, trial: TrialState, event: TrialReused) -> list[Instruction]:
    trial.occupies_slot = False
    del state.occupied[trial.index]
    trial.reused_from, trial.metrics = event.source, event.metrics
    return [RecordDecision("reuse", trial.index, {"source_run": event.source, **event.evidence})]


def _end(trial: TrialState, status: RunStatus) -> EndTrial:
    trial.status = status
    trial.reason = trial.stop_reason if status is RunStatus.CANCELED else ""
    return EndTrial(trial.index, status, trial.reason)


def _look_for_metric(state: SweepState, trial: TrialState, event: TrialReused, metric: str) -> list[Instruction]:
    trial.metrics = event.metrics
    if metric in event.metrics:
        return metric_was_logged(state, trial)
    return [] if event.stopped else metric_is_missing(state, trial, metric)
