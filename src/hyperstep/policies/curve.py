"""The values that one trial reported, with the best and the mean at each interval.

All numbers are *gains*: larger is better, whatever the goal. Without a usable value so far, best and mean are None.
"""

from __future__ import annotations


class Curve:
    """Grows by one interval with each report; what it says of an interval never changes."""

    __slots__ = ("_used", "bests", "first", "gains", "means")

    def __init__(self) -> None:
        self.gains: list[float | None] = []
        self.bests: list[float | None] = []
        """Largest gain at intervals 1 … i+1."""
        self.means: list[float | None] = []
        """Mean of the usable gains at intervals 1 … i+1."""
        self.first: int | None = None
        """The first interval with a usable gain."""
        self._used = 0

    def __len__(self) -> int:
        """The number of intervals."""
        return len(self.gains)

    def append(self, gain: float | None) -> None:
        """Take one more report in; None when its value was no finite number."""
        best, mean = (self.bests[-1], self.means[-1]) if self.gains else (None, None)
        if gain is not None:
            self._used += 1
            self.first = self.first or len(self.gains) + 1
            best = gain if best is None else max(best, gain)
            mean = gain if mean is None else _next_mean(mean, gain, self._used)
        self.gains.append(gain)
        self.bests.append(best)
        self.means.append(mean)

    def best(self, until: int | None = None) -> float | None:
        """Largest gain at intervals 1 … ``until``, or of all."""
        if until is None or until >= len(self.bests):
            return self.bests[-1] if self.bests else None
        return self.bests[until - 1] if until > 0 else None

    def mean(self, until: int | None = None) -> float | None:
        """Mean of the usable gains at intervals 1 … ``until``, or of all."""
        if until is None or until >= len(self.means):
            return self.means[-1] if self.means else None
        return self.means[until - 1] if until > 0 else None


def _next_mean(mean: float, gain: float, count: int) -> float:
    """The mean of ``count`` numbers from that of one fewer.

    Exact for equal numbers and finite for the largest. Rounding never lifts it above the largest of them, so that no
    median of means is better than the best trial.
    """
    return mean + (gain / count - mean / count)
