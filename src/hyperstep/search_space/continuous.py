"""What distributions over floats share: bounds, and no list of values."""

from __future__ import annotations

from abc import abstractmethod
from random import Random

from hyperstep.search_space.distribution import Distribution, Value


class Continuous(Distribution):
    """A distribution over floats between ``low`` and ``high``, both finite and included.

    Args:
        low: The least value that a draw can give.
        high: The greatest.
    """

    def __init__(self, low: float, high: float) -> None:
        self.low = float(low)
        self.high = float(high)

    @abstractmethod
    def _draw(self, generator: Random) -> float:
        """A draw that may miss the bounds by a rounding error."""

    def draw(self, generator: Random) -> float:
        """A float."""
        return min(max(self._draw(generator), self.low), self.high)

    @property
    def size(self) -> None:
        """None: no practical bound."""
        return

    def contains(self, value: Value) -> bool:
        """Whether it is a float within the bounds."""
        return isinstance(value, float) and self.low <= value <= self.high
