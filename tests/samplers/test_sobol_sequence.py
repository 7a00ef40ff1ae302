"""The Sobol sequence: the published numbers, evenness, scrambling."""

from __future__ import annotations

import importlib
import math
from functools import reduce
from itertools import combinations
from operator import xor
from statistics import fmean
from typing import Any

import pytest

from hyperstep.samplers.sobol_numbers import MAX_DIMENSIONS, NUMBERS
from hyperstep.samplers.sobol_sequence import BITS, SobolSequence, direction_numbers


def unscrambled(index: int, dimensions: int, bits: int = BITS) -> list[float]:
    gray = index ^ (index >> 1)
    coordinates = []
    for place in range(dimensions):
        chosen = [number for bit, number in enumerate(direction_numbers(place, bits)) if gray >> bit & 1]
        coordinates.append(reduce(xor, chosen, 0) / 2**bits)
    return coordinates


def polynomial(inner: int, degree: int) -> int:
    return (1 << degree) | (inner << 1) | 1


def times_x(number: int, modulus: int) -> int:
    doubled = number << 1
    return doubled ^ modulus if doubled >> (modulus.bit_length() - 1) & 1 else doubled


def test_the_table_has_a_row_for_each_dimension_after_the_first() -> None:
    assert len(NUMBERS) == MAX_DIMENSIONS - 1
    assert NUMBERS[0] == (0, (1,))
    assert NUMBERS[9] == (11, (1, 1, 5, 1, 1))


def test_each_polynomial_is_primitive_and_none_occurs_twice() -> None:
    polynomials = [polynomial(inner, len(first)) for inner, first in NUMBERS]
    assert len(set(polynomials)) == len(polynomials)
    for modulus in polynomials:
        order, power = 1, times_x(1, modulus)
        while power != 1:
            order, power = order + 1, times_x(power, modulus)
        assert order == 2 ** (modulus.bit_length() - 1) - 1


def test_each_first_number_is_odd_and_below_its_power_of_two() -> None:
    for _, first in NUMBERS:
        assert all(number % 2 == 1 and number < 2**place for place, number in enumerate(first, start=1))


def test_the_first_bits_are_independent_over_all_dimensions() -> None:
    bits = MAX_DIMENSIONS
    rows = [
        sum((number >> (bits - 1)) << column for column, number in enumerate(direction_numbers(place, bits)))
        for place in range(MAX_DIMENSIONS)
    ]
    basis: dict[int, int] = {}
    for start in rows:
        row = start
        while row and row.bit_length() in basis:
            row ^= basis[row.bit_length()]
        assert row != 0, "property A of Sobol fails"
        basis[row.bit_length()] = row


def test_the_unscrambled_points_are_the_published_ones() -> None:
    assert [unscrambled(index, 3) for index in range(6)] == [
        [0, 0, 0],
        [0.5, 0.5, 0.5],
        [0.75, 0.25, 0.25],
        [0.25, 0.75, 0.75],
        [0.375, 0.375, 0.625],
        [0.875, 0.875, 0.125],
    ]


def test_the_unscrambled_points_are_those_of_another_implementation() -> None:
    pytest.importorskip("scipy")
    qmc: Any = importlib.import_module("scipy.stats.qmc")
    theirs = qmc.Sobol(MAX_DIMENSIONS, scramble=False, bits=30).random(256)
    assert [unscrambled(index, MAX_DIMENSIONS, 30) for index in range(256)] == theirs.tolist()


@pytest.mark.parametrize("block", [0, 1, 5])
def test_each_slice_of_each_axis_holds_one_point_of_a_block(block: int) -> None:
    size = 128
    sequence = SobolSequence(MAX_DIMENSIONS, seed=4)
    points = [sequence.point(index) for index in range(block * size, (block + 1) * size)]
    for place in range(MAX_DIMENSIONS):
        assert sorted(math.floor(point[place] * size) for point in points) == list(range(size))


def test_each_equal_rectangle_of_the_first_two_axes_holds_one_point() -> None:
    sequence = SobolSequence(2, seed=9)
    points = [sequence.point(index) for index in range(64)]
    for power in range(7):
        cells = {(int(x * 2**power), int(y * 2 ** (6 - power))) for x, y in points}
        assert len(cells) == 64


def test_projections_on_two_axes_are_more_even_than_random_points() -> None:
    sequence = SobolSequence(6, seed=2)
    points = [sequence.point(index) for index in range(256)]
    for first, second in combinations(range(6), 2):
        counts = [0] * 16
        for point in points:
            counts[int(point[first] * 4) * 4 + int(point[second] * 4)] += 1
        assert counts == [16] * 16


def test_every_point_lies_strictly_inside_and_uses_all_digits() -> None:
    sequence = SobolSequence(3, seed=0)
    coordinates = [coordinate for index in range(500) for coordinate in sequence.point(index)]
    assert all(0 < coordinate < 1 for coordinate in coordinates)
    assert any(coordinate * 2**40 % 1 for coordinate in coordinates)
    assert all(0 < coordinate < 1 for coordinate in sequence.point(2**BITS - 1))


def test_one_point_is_uniform_over_the_seeds_and_one_axis_says_nothing_of_another() -> None:
    firsts = [SobolSequence(2, seed).point(0) for seed in range(400)]
    assert abs(fmean(x for x, _ in firsts) - 0.5) < 0.06
    assert abs(fmean((x - 0.5) * (y - 0.5) for x, y in firsts)) < 0.02


def test_more_dimensions_leave_the_first_ones_alone() -> None:
    assert SobolSequence(9, 5).point(77)[:4] == SobolSequence(4, 5).point(77)


def test_a_smooth_integral_is_far_nearer_than_by_random_points() -> None:
    errors = []
    for seed in range(5):
        sequence = SobolSequence(5, seed)
        values = [math.prod(1 + 0.5 * (x - 0.5) for x in sequence.point(index)) for index in range(1024)]
        errors.append(abs(fmean(values) - 1))
    assert max(errors) < 1e-3, "random points are off by 1e-2"
