"""``uniform`` and ``quniform``: every value between two bounds equally likely."""

from __future__ import annotations

import math
from random import Random

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.search_space.argument_checks import require_number
from hyperstep.search_space.continuous import Continuous
from hyperstep.search_space.quantized import Quantized


class Uniform(Continuous):
    """Floats from ``min_value`` to ``max_value``, both included.

    Raises:
        InvalidInputError: A bound is not a finite number, ``min_value`` is not below ``max_value``, or they lie
            farther apart than the largest float.
    """

    name = "uniform"
    argument_names = ("min_value", "max_value")

    def __init__(self, min_value: float, max_value: float) -> None:
        self.min_value = require_number("min_value", min_value)
        self.max_value = require_number("max_value", max_value)
        if self.min_value >= self.max_value:
            rule = "min_value is below max_value."
            raise InvalidInputError(rule, received=[min_value, max_value], remedy="Swap or widen the bounds.")
        super().__init__(min_value, max_value)
        if not math.isfinite(self.high - self.low):
            rule = "The bounds lie no farther apart than the largest float."
            raise InvalidInputError(rule, received=[min_value, max_value], remedy="Narrow them.")

    def _draw(self, generator: Random) -> float:
        return self._quantile(generator.random())

    def _quantile(self, share: float) -> float:
        return self.low + (self.high - self.low) * share

    def _share_of(self, value: float) -> float:
        return (value - self.low) / (self.high - self.low)

    def arguments(self) -> list[Json]:
        """``[min_value, max_value]``."""
        return [self.min_value, self.max_value]


class QUniform(Quantized):
    """``round(uniform(min_value, max_value) / q) * q``, so a value may lie up to q/2 outside the bounds.

    Raises:
        InvalidInputError: As ``Uniform``; or ``q`` is not a finite number above 0.
    """

    name = "quniform"
    argument_names = ("min_value", "max_value", "q")

    def __init__(self, min_value: float, max_value: float, q: float) -> None:
        super().__init__(Uniform(min_value, max_value), q)
