"""Sorted values of all trials at each interval, kept sorted while reports come in."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from math import isfinite

from hyperstep.policies.curve import Curve


class Standings:
    """Bests and means of trials by interval, as gains: larger is better.

    A report costs O(log n) comparisons and the shift of a list.
    """

    def __init__(self) -> None:
        self._means: defaultdict[int, list[float]] = defaultdict(list)
        """By interval: means of the trials that reached it."""
        self._reached: defaultdict[int, list[float]] = defaultdict(list)
        """By interval: bests, until there, of the trials that reached it."""
        self._latest: defaultdict[int, list[float]] = defaultdict(list)
        """By interval: bests of the trials whose last report it is."""

    def advance(self, curve: Curve) -> None:
        """Take in the last interval of ``curve``."""
        interval = len(curve)
        _discard(self._latest, interval - 1, curve.best(interval - 1))
        _add(self._latest, interval, curve.best())
        _add(self._reached, interval, curve.best())
        _add(self._means, interval, curve.mean())

    def withdraw(self, curve: Curve) -> None:
        """Take all of ``curve`` out."""
        _discard(self._latest, len(curve), curve.best())
        for interval in range(1, len(curve) + 1):
            _discard(self._reached, interval, curve.best(interval))
            _discard(self._means, interval, curve.mean(interval))

    def means_at(self, interval: int) -> list[float]:
        """Means over intervals 1 … ``interval`` of the trials that reached it, worst first."""
        return self._means.get(interval, [])

    def count_until(self, interval: int) -> int:
        """How many trials have a usable value at intervals 1 … ``interval``."""
        return sum(map(len, self._parts(interval)))

    def bests_until(self, interval: int) -> list[float]:
        """Bests over intervals 1 … ``interval`` of all trials that have one, worst first.

        Merges lists that are sorted already, which costs O(n) at a few nanoseconds each.
        """
        parts = self._parts(interval)
        return parts[0] if len(parts) == 1 else sorted(chain.from_iterable(parts))

    def _parts(self, interval: int) -> list[list[float]]:
        shorter = [bests for length, bests in self._latest.items() if length < interval]
        return [self._reached.get(interval, []), *shorter]


def middle(numbers: Sequence[float]) -> float | None:
    """The median of sorted numbers; None without one."""
    if not numbers:
        return None
    low, high = numbers[(len(numbers) - 1) // 2], numbers[len(numbers) // 2]
    median = (low + high) / 2
    return median if isfinite(median) else low / 2 + high / 2


def _add(lists: defaultdict[int, list[float]], interval: int, gain: float | None) -> None:
    if gain is not None:
        insort(lists[interval], gain)


def _discard(lists: defaultdict[int, list[float]], interval: int, gain: float | None) -> None:
    if gain is None:
        return
    gains = lists[interval]
    del gains[bisect_left(gains, gain)]
    if not gains:
        del lists[interval]
