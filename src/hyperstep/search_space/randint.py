"""``randint``: a whole number from 0 up to, and without, a bound."""

from __future__ import annotations

from random import Random

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.search_space.chance import whole_below
from hyperstep.search_space.distribution import Distribution, Value

FLOAT_STEPS = 2**53
"""Shares are floats; multiplied by this they are whole, so that a bound beyond the largest float does no harm."""


class RandInt(Distribution):
    """Whole numbers in [0, ``upper``), each equally likely.

    Args:
        upper: At least 1.

    Raises:
        InvalidInputError: Not an int, or below 1.
    """

    name = "randint"
    argument_names = ("upper",)

    def __init__(self, upper: int) -> None:
        if type(upper) is not int or upper < 1:
            rule = "randint takes a whole number of at least 1; it draws from 0 to one below it."
            raise InvalidInputError(rule, received=upper, remedy="Give it as an int.")
        self.upper = upper

    def draw(self, generator: Random) -> Value:
        """A whole number below ``upper``."""
        return whole_below(generator, self.upper)

    def quantile(self, share: float) -> Value:
        """The whole numbers, each with an equal part of [0, 1]."""
        return min(int(share * FLOAT_STEPS) * self.upper // FLOAT_STEPS, self.upper - 1)

    def share_of(self, value: Value) -> float:
        """The middle of the number's part.

        Raises:
            InvalidInputError: Not an int in [0, ``upper``).
        """
        return (2 * self.position(value) + 1) / (2 * self.upper)

    @property
    def size(self) -> int:
        """``upper``."""
        return self.upper

    def value_at(self, position: int) -> Value:
        """The position itself."""
        return position

    def position(self, value: Value) -> int:
        """The value itself.

        Raises:
            InvalidInputError: Not an int in [0, ``upper``).
        """
        if type(value) is not int or not 0 <= value < self.upper:
            rule = f"The value is an int from 0 to {self.upper - 1}."
            raise InvalidInputError(rule, received=value)
        return value

    def contains(self, value: Value) -> bool:
        """Whether it is an int in [0, ``upper``)."""
        return type(value) is int and 0 <= value < self.upper

    def arguments(self) -> list[Json]:
        """``[upper]``."""
        return [self.upper]
