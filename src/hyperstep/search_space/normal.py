"""``normal`` and ``qnormal``: the bell curve."""

from __future__ import annotations

import math
from random import Random

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.search_space.argument_checks import require_number, require_sigma
from hyperstep.search_space.chance import MAX_DEVIATIONS, normal_quantile, normal_share, standard_normal
from hyperstep.search_space.continuous import Continuous
from hyperstep.search_space.quantized import Quantized


class Normal(Continuous):
    """Normally distributed floats of mean ``mu`` and standard deviation ``sigma``; 0 gives ``mu`` always.

    Raises:
        InvalidInputError: ``mu`` or ``sigma`` is not a finite number, ``sigma`` is below 0, or a draw could pass the
            largest float.
    """

    name = "normal"
    argument_names = ("mu", "sigma")

    def __init__(self, mu: float, sigma: float) -> None:
        self.mu = require_number("mu", mu)
        self.sigma = require_sigma(sigma)
        reach = MAX_DEVIATIONS * self.sigma
        if not math.isfinite(abs(self.mu) + reach):
            rule = f"mu and {MAX_DEVIATIONS} sigma together stay below the largest float."
            raise InvalidInputError(rule, received=[mu, sigma], remedy="Lower one of them.")
        super().__init__(self.mu - reach, self.mu + reach)

    def _draw(self, generator: Random) -> float:
        return self.mu + self.sigma * standard_normal(generator)

    def _quantile(self, share: float) -> float:
        return self.mu + self.sigma * normal_quantile(share)

    def _share_of(self, value: float) -> float:
        return normal_share((value - self.mu) / self.sigma) if self.sigma else 0.5

    def arguments(self) -> list[Json]:
        """``[mu, sigma]``."""
        return [self.mu, self.sigma]


class QNormal(Quantized):
    """``round(normal(mu, sigma) / q) * q``.

    Raises:
        InvalidInputError: As ``Normal``; or ``q`` is not a finite number above 0.
    """

    name = "qnormal"
    argument_names = ("mu", "sigma", "q")
    listable = False

    def __init__(self, mu: float, sigma: float, q: float) -> None:
        super().__init__(Normal(mu, sigma), q)
