"""What distributions over floats share: bounds, and no list of values."""

from __future__ import annotations

from abc import abstractmethod
from random import Random

from hyperstep.search_space.argument_checks import require_number
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

    @abstractmethod
    def _quantile(self, share: float) -> float:
        """The quantile, which may miss the bounds by a rounding error."""

    @abstractmethod
    def _share_of(self, value: float) -> float:
        """The share, which may miss [0, 1] by a rounding error; ``value`` lies within the bounds."""

    def quantile(self, share: float) -> float:
        """A float within the bounds."""
        return min(max(self._quantile(share), self.low), self.high)

    def share_of(self, value: Value) -> float:
        """The share of draws below ``value``; a number outside the bounds counts as the nearer bound.

        Raises:
            InvalidInputError: Not an int or float, or not finite.
        """
        number = require_number("The value", value)  # type: ignore[arg-type]  # it checks
        return min(max(self._share_of(min(max(number, self.low), self.high)), 0.0), 1.0)

    @property
    def size(self) -> None:
        """None: no practical bound."""
        return

    def contains(self, value: Value) -> bool:
        """Whether it is a float within the bounds."""
        return isinstance(value, float) and self.low <= value <= self.high
