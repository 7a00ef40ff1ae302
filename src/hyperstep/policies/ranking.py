"""Which trial is the best of those that may be."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush

_SPARE = 100


class Ranking:
    """Entries of trials and gains (larger is better), the best first; entries that hold no more leave late.

    To enter one costs O(log n), and so does to find the best again after it left: on average, as each leaves once.

    Args:
        holds: Whether an entry, given as trial and gain, still says something.
    """

    def __init__(self, holds: Callable[[int, float], bool]) -> None:
        self._holds = holds
        self._heap: list[tuple[float, int]] = []
        """Gains turned round, so that of equal ones the lowest trial comes first."""
        self._limit = _SPARE

    def enter(self, trial: int, gain: float) -> None:
        """The trial has a better gain than before."""
        heappush(self._heap, (-gain, trial))
        if len(self._heap) > self._limit:
            self._clear_up()

    def best(self) -> tuple[int, float] | None:
        """The best trial and its gain; of equal ones the lowest number. None without any."""
        while self._heap:
            turned, trial = self._heap[0]
            if self._holds(trial, -turned):
                return trial, -turned
            heappop(self._heap)
        return None

    def _clear_up(self) -> None:
        """Keep what holds, so that memory grows with the trials, not with their reports."""
        self._heap = [(turned, trial) for turned, trial in self._heap if self._holds(trial, -turned)]
        heapify(self._heap)
        self._limit = 2 * len(self._heap) + _SPARE
