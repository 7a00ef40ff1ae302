"""Whole and normal numbers from a generator's bits.

``random.Random`` promises the same stream for the same seed only for ``random()`` and ``getrandbits()``; its other
methods may change with the Python version, and one seed must give one list of trials everywhere.
"""

from __future__ import annotations

import math
from random import Random
from statistics import NormalDist

MAX_DEVIATIONS = 8.6
"""No draw of ``standard_normal`` is farther from 0: sqrt(-2 ln 2**-53) is 8.572."""

_SMALLEST_SHARE = 2.0**-53
_STANDARD = NormalDist()


def whole_below(generator: Random, bound: int) -> int:
    """A whole number in [0, ``bound``), each equally likely; ``bound`` at least 1."""
    bits = (bound - 1).bit_length()
    number = generator.getrandbits(bits)
    while number >= bound:
        number = generator.getrandbits(bits)
    return number


def standard_normal(generator: Random) -> float:
    """A draw of the normal distribution of mean 0 and standard deviation 1.

    Source: Box and Muller, "A note on the generation of random normal deviates", 1958.
    """
    radius = math.sqrt(-2 * math.log(1 - generator.random()))
    return radius * math.cos(2 * math.pi * generator.random())


def normal_quantile(share: float) -> float:
    """The standard deviations below which ``share`` (0 to 1) of the normal draws lie; at most 8.3 from 0."""
    return _STANDARD.inv_cdf(min(max(share, _SMALLEST_SHARE), 1 - _SMALLEST_SHARE))


def normal_share(deviations: float) -> float:
    """The share of normal draws below ``deviations``: the inverse of ``normal_quantile``."""
    return _STANDARD.cdf(deviations)
