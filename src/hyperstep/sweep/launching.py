"""When the next trial is launched."""

from __future__ import annotations

from hyperstep.records.status import RunStatus
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.history import History
from hyperstep.sweep.instructions import Instruction, LaunchTrial, RecordDecision
from hyperstep.sweep.state import SweepState
from hyperstep.sweep.trial_state import TrialState


def launch(config: SweepConfig, state: SweepState) -> list[Instruction]:
    """Fill the free slots: first with trials whose attempt was lost, then with new ones in list order."""
    instructions: list[Instruction] = []
    while state.has_room and state.may_launch:
        instructions += _relaunch(state) if state.waiting else _sample(config, state)
    return instructions


def _relaunch(state: SweepState) -> list[Instruction]:
    trial = state.trials[state.waiting.popleft()]
    trial.attempt += 1
    evidence = {
        "attempt": trial.attempt,
        "lost_attempts": trial.lost_attempts,
        "max_lost_attempts": state.limits.max_lost_attempts,
    }
    return [RecordDecision("retry", trial.index, evidence), _occupy(state, trial)]


def _sample(config: SweepConfig, state: SweepState) -> list[Instruction]:
    index = len(state.trials)
    point = config.sampler.propose(index, History(state.trials, state.cohort))
    if point is None:
        state.exhausted = True
        return [RecordDecision("exhausted", None, {"points": index, "max_total": state.limits.max_total})]
    trial = TrialState(index, point)
    state.trials.append(trial)
    return [RecordDecision("sample", index, dict(point)), _occupy(state, trial)]


def _occupy(state: SweepState, trial: TrialState) -> LaunchTrial:
    trial.occupies_slot = True
    trial.status = RunStatus.QUEUED
    state.occupied[trial.index] = None
    return LaunchTrial(trial.index, trial.attempt, trial.point)
