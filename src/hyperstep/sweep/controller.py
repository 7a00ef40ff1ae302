"""The sweep as a state machine: events in, instructions out. No clock, no chance, no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hyperstep.digest import canonical_json
from hyperstep.policies.cohort import Cohort
from hyperstep.records.status import RunStatus
from hyperstep.samplers.base import Point
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.ending import is_tried_again, take_end
from hyperstep.sweep.events import (
    CancelRequested,
    MetricReported,
    PointSought,
    SweepEvent,
    SweepStarted,
    TrialCancelRequested,
    TrialEnded,
    TrialReused,
    TrialStarted,
)
from hyperstep.sweep.failing import watch_failures
from hyperstep.sweep.finishing import finish
from hyperstep.sweep.foresight import foresee, may_foresee
from hyperstep.sweep.history import learn
from hyperstep.sweep.instructions import Instruction
from hyperstep.sweep.judging import take_report
from hyperstep.sweep.launching import launch
from hyperstep.sweep.logical_time import LogicalTime
from hyperstep.sweep.reusing import take_reused
from hyperstep.sweep.settling import pass_time
from hyperstep.sweep.state import SweepState
from hyperstep.sweep.stopping import stop_all, stop_one
from hyperstep.sweep.trial_state import TrialState


class SweepController:
    """Decides what a sweep does next.

    Events may come late, twice or for trials that have ended: these change nothing. Once FinishSweep was instructed,
    no event leads to an instruction.

    Args:
        config: The sweep.
    """

    def __init__(self, config: SweepConfig) -> None:
        self.config = config
        self.state = SweepState(config.limits, Cohort(config.metric.goal), tried=_tried_before(config))
        if config.deterministic:
            self.state.time = LogicalTime(config.policy, self.state.cohort, self.state.trials)

    @classmethod
    def replay(cls, config: SweepConfig, events: Iterable[SweepEvent], points: Iterable[Point] = ()) -> SweepController:
        """The controller as it stands after ``events``; what it instructed then has been done already.

        Args:
            config: The sweep.
            events: All that were recorded.
            points: Those of the trials that were recorded, in list order: taken as they are, so that no model is asked
                again. Without them the sampler is, and says the same.
        """
        controller = cls(config)
        controller.state.recorded.extend(points)
        for event in events:
            controller.handle(event)
        return controller

    def handle(self, event: SweepEvent) -> list[Instruction]:
        """Take an event in; returns what is to be done now, in order."""
        if self.state.finished:
            return []
        self._advance(event.at_s)
        instructions = self._take(event)
        instructions += self._watch_time()
        instructions += pass_time(self.state)
        instructions += watch_failures(self.state, instructions)
        instructions += pass_time(self.state)
        learn(self.state, instructions)
        instructions += launch(self.config, self.state)
        instructions += finish(self.config, self.state)
        return instructions

    @property
    def trials(self) -> Sequence[TrialState]:
        """All trials in list order."""
        return self.state.trials

    @property
    def running(self) -> tuple[int, ...]:
        """Trials that occupy a slot, in the order in which they took it."""
        return tuple(self.state.occupied)

    @property
    def finished(self) -> bool:
        """Whether FinishSweep was instructed."""
        return self.state.finished

    @property
    def may_foresee(self) -> bool:
        """Whether a PointSought would have the next trial's point chosen before a slot is free."""
        return may_foresee(self.config, self.state)

    def is_overdue(self, now_s: float) -> bool:
        """Whether a TimeAdvanced of ``now_s`` would end the sweep: nothing else needs to be told of the time."""
        limit, started = self.config.limits.max_duration_s, self.state.started_at_s
        if limit is None or started is None or self.state.closing or self.finished:
            return False
        return now_s - started >= limit

    def tries_again(self, event: TrialEnded) -> bool:
        """Whether the end of an attempt, which is about to be handled, leads to another one: nothing of it counts."""
        return not self.finished and is_tried_again(self.state, event)

    def attempt_of(self, trial: int) -> int:
        """Number of the newest attempt of a trial that was launched."""
        return self.state.trials[trial].attempt

    def best(self) -> int | None:
        """Index of the best trial; None while no usable value was reported."""
        best = self.state.best()
        return None if best is None else best[0]

    def best_value(self, trial: int | None = None) -> float | None:
        """The best usable value of one trial, or of all; None without one."""
        if trial is not None:
            return self.state.cohort.best_of(trial)
        best = self.state.best()
        return None if best is None else best[1]

    def last_value(self, trial: int) -> float | None:
        """A trial's newest value; None when it was not usable, or there is none."""
        return self.state.cohort.last_of(trial)

    def curve(self, trial: int) -> tuple[float | None, ...]:
        """The values of the primary metric of a trial's newest attempt that count; None for those not usable."""
        return self.state.cohort.curve(trial)

    def _advance(self, at_s: float) -> None:
        """Time never runs backwards: an earlier time is no progress."""
        state = self.state
        if state.started_at_s is None:
            state.started_at_s = state.now_s = at_s
        state.now_s = max(state.now_s, at_s)

    def _take(self, event: SweepEvent) -> list[Instruction]:
        match event:
            case SweepStarted():
                self.state.concurrency = max(1, min(self.config.limits.max_concurrent, event.slots))
            case TrialStarted():
                self._take_start(event)
            case MetricReported():
                return take_report(self.config.policy, self.state, event)
            case TrialEnded():
                return take_end(self.state, event, self.config.metric.name)
            case TrialReused():
                return take_reused(self.config.policy, self.state, event, self.config.metric.name)
            case CancelRequested() | TrialCancelRequested():
                return self._take_cancel(event)
            case PointSought():
                return foresee(self.config, self.state)
        return []

    def _take_start(self, event: TrialStarted) -> None:
        trial = self.state.live(event.trial, event.attempt)
        if trial is not None:
            trial.status = RunStatus.RUNNING

    def _take_cancel(self, event: CancelRequested | TrialCancelRequested) -> list[Instruction]:
        if isinstance(event, TrialCancelRequested):
            return stop_one(self.state, event.trial, "cancel", event.reason or "the trial was canceled")
        if self.state.cancel_reason is None:
            self.state.cancel_reason = event.reason or "the sweep was canceled"
        return stop_all(self.state, "cancel", self.state.cancel_reason)

    def _watch_time(self) -> list[Instruction]:
        """Look at the limit of duration, which any event may reveal to be over."""
        if not self.is_overdue(self.state.now_s):
            return []
        self.state.out_of_time = True
        limit = self.config.limits.max_duration_s
        return stop_all(self.state, "max_duration_s", f"the time limit of {limit:g} s was reached")


def _tried_before(config: SweepConfig) -> set[str] | None:
    """What a sweep that goes on from others does not try again: in a finite space, or where a seed may recur."""
    earlier = config.earlier_points
    is_open = config.keep_history is None and (not earlier or config.sampler.size is None)
    return None if is_open else {canonical_json(point) for point in earlier}
