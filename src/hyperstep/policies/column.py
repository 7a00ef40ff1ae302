"""Some trials of a cohort, each cut at one interval, with the questions that policies ask of them there."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from hyperstep.policies.cohort import Cohort
from hyperstep.policies.peers import Leader, Peers
from hyperstep.policies.sorted_numbers import SortedNumbers
from hyperstep.policies.standings import middle


class Column(Peers):
    """The trials that were taken in, whatever the others do and whatever these report later.

    To take a trial in costs O(log n) comparisons and the shift of a short list; questions cost no more. ``interval`` in
    a question is the column's own.

    Args:
        cohort: Where the curves are; a trial that was taken in keeps its values up to the interval.
        interval: Where curves are cut, from 1.
    """

    def __init__(self, cohort: Cohort, interval: int) -> None:
        self.goal = cohort.goal
        self.interval = interval
        self._cohort = cohort
        self._usable: list[int] = []
        """Trials with a usable value, sorted."""
        self._reached: list[int] = []
        """Those of them that reached the interval, sorted."""
        self._bests = SortedNumbers()
        """Gains of the usable, worst first."""
        self._means = SortedNumbers()
        """Gains of those that reached it, worst first."""
        self._leader: Leader | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Column):
            return NotImplemented
        return vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]  # it grows

    def take(self, trial: int) -> None:
        """Take a trial in, with its curve as it stands up to the interval."""
        best, mean = self.best_of(trial, self.interval), self.mean_of(trial, self.interval)
        if best is None or mean is None:
            return
        insort(self._usable, trial)
        self._bests.add(self._turn(best))
        self._lead(trial, best)
        if self._cohort.intervals(trial) >= self.interval:
            insort(self._reached, trial)
            self._means.add(self._turn(mean))

    def release(self, trial: int) -> None:
        """Take a trial out again, its curve still as it was; O(n) when it leads."""
        best, mean = self.best_of(trial, self.interval), self.mean_of(trial, self.interval)
        if best is None or mean is None:
            return
        _discard(self._usable, trial)
        self._bests.remove(self._turn(best))
        if self._cohort.intervals(trial) >= self.interval:
            _discard(self._reached, trial)
            self._means.remove(self._turn(mean))
        if self._leader is not None and self._leader.trial == trial:
            self._leader = None
            for other in self._usable:
                self._lead(other, self.best_of(other, self.interval))

    def before(self, trial: int) -> Column:
        """A column of those taken in whose number is below ``trial``; O(n log n)."""
        column = Column(self._cohort, self.interval)
        for other in self._usable[: bisect_left(self._usable, trial)]:
            column.take(other)
        return column

    def best_of(self, trial: int, until: int | None = None) -> float | None:
        """A trial's best usable value at intervals 1 … ``until``, at most to the column's."""
        return self._cohort.best_of(trial, self._cut(until))

    def mean_of(self, trial: int, until: int) -> float | None:
        """Mean of a trial's usable values at intervals 1 … ``until``, at most to the column's."""
        return self._cohort.mean_of(trial, self._cut(until))

    def best_until(self, interval: int) -> Leader | None:
        """The best value; of equal ones the one at the earliest interval, then that of the lowest trial."""
        self._require_own(interval)
        return self._leader

    def trials_until(self, interval: int) -> Iterator[int]:
        """Trials with a usable value, in list order."""
        self._require_own(interval)
        return iter(self._usable)

    def count_until(self, interval: int) -> int:
        """How many ``trials_until`` yields."""
        self._require_own(interval)
        return len(self._usable)

    def nth_best_until(self, interval: int, n: int) -> float:
        """The ``n``-th best (from 1) of the trials' bests."""
        self._require_own(interval)
        return self._turn(self._bests[-n])

    def count_better_until(self, interval: int, value: float) -> int:
        """How many trials have a better best than ``value``."""
        self._require_own(interval)
        return len(self._bests) - self._bests.ranks(self._turn(value))[1]

    def trials_at(self, interval: int) -> Iterator[int]:
        """Trials that reached the interval with a usable value, in list order."""
        self._require_own(interval)
        return iter(self._reached)

    def count_at(self, interval: int) -> int:
        """How many ``trials_at`` yields."""
        self._require_own(interval)
        return len(self._reached)

    def median_mean_at(self, interval: int) -> float | None:
        """Median of the means of ``trials_at``; None without one."""
        self._require_own(interval)
        return self._turned(middle(self._means))

    def _lead(self, trial: int, best: float | None) -> None:
        old = self._leader
        if best is None or (old is not None and self.goal.better(old.value, best)):
            return
        new = Leader(trial, best, self._cohort.first_at(trial, best))
        if old is None or new.value != old.value or (new.interval, trial) < (old.interval, old.trial):
            self._leader = new

    def _cut(self, until: int | None) -> int:
        return self.interval if until is None else min(until, self.interval)

    def _require_own(self, interval: int) -> None:
        if interval != self.interval:
            message = f"this column knows interval {self.interval} only, not {interval}"
            raise ValueError(message)


def _discard(numbers: list[int], number: int) -> None:
    del numbers[bisect_left(numbers, number)]
