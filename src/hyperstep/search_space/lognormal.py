"""``lognormal`` and ``qlognormal``: the logarithm is normally distributed."""

from __future__ import annotations

import math
from random import Random

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.search_space.argument_checks import require_number, require_sigma
from hyperstep.search_space.chance import MAX_DEVIATIONS, normal_quantile, normal_share, standard_normal
from hyperstep.search_space.continuous import Continuous
from hyperstep.search_space.quantized import Quantized


class LogNormal(Continuous):
    """``exp(normal(mu, sigma))``: ``mu`` and ``sigma`` belong to the natural logarithm of the values.

    Raises:
        InvalidInputError: ``mu`` or ``sigma`` is not a finite number, ``sigma`` is below 0, or a draw could pass the
            largest float.
    """

    name = "lognormal"
    argument_names = ("mu", "sigma")

    def __init__(self, mu: float, sigma: float) -> None:
        self.mu = require_number("mu", mu)
        self.sigma = require_sigma(sigma)
        reach = MAX_DEVIATIONS * self.sigma
        try:
            super().__init__(math.exp(self.mu - reach), math.exp(self.mu + reach))
        except OverflowError as error:
            rule = f"exp(mu + {MAX_DEVIATIONS} sigma) is a finite number: both belong to the logarithm of the values."
            remedy = "Give the mean and the standard deviation of math.log(x)."
            raise InvalidInputError(rule, received=[mu, sigma], remedy=remedy) from error

    def _draw(self, generator: Random) -> float:
        return math.exp(self.mu + self.sigma * standard_normal(generator))

    def _quantile(self, share: float) -> float:
        return math.exp(self.mu + self.sigma * normal_quantile(share))

    def _share_of(self, value: float) -> float:
        if not self.sigma or value == 0:  # exp rounds to 0 from about -745 on
            return 0.0 if self.sigma else 0.5
        return normal_share((math.log(value) - self.mu) / self.sigma)

    def arguments(self) -> list[Json]:
        """``[mu, sigma]``."""
        return [self.mu, self.sigma]


class QLogNormal(Quantized):
    """``round(exp(normal(mu, sigma)) / q) * q``; ``q`` belongs to the values, not to their logarithm.

    Raises:
        InvalidInputError: As ``LogNormal``; or ``q`` is not a finite number above 0.
    """

    name = "qlognormal"
    argument_names = ("mu", "sigma", "q")
    listable = False

    def __init__(self, mu: float, sigma: float, q: float) -> None:
        super().__init__(LogNormal(mu, sigma), q)
