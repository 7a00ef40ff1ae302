"""When the next trial is launched."""

from __future__ import annotations

from hyperstep.digest import Json, canonical_json
from hyperstep.records.status import RunStatus
from hyperstep.samplers.base import Point
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.foresight import take_foreseen
from hyperstep.sweep.instructions import Instruction, LaunchTrial, RecordDecision
from hyperstep.sweep.sampling import known, propose
from hyperstep.sweep.state import SweepState
from hyperstep.sweep.trial_state import TrialState


def launch(config: SweepConfig, state: SweepState) -> list[Instruction]:
    """Fill the free slots: first with trials that are tried again, then with new ones in list order.

    In logical time a sampler that looks at results is not asked before those that it is to know are settled.
    """
    instructions: list[Instruction] = []
    while state.has_room and state.may_launch:
        if not state.waiting and state.time is not None and state.time.settled < (known(config, state) or 0):
            break
        instructions += _relaunch(state) if state.waiting else _sample(config, state)
    return instructions


def _relaunch(state: SweepState) -> list[Instruction]:
    trial = state.trials[state.waiting.popleft()]
    if trial.runs_anew and not trial.lost_attempts and not trial.failed_attempts:
        return [_occupy(state, trial)]
    trial.attempt += 1
    evidence: dict[str, Json] = {
        "attempt": trial.attempt,
        "lost_attempts": trial.lost_attempts,
        "max_lost_attempts": state.limits.max_lost_attempts,
    }
    if trial.last_loss:
        evidence["cause"] = trial.last_loss
    if trial.failed_attempts:
        failures = {"failed_attempts": trial.failed_attempts, "max_retries": state.limits.max_retries}
        evidence |= {**failures, "error": trial.error}
    return [RecordDecision("retry", trial.index, evidence), _occupy(state, trial)]


def _sample(config: SweepConfig, state: SweepState) -> list[Instruction]:
    index = len(state.trials)
    point = _next_point(config, state)
    if point is None:
        state.exhausted = True
        return [RecordDecision("exhausted", None, {"points": index, "max_total": state.limits.max_total})]
    if state.tried is not None:
        state.tried.add(canonical_json(point))
    trial = TrialState(index, point)
    state.trials.append(trial)
    return [RecordDecision(_kind_of(config, index), index, dict(point)), _occupy(state, trial)]


def _kind_of(config: SweepConfig, index: int) -> str:
    """How the ledger calls that a trial enters the list."""
    if index < len(config.resumed):
        return "take up"
    return "keep" if index < config.given else "sample"


def _next_point(config: SweepConfig, state: SweepState) -> Point | None:
    """What was recorded already, what was chosen ahead, what is resumed or kept, then what the sampler proposes."""
    if state.recorded:
        return state.recorded.popleft()
    foreseen = take_foreseen(state)
    if foreseen is not None:
        return foreseen.point
    given = config.given_point(len(state.trials))
    return propose(config, state) if given is None else given


def _occupy(state: SweepState, trial: TrialState) -> LaunchTrial:
    trial.occupies_slot = True
    trial.status = RunStatus.QUEUED
    state.occupied[trial.index] = None
    return LaunchTrial(trial.index, trial.attempt, trial.point)
