"""The curves of a sweep's trials, with the questions that policies ask of them; symbols as in ``peers``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import TypeVar

from hyperstep.policies.curve import Curve
from hyperstep.policies.front import Front, FrontPoint
from hyperstep.policies.peers import Leader, Peers
from hyperstep.policies.ranking import Ranking
from hyperstep.policies.standings import Bests, Means, Standings, middle
from hyperstep.records.goal import Goal

Table = TypeVar("Table", Means, Bests)


class Cohort(Peers):
    """All trials of one sweep, running and ended.

    Reports and questions cost O(log n) unless they say otherwise; ``forget`` may look at every value.

    Args:
        goal: Which way is better.
    """

    def __init__(self, goal: Goal) -> None:
        self.goal = goal
        self._curves: dict[int, Curve] = {}
        self._front = Front()
        self._ranking = Ranking(self._is_best_of)
        self._passed_over: set[int] = set()
        self._firsts: Counter[int] = Counter()
        """How many trials have their first usable value at an interval."""
        self._means: Means | None = None
        self._bests: Bests | None = None
        """Both kept from the first question on: most policies ask for one of them or for none."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cohort):
            return NotImplemented
        return self.goal is other.goal and self.curves() == other.curves()

    __hash__ = None  # type: ignore[assignment]  # it grows

    def report(self, trial: int, value: float | None) -> int:
        """Append a value to a trial's curve; returns the interval (from 1) that it takes."""
        curve = self._curves.get(trial) or self._curves.setdefault(trial, Curve())
        gain = None if value is None or not isfinite(value) else self._turn(value)
        earlier = curve.best()
        curve.append(gain)
        if self._means is not None:
            self._means.advance(curve)
        if self._bests is not None:
            self._bests.advance(curve)
        if gain is not None:
            self._front.add(FrontPoint(len(curve), gain, trial))
        if earlier is None and gain is not None:
            self._firsts[len(curve)] += 1
        if gain is not None and (earlier is None or gain > earlier):
            self._ranking.enter(trial, gain)
        return len(curve)

    def forget(self, trial: int) -> None:
        """Empty a trial's curve: its attempt was lost and starts anew."""
        curve = self._curves.pop(trial, None)
        if curve is None:
            return
        for table in self._tables():
            table.withdraw(curve)
        if curve.first is not None:
            self._firsts[curve.first] -= 1
        if self._front.holds(trial):
            self._front.rebuild(self._points())

    def pass_over(self, trial: int) -> None:
        """Let a trial never be the best, whatever it reported."""
        self._passed_over.add(trial)

    def curve(self, trial: int) -> tuple[float | None, ...]:
        """All values a trial has reported; O(its length)."""
        curve = self._curves.get(trial)
        return () if curve is None else tuple(self._turned(gain) for gain in curve.gains)

    def curves(self) -> dict[int, tuple[float | None, ...]]:
        """All values of all trials that have reported; O(their number)."""
        return {trial: self.curve(trial) for trial in self._curves}

    def intervals(self, trial: int) -> int:
        """How many values a trial has reported."""
        curve = self._curves.get(trial)
        return 0 if curve is None else len(curve)

    def last_of(self, trial: int) -> float | None:
        """A trial's newest value; None when it was not usable, or there is none."""
        curve = self._curves.get(trial)
        return self._turned(curve.gains[-1]) if curve else None

    def best_of(self, trial: int, until: int | None = None) -> float | None:
        """A trial's best usable value at intervals 1 … ``until`` (all without it)."""
        curve = self._curves.get(trial)
        return self._turned(curve.best(until)) if curve else None

    def first_at(self, trial: int, value: float) -> int:
        """The interval at which a trial reported ``value`` first.

        Raises:
            ValueError: It never did.
        """
        return self._curves[trial].gains.index(self._turn(value)) + 1

    def mean_of(self, trial: int, until: int) -> float | None:
        """Mean of a trial's usable values at intervals 1 … ``until``; never better than the best of them."""
        curve = self._curves.get(trial)
        return self._turned(curve.mean(until)) if curve else None

    def best_until(self, interval: int) -> Leader | None:
        """The best value over all trials' intervals 1 … ``interval``, also of those that never reached ``interval``.

        Of equal values, the one at the earliest interval; of these, that of the trial with the lowest number.
        """
        point = self._front.best_until(interval)
        return None if point is None else Leader(point.trial, self._turn(point.gain), point.interval)

    def best(self) -> tuple[int, float] | None:
        """The best trial that was not passed over, and its value over everything; of equal values the lowest trial."""
        best = self._ranking.best()
        return None if best is None else (best[0], self._turn(best[1]))

    def trials_until(self, interval: int) -> Iterator[int]:
        """Trials with a usable value at intervals 1 … ``interval``."""
        return (trial for trial, curve in self._curves.items() if curve.best(interval) is not None)

    def count_until(self, interval: int) -> int:
        """How many ``trials_until`` yields; O(at how many different intervals curves have their first usable value)."""
        return sum(count for first, count in self._firsts.items() if first <= interval)

    def nth_best_until(self, interval: int, n: int) -> float:
        """The ``n``-th best (from 1) among the bests, over intervals 1 … ``interval``, of all trials that have one.

        Where some have not reached ``interval``, O(how many curves of different length end before it), some 0.1 ms.

        Raises:
            IndexError: There are fewer than ``n``.
        """
        return self._turn(self._bests_table().nth_until(interval, n))

    def count_better_until(self, interval: int, value: float) -> int:
        """How many trials have a better best, over intervals 1 … ``interval``, than ``value``.

        O(log n) for each different length at which curves end before ``interval``.
        """
        return self._bests_table().count_above(interval, self._turn(value))

    def trials_at(self, interval: int) -> Iterator[int]:
        """Trials that reached ``interval`` and have a usable value at or before it."""
        return (trial for trial in self.trials_until(interval) if len(self._curves[trial]) >= interval)

    def count_at(self, interval: int) -> int:
        """How many ``trials_at`` yields."""
        return len(self._means_at(interval))

    def median_mean_at(self, interval: int) -> float | None:
        """Median of the means over intervals 1 … ``interval`` of ``trials_at(interval)``; None without one."""
        return self._turned(middle(self._means_at(interval)))

    def _means_at(self, interval: int) -> Sequence[float]:
        if self._means is None:
            self._means = self._filled(Means())
        return self._means.at(interval)

    def _bests_table(self) -> Bests:
        if self._bests is None:
            self._bests = self._filled(Bests())
        return self._bests

    def _filled(self, table: Table) -> Table:
        for curve in self._curves.values():
            table.take(curve)
        return table

    def _tables(self) -> Iterator[Standings]:
        return (table for table in (self._means, self._bests) if table is not None)

    def _is_best_of(self, trial: int, gain: float) -> bool:
        curve = self._curves.get(trial)
        return curve is not None and curve.best() == gain and trial not in self._passed_over

    def _points(self) -> Iterator[FrontPoint]:
        for trial, curve in self._curves.items():
            for interval, gain in enumerate(curve.gains, start=1):
                if gain is not None:
                    yield FrontPoint(interval, gain, trial)
