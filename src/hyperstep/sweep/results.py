"""The trials that a model is told of, kept while trials end: the best and the newest."""

from __future__ import annotations

import heapq
from bisect import insort

from hyperstep.records.goal import Goal

MAX_BEST, MAX_RECENT = 100, 300
"""As many are kept; no excerpt may ask for more."""


class Results:
    """Trials that ended with a usable value. To add one costs O(log n), and what is kept does not grow.

    Args:
        goal: Which way is better.
    """

    def __init__(self, goal: Goal) -> None:
        self._turn = 1 if goal is Goal.MAXIMIZE else -1
        self._best: list[tuple[float, int]] = []
        """A heap of gains and numbers turned round, the worst of the best first."""
        self._recent: list[int] = []
        """Sorted."""
        self.known = 0
        """In logical time: all trials below this number have been looked at."""

    def add(self, trial: int, value: float | None) -> None:
        """A trial ended, this being its best value; one without a usable value is not kept."""
        if value is None:
            return
        insort(self._recent, trial)
        if len(self._recent) > 2 * MAX_RECENT:
            del self._recent[:-MAX_RECENT]
        entry = (self._turn * value, -trial)
        if len(self._best) < MAX_BEST:
            heapq.heappush(self._best, entry)
        else:
            heapq.heappushpop(self._best, entry)

    def kept(self) -> list[int]:
        """The numbers, sorted: all of the best ``MAX_BEST`` and of the newest ``MAX_RECENT`` trials are among them."""
        return sorted({*self._recent[-MAX_RECENT:], *(-place for _, place in self._best)})
