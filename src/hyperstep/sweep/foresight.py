"""The point of the next trial, chosen while no slot is free, so that a slot which becomes free waits for no model.

The rule. One point is chosen ahead at most, once every slot is taken, and only of a sampler that looks at results: all
others answer in microseconds. In a sweep that takes things as they arrive it has not seen the result of the trial whose
end frees the slot; the ledger says at ``foresee`` how many results it has seen. A sweep with one slot would thus learn
from each result one trial later, so there nothing is chosen ahead. In logical time a point rests on the same results
whenever it is chosen, so ahead is as good as later, and the ledger need not say it.
"""

from __future__ import annotations

from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.instructions import Instruction, RecordDecision
from hyperstep.sweep.sampling import known, propose
from hyperstep.sweep.state import Foreseen, SweepState


def may_foresee(config: SweepConfig, state: SweepState) -> bool:
    """Whether the next trial's point may be chosen now."""
    is_given = bool(state.recorded) or len(state.trials) < config.given
    if not config.sampler.uses_history or state.foreseen is not None or is_given:
        return False
    if state.finished or state.has_room or not state.may_sample:
        return False
    return state.concurrency > 1 if state.time is None else state.time.settled >= (known(config, state) or 0)


def foresee(config: SweepConfig, state: SweepState) -> list[Instruction]:
    """Choose it, if that may be."""
    if not may_foresee(config, state):
        return []
    index = len(state.trials)
    state.foreseen = Foreseen(propose(config, state))
    if state.time is not None:
        return []
    pending = len(state.occupied) + len(state.waiting)
    return [RecordDecision("foresee", index, {"ended": index - pending, "pending": pending})]


def take_foreseen(state: SweepState) -> Foreseen | None:
    """The point that was chosen ahead, which is the next trial's; None where there is none."""
    foreseen, state.foreseen = state.foreseen, None
    return foreseen
