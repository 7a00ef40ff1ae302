"""What a report of the primary metric leads to: a longer curve, and perhaps the end of the trial."""

from __future__ import annotations

from hyperstep.policies.base import Policy, Verdict
from hyperstep.sweep.events import MetricReported
from hyperstep.sweep.halting import metric_was_logged
from hyperstep.sweep.instructions import Instruction, RecordDecision
from hyperstep.sweep.state import SweepState
from hyperstep.sweep.stopping import stop_trial
from hyperstep.sweep.trial_state import TrialState


def take_report(policy: Policy, state: SweepState, event: MetricReported) -> list[Instruction]:
    """Add the values to the trial's curve one by one; each is judged where the policy applies.

    A trial that was told to stop is not judged again: its further values are kept for the record. In logical time
    values count, and are judged, when it is their turn: see ``logical_time``.
    """
    trial = state.live(event.trial, event.attempt)
    if trial is None or not event.values:
        return []
    instructions = metric_was_logged(state, trial)
    if state.time is not None:
        state.time.report(trial, event.values)
        return instructions
    for value in event.values:
        interval = state.cohort.report(trial.index, value)
        trial.unusable_values += state.cohort.last_of(trial.index) is None
        verdict = _judge(policy, state, trial, interval)
        if verdict is not None and verdict.stop:
            instructions += _stop(trial, verdict)
    return instructions


def _judge(policy: Policy, state: SweepState, trial: TrialState, interval: int) -> Verdict | None:
    if not policy.may_stop or trial.stop_reason or not policy.applies_at(interval):
        return None
    if policy.surely_keeps(trial.index, interval, state.cohort):
        return None
    return policy.judge(trial.index, interval, state.cohort)


def _stop(trial: TrialState, verdict: Verdict) -> list[Instruction]:
    """The verdicts to keep are not recorded: a replay of the events up to the report gives each again."""
    trial.stopped_by_policy = True
    decision = RecordDecision("stop", trial.index, dict(verdict.evidence))
    return [decision, stop_trial(trial, verdict.reason or "stopped early by the policy")]
