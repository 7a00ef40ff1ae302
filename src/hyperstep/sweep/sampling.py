"""Which point the sampler is asked for, and what it is told."""

from __future__ import annotations

from hyperstep.digest import canonical_json
from hyperstep.samplers.base import Point
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.history import SweepHistory
from hyperstep.sweep.state import SweepState


def propose(config: SweepConfig, state: SweepState) -> Point | None:
    """The sampler's next point that was not tried before.

    After a replay the count of points asked for may be too low by those that were passed over: they are again. In a
    space without end no more points in a row are passed over than there are to pass over.
    """
    history = SweepHistory(state, config.history, known(config, state))
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


def known(config: SweepConfig, state: SweepState) -> int | None:
    """In logical time: how many trials' results the next point rests on; None where the question does not arise."""
    index = len(state.trials)
    if state.time is None or not config.sampler.uses_history or index < config.given:
        return None
    return max(0, index - config.limits.max_concurrent)


def _asked_before(config: SweepConfig, state: SweepState) -> int:
    """How many points were asked for at least; none is counted where kept points may be among the sweep's own."""
    if config.keep_history is not None and not config.sampler.uses_history:
        return 0
    return len(state.trials) - config.given
