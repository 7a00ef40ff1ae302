"""The best value at or before each interval, over all trials, as the few points where it improves."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple


class FrontPoint(NamedTuple):
    """Where the best so far improves."""

    interval: int
    gain: float
    """Larger is better."""
    trial: int


class Front:
    """Points whose gains grow with their intervals; any other point is worse than an earlier one, and left out.

    Of equal gains the one at the earlier interval stays; at the same interval, the trial of lower number. So the order
    in which points are added does not matter.
    """

    def __init__(self) -> None:
        self._points: list[FrontPoint] = []

    def add(self, point: FrontPoint) -> None:
        """Take a point in. Amortised O(log n): each point leaves at most once."""
        start = bisect_right(self._points, point.interval, key=attrgetter("interval"))
        if start and not _supersedes(point, self._points[start - 1]):
            return
        if start and self._points[start - 1].interval == point.interval:
            start -= 1
        end = start
        while end < len(self._points) and self._points[end].gain <= point.gain:
            end += 1
        self._points[start:end] = [point]

    def best_until(self, interval: int) -> FrontPoint | None:
        """The best point at intervals 1 … ``interval``; O(log n)."""
        end = bisect_right(self._points, interval, key=attrgetter("interval"))
        return self._points[end - 1] if end else None

    def holds(self, trial: int) -> bool:
        """Whether a point of ``trial`` is among the best."""
        return any(point.trial == trial for point in self._points)

    def rebuild(self, points: Iterable[FrontPoint]) -> None:
        """Forget everything, then take ``points`` in."""
        self._points.clear()
        for point in points:
            self.add(point)


def _supersedes(new: FrontPoint, old: FrontPoint) -> bool:
    """Whether ``new``, not earlier than ``old``, belongs on the front after it or in its place."""
    if new.gain != old.gain:
        return new.gain > old.gain
    return new.interval == old.interval and new.trial < old.trial
