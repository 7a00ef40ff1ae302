"""How the trials of a cohort stand at each interval, kept sorted while reports come in.

Numbers are gains: larger is better. A cohort keeps a table from the first question that needs it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Sequence
from math import isfinite

from hyperstep.policies.curve import Curve
from hyperstep.policies.sorted_numbers import SortedNumbers, number_at

_Lists = defaultdict[int, SortedNumbers]
_NONE: Sequence[float] = ()


class Standings(ABC):
    """A table by interval."""

    @abstractmethod
    def advance(self, curve: Curve) -> None:
        """Take in the last interval of ``curve``."""

    @abstractmethod
    def take(self, curve: Curve) -> None:
        """Take in all of ``curve``."""

    @abstractmethod
    def withdraw(self, curve: Curve) -> None:
        """Take all of ``curve`` out."""


class Means(Standings):
    """Means of the trials that reached an interval."""

    def __init__(self) -> None:
        self._reached: _Lists = defaultdict(SortedNumbers)

    def advance(self, curve: Curve) -> None:
        """See the base."""
        _add(self._reached, len(curve), curve.mean())

    def take(self, curve: Curve) -> None:
        """See the base."""
        for interval, mean in enumerate(curve.means, start=1):
            _add(self._reached, interval, mean)

    def withdraw(self, curve: Curve) -> None:
        """See the base."""
        for interval, mean in enumerate(curve.means, start=1):
            _remove(self._reached, interval, mean)

    def at(self, interval: int) -> Sequence[float]:
        """Means over intervals 1 … ``interval`` of the trials that reached it, worst first."""
        return self._reached.get(interval, _NONE)


class Bests(Standings):
    """Bests of all trials until an interval, also of those that ended before it."""

    def __init__(self) -> None:
        self._reached: _Lists = defaultdict(SortedNumbers)
        """By interval: bests, until there, of the trials that reached it."""
        self._latest: _Lists = defaultdict(SortedNumbers)
        """By interval: bests of the trials whose last report it is."""

    def advance(self, curve: Curve) -> None:
        """See the base."""
        interval = len(curve)
        _remove(self._latest, interval - 1, curve.best(interval - 1))
        _add(self._latest, interval, curve.best())
        _add(self._reached, interval, curve.best())

    def take(self, curve: Curve) -> None:
        """See the base."""
        _add(self._latest, len(curve), curve.best())
        for interval, best in enumerate(curve.bests, start=1):
            _add(self._reached, interval, best)

    def withdraw(self, curve: Curve) -> None:
        """See the base."""
        _remove(self._latest, len(curve), curve.best())
        for interval, best in enumerate(curve.bests, start=1):
            _remove(self._reached, interval, best)

    def nth_until(self, interval: int, n: int) -> float:
        """The ``n``-th best (from 1) of the bests, over intervals 1 … ``interval``, of all trials that have one.

        Raises:
            IndexError: There are fewer.
        """
        parts = self._parts(interval)
        return parts[0][-n] if len(parts) == 1 else number_at(parts, sum(map(len, parts)) - n)

    def count_above(self, interval: int, gain: float) -> int:
        """How many of the bests over intervals 1 … ``interval`` are above ``gain``."""
        return sum(len(part) - part.ranks(gain)[1] for part in self._parts(interval))

    def _parts(self, interval: int) -> list[SortedNumbers]:
        shorter = (bests for length, bests in self._latest.items() if length < interval)
        return [*filter(None, [self._reached.get(interval)]), *shorter]


def middle(numbers: Sequence[float]) -> float | None:
    """The median of sorted numbers; None without one."""
    if not numbers:
        return None
    low, high = numbers[(len(numbers) - 1) // 2], numbers[len(numbers) // 2]
    median = (low + high) / 2
    return median if isfinite(median) else low / 2 + high / 2


def _add(lists: _Lists, interval: int, gain: float | None) -> None:
    if gain is not None:
        lists[interval].add(gain)


def _remove(lists: _Lists, interval: int, gain: float | None) -> None:
    if gain is None:
        return
    lists[interval].remove(gain)
    if not lists[interval]:
        del lists[interval]
