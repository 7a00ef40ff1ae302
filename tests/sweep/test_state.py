"""The state knows when it is impossible."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hyperstep.records.status import RunStatus
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.events import SweepStarted
from hyperstep.sweep.state import SweepState

Spoil = Callable[[SweepState], object]


def _free_slot(state: SweepState) -> None:
    state.trials[0].occupies_slot = False


def _end_in_place(state: SweepState) -> None:
    state.trials[0].status = RunStatus.COMPLETED


def _retry_beyond_limit(state: SweepState) -> None:
    state.trials[0].attempt = 3


def _finish_early(state: SweepState) -> None:
    state.finished = True


def _close_without_stopping(state: SweepState) -> None:
    state.out_of_time = True


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (lambda state: state.trials.reverse(), "numbered in order"),
        (lambda state: state.trials.extend(state.trials * 9), "no more trials"),
        (lambda state: setattr(state, "concurrency", 99), "no more slots"),
        (_free_slot, "held by trials that know it"),
        (lambda state: state.waiting.append(0), "holds a slot or waits"),
        (_end_in_place, "each trial ended"),
        (_retry_beyond_limit, "no attempt beyond"),
        (_close_without_stopping, "told all trials to stop"),
        (_finish_early, "no open trial"),
    ],
)
def test_an_impossible_state_is_named(make_config: Callable[..., SweepConfig], spoil: Spoil, rule: str) -> None:
    controller = SweepController(make_config())
    controller.handle(SweepStarted(at_s=0, slots=2))
    controller.state.check()
    spoil(controller.state)
    with pytest.raises(AssertionError, match=rule):
        controller.state.check()
