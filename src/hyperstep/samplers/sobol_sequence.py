"""The scrambled Sobol sequence: points that fill the unit cube evenly, any of them at once.

Source: I. M. Sobol', "On the distribution of points in a cube", 1967, with the direction numbers of Joe and Kuo and the
Gray-code order of Antonov and Saleev, 1979. Scrambled by random lower-triangular matrices and a digital shift:
J. Matousek, "On the L2-discrepancy for anchored boxes", Journal of Complexity 14 (1998), 527-556.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import xor
from random import Random

from hyperstep.samplers.seeding import keyed_generator
from hyperstep.samplers.sobol_numbers import NUMBERS

BITS = 52
"""Binary digits of a coordinate; the sequence has 2**52 points."""


class SobolSequence:
    """Points in the open unit cube. The first 2**k, and each such block after them, are spread evenly.

    Of such a block each 2**-k wide slice along each axis holds exactly one point. Scrambling keeps that, and each point
    by itself is uniformly distributed over the seeds.

    Args:
        dimensions: At most ``MAX_DIMENSIONS``.
        seed: Decides the scrambling; each dimension's follows from the seed and its place.
    """

    def __init__(self, dimensions: int, seed: int) -> None:
        self._axes = [_scrambled_axis(place, keyed_generator(seed, "sobol", place)) for place in range(dimensions)]

    def point(self, index: int) -> list[float]:
        """Point ``index`` (from 0, below 2**52): a coordinate strictly between 0 and 1 for each dimension."""
        gray = index ^ (index >> 1)
        return [
            (_sum_of_chosen(numbers, gray) ^ shift) * 2.0**-BITS + 2.0 ** -(BITS + 1) for shift, numbers in self._axes
        ]


def direction_numbers(place: int, bits: int = BITS) -> list[int]:
    """Of the dimension at ``place`` (from 0) the direction numbers v1, v2 … as whole multiples of 2**-bits."""
    if place == 0:
        return [1 << (bits - 1 - column) for column in range(bits)]
    polynomial, first = NUMBERS[place - 1]
    degree = len(first)
    numbers = list(first[:bits])
    for newest in range(degree, bits):
        oldest = numbers[newest - degree]
        inner = (numbers[newest - step] << step for step in range(1, degree) if polynomial >> (degree - 1 - step) & 1)
        numbers.append(reduce(xor, inner, oldest ^ (oldest << degree)))
    return [number << (bits - 1 - column) for column, number in enumerate(numbers)]


def _scrambled_axis(place: int, generator: Random) -> tuple[int, list[int]]:
    """The digital shift, and the direction numbers times a random lower-triangular matrix with ones on the diagonal."""
    columns = [(1 << digit) | generator.getrandbits(digit) for digit in range(BITS)]
    shift = generator.getrandbits(BITS)
    return shift, [_sum_of_chosen(columns, number) for number in direction_numbers(place)]


def _sum_of_chosen(vectors: Sequence[int], chosen: int) -> int:
    """The sum modulo 2 of the vectors whose bit is set in ``chosen``, the lowest bit for the first vector."""
    total = 0
    while chosen:
        lowest = chosen & -chosen
        total ^= vectors[lowest.bit_length() - 1]
        chosen ^= lowest
    return total
