"""When the next trial is launched."""

from __future__ import annotations

from hyperstep.digest import Json, canonical_json
from hyperstep.records.status import RunStatus
from hyperstep.samplers.base import Point
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.history import SweepHistory
from hyperstep.sweep.instructions import Instruction, LaunchTrial, RecordDecision
from hyperstep.sweep.state import SweepState
from hyperstep.sweep.trial_state import TrialState


def launch(config: SweepConfig, state: SweepState) -> list[Instruction]:
    """Fill the free slots: first with trials that are tried again, then with new ones in list order.

    In logical time a sampler that looks at results is not asked before those that it is to know are settled.
    """
    instructions: list[Instruction] = []
    while state.has_room and state.may_launch:
        if not state.waiting and state.time is not None and state.time.settled < (_known(config, state) or 0):
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
    """What was recorded already, then what is resumed or kept, then what the sampler proposes."""
    if state.recorded:
        return state.recorded.popleft()
    given = config.given_point(len(state.trials))
    return _propose(config, state) if given is None else given


def _propose(config: SweepConfig, state: SweepState) -> Point | None:
    """The sampler's next point that was not tried before.

    After a replay the count of points asked for may be too low by those that were passed over: they are again. In a
    space without end no more points in a row are passed over than there are to pass over.
    """
    history = SweepHistory(state, config.history, _known(config, state))
    state.asked = max(state.asked, _asked_before(config, state))
    passed = 0
    while True:
        point = config.sampler.propose(state.asked, history)
        state.asked += 1
        if point is None or state.tried is None or canonical_json(point) not in state.tried:
            return point
        passed += 1
        if config.sampler.size is None and passed > len(state.tried):
            return point


def _asked_before(config: SweepConfig, state: SweepState) -> int:
    """How many points were asked for at least; none is counted where kept points may be among the sweep's own."""
    if config.keep_history is not None and not config.sampler.uses_history:
        return 0
    return len(state.trials) - config.given


def _known(config: SweepConfig, state: SweepState) -> int | None:
    """In logical time: how many trials' results the next point rests on; None where the question does not arise."""
    index = len(state.trials)
    if state.time is None or not config.sampler.uses_history or index < config.given:
        return None
    return max(0, index - config.limits.max_concurrent)


def _occupy(state: SweepState, trial: TrialState) -> LaunchTrial:
    trial.occupies_slot = True
    trial.status = RunStatus.QUEUED
    state.occupied[trial.index] = None
    return LaunchTrial(trial.index, trial.attempt, trial.point)
