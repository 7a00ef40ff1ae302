"""``loguniform`` and ``qloguniform``: the logarithm is uniform, so each order of magnitude is equally likely."""

from __future__ import annotations

import math
from random import Random

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.search_space.argument_checks import require_number
from hyperstep.search_space.continuous import Continuous
from hyperstep.search_space.quantized import Quantized


class LogUniform(Continuous):
    """``exp(uniform(min_value, max_value))``: the bounds are natural *logarithms* of the values.

    Raises:
        InvalidInputError: A bound is not a finite number, ``min_value`` is above ``max_value``, or
            ``exp(max_value)`` is beyond the largest float.
    """

    name = "loguniform"
    argument_names = ("min_value", "max_value")

    def __init__(self, min_value: float, max_value: float) -> None:
        self.min_value = require_number("min_value", min_value)
        self.max_value = require_number("max_value", max_value)
        if self.min_value > self.max_value:
            rule = "min_value is not above max_value."
            raise InvalidInputError(rule, received=[min_value, max_value], remedy="Swap the bounds.")
        try:
            super().__init__(math.exp(self.min_value), math.exp(self.max_value))
        except OverflowError as error:
            rule = "exp(max_value) is a finite number: the bounds are natural logarithms of the values."
            remedy = "Give math.log(x) of the greatest value that you want."
            raise InvalidInputError(rule, received=max_value, remedy=remedy) from error

    def _draw(self, generator: Random) -> float:
        return self._quantile(generator.random())

    def _quantile(self, share: float) -> float:
        return math.exp(self.min_value + (self.max_value - self.min_value) * share)

    def _share_of(self, value: float) -> float:
        if self.low == self.high or value == 0:  # exp rounds to 0 from about -745 on
            return 0.5 if self.low == self.high else 0.0
        return (math.log(value) - self.min_value) / (self.max_value - self.min_value)

    def arguments(self) -> list[Json]:
        """``[min_value, max_value]``."""
        return [self.min_value, self.max_value]


class QLogUniform(Quantized):
    """``round(exp(uniform(min_value, max_value)) / q) * q``; the bounds are natural logarithms, ``q`` is not.

    Raises:
        InvalidInputError: As ``LogUniform``; or ``q`` is not a finite number above 0.
    """

    name = "qloguniform"
    argument_names = ("min_value", "max_value", "q")

    def __init__(self, min_value: float, max_value: float, q: float) -> None:
        super().__init__(LogUniform(min_value, max_value), q)
