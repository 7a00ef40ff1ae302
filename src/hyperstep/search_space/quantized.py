"""What the rounded distributions share: multiples of a step ``q``."""

from __future__ import annotations

import math
from random import Random
from typing import ClassVar

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.search_space.argument_checks import require_positive
from hyperstep.search_space.continuous import Continuous
from hyperstep.search_space.distribution import Distribution, Value

MAX_LISTED = 10_000_000
"""With more values than this a rounded distribution counts as unbounded."""
EXACT_MULTIPLES = 2**50
"""From this multiple on, value / q does not give it back exactly: floats have 53 bits."""


class Quantized(Distribution):
    """``round(x / q) * q`` of a continuous draw ``x``: floats, ties to the even multiple, not clipped to x's bounds.

    A multiple that only a tie at a bound could give (0 of ``quniform(1, 5, 2)``: probability 0) is not a value.

    Args:
        source: Where x comes from.
        q: The step between two values, above 0.

    Raises:
        InvalidInputError: ``q`` is not a finite number above 0, or so small that the multiples pass the largest float.
    """

    listable: ClassVar[bool] = True
    """Whether the bounds are part of the definition, so that the values can be listed."""

    def __init__(self, source: Continuous, q: float) -> None:
        self.source = source
        self.q = require_positive("q", q)
        self._lowest, self._highest = _multiples(source.low / self.q, source.high / self.q)
        if not math.isfinite(self._value(self._lowest)) or not math.isfinite(self._value(self._highest)):
            rule = "The multiples of q stay below the largest float."
            raise InvalidInputError(rule, received=q, remedy="Give a smaller q or narrower bounds.")

    def draw(self, generator: Random) -> Value:
        """A multiple of ``q``, as a float."""
        return self._rounded(self.source.draw(generator))

    def quantile(self, share: float) -> Value:
        """The multiple that the source's quantile rounds to."""
        return self._rounded(self.source.quantile(share))

    def share_of(self, value: Value) -> float:
        """The source's share of the multiple, or of the source's bound where that is nearer.

        Raises:
            InvalidInputError: Not an int or float, or not finite.
        """
        return self.source.share_of(value)

    @property
    def size(self) -> int | None:
        """The number of multiples; None without bounds or above ``MAX_LISTED``."""
        count = self._highest - self._lowest + 1
        return count if self.listable and count <= MAX_LISTED else None

    def value_at(self, position: int) -> Value:
        """The multiple at ``position``, from the lowest up.

        Raises:
            InvalidInputError: ``size`` is None.
        """
        if self.size is None:
            return super().value_at(position)
        return self._value(self._lowest + position)

    def position(self, value: Value) -> int:
        """How many steps the value lies above the lowest.

        Raises:
            InvalidInputError: ``size`` is None, or the value is none of the multiples.
        """
        if self.size is None:
            return super().position(value)
        if not isinstance(value, float) or not self.contains(value):
            rule = f"The value is a multiple of {self.q} that {self!r} can give, as a float."
            raise InvalidInputError(rule, received=value)
        return round(value / self.q) - self._lowest

    def contains(self, value: Value) -> bool:
        """Whether it is one of the multiples, as a float."""
        if not isinstance(value, float) or not math.isfinite(value / self.q):
            return False
        multiple = round(value / self.q)
        if abs(multiple) >= EXACT_MULTIPLES:
            return self._value(self._lowest) <= value <= self._value(self._highest)
        return self._lowest <= multiple <= self._highest and self._value(multiple) == value

    def arguments(self) -> list[Json]:
        """The source's arguments, then ``q``."""
        return [*self.source.arguments(), self.q]

    def _rounded(self, value: float) -> float:
        return self._value(min(max(round(value / self.q), self._lowest), self._highest))

    def _value(self, multiple: int) -> float:
        return float(multiple) * float(self.q)


def _multiples(low: float, high: float) -> tuple[int, int]:
    """The least and the greatest whole number to which a stretch of [low, high], more than a point, rounds."""
    if not math.isfinite(low) or not math.isfinite(high):
        rule = "The values divided by q stay below the largest float."
        raise InvalidInputError(rule, received=[low, high], remedy="Give a greater q.")
    lowest, highest = math.floor(low + 0.5), math.ceil(high - 0.5)
    return (lowest, highest) if lowest <= highest else (round(low), round(low))
