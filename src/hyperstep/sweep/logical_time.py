"""Deterministic sweeps: which trial is stopped, and what a sampler learns, follow from logical time, not from arrival.

The rule. Trials are numbered in list order; the *counted* curve of a trial is what everything is decided by.

1. The verdict on trial i at interval N, where the policy applies, is a function of the curves of trials 0 … i-1, cut at
   N, and of i's own up to N. It is taken as soon as each trial j < i has counted N values or has *settled*.
2. Verdicts on one trial are taken in the order of N. What it reports beyond the next verdict is kept *ahead*: it counts
   once the verdict is to keep. After a stop at N nothing of it counts beyond N, for anything; it is *set aside*.
3. A trial has settled when it was stopped by a verdict, or when its last process is gone and all verdicts on it were
   taken. Between the two it is Finalizing, without a slot, and may still turn out to have been stopped.
4. A trial that is started again starts its curve anew: it leaves the intervals that it had reached, later trials that
   have not been judged there wait until it comes again, and then it is judged again.
5. A sampler that looks at results is asked for trial i once all trials j < i - K have settled, K being the sweep's
   ``max_concurrent``; it is told their results, and of the others that they are pending.

So each interval is passed by the trials in list order. ``Passage`` is that queue; with its ``Column`` the verdict costs
O(log n). Nothing here waits for a verdict to go on running: processes end by themselves, trial 0 waits for nobody, and
each other trial for earlier ones only, so every trial settles.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from hyperstep.policies.base import Policy, Verdict
from hyperstep.policies.cohort import Cohort
from hyperstep.policies.column import Column
from hyperstep.sweep.trial_state import TrialState

_NOTHING: deque[float | None] = deque()


@dataclass(slots=True)
class Passage:
    """The trials that have passed one interval: in list order, but for those that were started again."""

    column: Column
    passed: int = 0
    """Trials below this number have passed, or are ``missing``."""
    missing: list[int] = field(default_factory=list)
    """Those that had passed and were started again, sorted."""

    @property
    def turn(self) -> int:
        """The trial that is to pass next."""
        return self.missing[0] if self.missing else self.passed

    def enter(self) -> None:
        """Let the trial pass whose turn it is, with its curve as it stands."""
        self.column.take(self.turn)
        if self.missing:
            del self.missing[0]
        else:
            self.passed += 1

    def judges_of(self, trial: int) -> Column:
        """The trial, which passed just now, and those before it."""
        if trial == self.passed - 1:
            return self.column
        before = self.column.before(trial)
        before.take(trial)
        return before

    def leave(self, trial: int) -> None:
        """Take a trial out that starts anew, its curve still as it was."""
        if trial < self.passed and trial not in self.missing:
            self.column.release(trial)
            insort(self.missing, trial)


@dataclass(slots=True)
class LogicalTime:
    """How far each trial's values count, and who has settled."""

    policy: Policy = field(compare=False)
    cohort: Cohort
    """The counted curves, of which this is the only writer."""
    trials: list[TrialState]
    passages: dict[int, Passage] = field(default_factory=dict)
    """By interval; made when the first trial comes there."""
    ahead: dict[int, deque[float | None]] = field(default_factory=dict)
    """Values of trials that may yet be set aside; no trial without any."""
    touched: deque[int] = field(default_factory=deque)
    """Trials to look at: something happened to them, or it has become their turn."""
    settled: int = 0
    """Trials below this number have settled."""

    def report(self, trial: TrialState, values: Sequence[float | None]) -> None:
        """Keep what a trial reported; what comes after a stop is set aside."""
        if not trial.settled and values:
            self.ahead.setdefault(trial.index, deque()).extend(values)
            self.touched.append(trial.index)

    def start_anew(self, trial: TrialState) -> None:
        """Take a trial's values out."""
        self.ahead.pop(trial.index, None)
        for passage in self.passages.values():
            if passage.column.interval <= trial.judged_at:
                passage.leave(trial.index)
        self.cohort.forget(trial.index)
        trial.judged_at = 0

    def advance(self, trial: TrialState) -> Verdict | None:
        """Count the trial's values up to its next verdict that cannot be taken yet, or up to a stop.

        Returns:
            The verdict to stop, when there is one.
        """
        while True:
            if self._is_due(trial):
                verdict = self._judge(trial)
                if verdict is None:
                    return None
                if verdict.stop:
                    self.ahead.pop(trial.index, None)
                    return verdict
            elif not self._count_next(trial):
                return None

    def is_complete(self, trial: TrialState) -> bool:
        """Whether all that the trial reported counts, and all verdicts on it were taken."""
        return trial.index not in self.ahead and not self._is_due(trial)

    def settle(self, trial: TrialState) -> None:
        """Let a trial whose curve is as long as it will ever be pass all later intervals."""
        trial.settled = True
        while self.settled < len(self.trials) and self.trials[self.settled].settled:
            self.settled += 1
        for passage in self.passages.values():
            if passage.turn == trial.index:
                self._pass_shorter(passage)

    def _is_due(self, trial: TrialState) -> bool:
        interval = self.cohort.intervals(trial.index)
        return interval > trial.judged_at and self.policy.may_stop and self.policy.applies_at(interval)

    def _judge(self, trial: TrialState) -> Verdict | None:
        """The verdict that is due; None while it is not the trial's turn."""
        interval = self.cohort.intervals(trial.index)
        passage = self._passage(interval)
        if passage.turn != trial.index:
            return None
        passage.enter()
        trial.judged_at = interval
        verdict = self.policy.judge(trial.index, interval, passage.judges_of(trial.index))
        self._pass_shorter(passage)
        return verdict

    def _count_next(self, trial: TrialState) -> bool:
        """Count the next value that is ahead; False when there is none."""
        values = self.ahead.get(trial.index, _NOTHING)
        if not values:
            self.ahead.pop(trial.index, None)
            return False
        self.cohort.report(trial.index, values.popleft())
        trial.unusable_values += self.cohort.last_of(trial.index) is None
        if not values:
            del self.ahead[trial.index]
        return True

    def _passage(self, interval: int) -> Passage:
        if interval not in self.passages:
            self.passages[interval] = Passage(Column(self.cohort, interval))
            self._pass_shorter(self.passages[interval])
        return self.passages[interval]

    def _pass_shorter(self, passage: Passage) -> None:
        """Let those pass whose turn it is and who settled before this interval; the next one is to be looked at."""
        while passage.turn < len(self.trials) and self._ends_before(passage.turn, passage.column.interval):
            passage.enter()
        if passage.turn < len(self.trials):
            self.touched.append(passage.turn)

    def _ends_before(self, trial: int, interval: int) -> bool:
        return self.trials[trial].settled and self.cohort.intervals(trial) < interval
