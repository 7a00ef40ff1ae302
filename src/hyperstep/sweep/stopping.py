"""How running trials are told to stop: once each, with the reason."""

from __future__ import annotations

from hyperstep.records.status import RunStatus
from hyperstep.sweep.instructions import EndTrial, Instruction, RecordDecision, StopTrial
from hyperstep.sweep.state import SweepState
from hyperstep.sweep.trial_state import TrialState


def stop_trial(trial: TrialState, reason: str) -> StopTrial:
    """Tell a trial that has not been told yet."""
    trial.stop_reason = reason
    return StopTrial(trial.index, trial.attempt, reason)


def stop_one(state: SweepState, index: int, cause: str, reason: str) -> list[Instruction]:
    """Stop one trial, if it has neither ended nor been told; one that waits for a slot ends at once.

    Args:
        state: The sweep's.
        index: The trial's; nothing is done for an unknown one.
        cause: What stands in the ledger: ``cancel`` or ``max_failed``.
        reason: For people.
    """
    if not 0 <= index < len(state.trials):
        return []
    trial = state.trials[index]
    if trial.is_gone or trial.stop_reason:
        return []
    decision = _decision(index, cause, reason)
    if trial.occupies_slot:
        return [decision, stop_trial(trial, reason)]
    state.waiting.remove(index)
    return [decision, _end_waiting(state, trial, reason)]


def stop_all(state: SweepState, cause: str, reason: str) -> list[Instruction]:
    """Stop every trial that has not been told yet; those that wait for a slot end at once.

    Args:
        state: The sweep's.
        cause: What stands in the ledger: ``cancel`` or ``max_duration_s``.
        reason: For people.
    """
    instructions: list[Instruction] = []
    for index in state.occupied:
        if not state.trials[index].stop_reason:
            instructions += [_decision(index, cause, reason), stop_trial(state.trials[index], reason)]
    for index in state.waiting:
        instructions += [_decision(index, cause, reason), _end_waiting(state, state.trials[index], reason)]
    state.waiting.clear()
    return instructions


def _decision(index: int, cause: str, reason: str) -> RecordDecision:
    return RecordDecision("stop", index, {"cause": cause, "reason": reason})


def _end_waiting(state: SweepState, trial: TrialState, reason: str) -> EndTrial:
    trial.stop_reason = trial.reason = reason
    trial.status, trial.error = RunStatus.CANCELED, ""
    state.touch(trial)
    return EndTrial(trial.index, trial.status, reason)
