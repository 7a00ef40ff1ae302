"""What becomes of trials in logical time: see ``logical_time`` for the rule."""

from __future__ import annotations

from hyperstep.policies.base import Verdict
from hyperstep.records.status import RunStatus
from hyperstep.sweep.instructions import AwaitVerdicts, EndTrial, Instruction, RecordDecision
from hyperstep.sweep.logical_time import LogicalTime
from hyperstep.sweep.reusing import run_anew
from hyperstep.sweep.state import SweepState
from hyperstep.sweep.stopping import stop_trial
from hyperstep.sweep.trial_state import TrialState


def pass_time(state: SweepState) -> list[Instruction]:
    """Take every verdict that can be taken now; nothing in a sweep that is not deterministic."""
    instructions: list[Instruction] = []
    time = state.time
    while time is not None and time.touched:
        instructions += _go_on(state, time, state.trials[time.touched.popleft()])
    return instructions


def _go_on(state: SweepState, time: LogicalTime, trial: TrialState) -> list[Instruction]:
    instructions: list[Instruction] = []
    if not trial.settled:
        verdict = time.advance(trial)
        if verdict is not None:
            instructions += _stop(trial, verdict)
        is_complete = verdict is None and trial.is_gone and time.is_complete(trial)
        if is_complete and trial.is_partial:
            return [*instructions, *run_anew(state, trial)]
        if verdict is not None or is_complete:
            time.settle(trial)
    return instructions + _end(trial)


def _stop(trial: TrialState, verdict: Verdict) -> list[Instruction]:
    """A process that still runs is told; one that is gone, or was told before, is only cut."""
    reason = verdict.reason or "stopped early by the policy"
    trial.stopped_by_policy = True
    trial.counted_values = trial.judged_at
    decision = RecordDecision("stop", trial.index, dict(verdict.evidence))
    if trial.occupies_slot and not trial.stop_reason:
        return [decision, stop_trial(trial, reason)]
    trial.stop_reason = trial.stop_reason or reason
    return [decision]


def _end(trial: TrialState) -> list[Instruction]:
    """What a trial whose process is gone has become, as far as that is known."""
    if trial.outcome is None or trial.ended:
        return []
    if trial.settled:
        return [_conclude(trial, trial.outcome)]
    if trial.status is RunStatus.FINALIZING or trial.is_partial:
        return []
    trial.status = RunStatus.FINALIZING
    return [AwaitVerdicts(trial.index)]


def _conclude(trial: TrialState, outcome: RunStatus) -> EndTrial:
    trial.status = outcome
    if trial.stopped_by_policy:
        trial.status, trial.reason, trial.error = RunStatus.CANCELED, trial.stop_reason, ""
    return EndTrial(trial.index, trial.status, trial.reason, trial.error)
