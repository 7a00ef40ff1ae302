"""Rounding: which multiples there are."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from hyperstep.errors import InvalidInputError
from hyperstep.search_space.lognormal import QLogNormal
from hyperstep.search_space.loguniform import QLogUniform
from hyperstep.search_space.normal import QNormal
from hyperstep.search_space.quantized import MAX_LISTED
from hyperstep.search_space.uniform import QUniform


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        ((0, 10, 5), [0.0, 5.0, 10.0]),
        ((1, 5, 2), [2.0, 4.0]),
        ((1, 7, 2), [2.0, 4.0, 6.0]),
        ((-3, 3, 2), [-2.0, 0.0, 2.0]),
        ((0.6, 3.4, 1), [1.0, 2.0, 3.0]),
        ((7, 8, 10), [10.0]),
        ((5, 5.000001, 10), [10.0]),
        ((0.4, 0.6, 1), [0.0, 1.0]),
        ((0, 0.4, 0.1), [0.0, 0.1, 0.2, 3 * 0.1, 0.4]),
    ],
)
def test_the_multiples_are_those_of_positive_probability(arguments: Any, values: list[float]) -> None:
    assert QUniform(*arguments).values() == values


def test_multiples_may_lie_outside_the_bounds() -> None:
    generator = Random(2)
    distribution = QUniform(1, 9, 5)
    assert {distribution.draw(generator) for _ in range(200)} == {0.0, 5.0, 10.0}


def test_the_bounds_of_qloguniform_are_logarithms_and_its_step_is_not() -> None:
    assert QLogUniform(0, 2.3, 5).values() == [0.0, 5.0, 10.0]


def test_more_values_than_can_be_listed_count_as_no_bound() -> None:
    assert QUniform(0, MAX_LISTED - 1, 1).size == MAX_LISTED
    assert QUniform(0, MAX_LISTED, 1).size is None


def test_normals_have_no_list_of_values() -> None:
    assert QNormal(0, 1, 1).size is None
    assert QLogNormal(0, 1, 1).size is None


@pytest.mark.parametrize("value", [3.0, 2, "2.0", None, True, 12.0, -2.0, float("nan"), float("inf")])
def test_only_a_multiple_within_reach_as_a_float_is_contained(value: Any) -> None:
    distribution = QUniform(0, 10, 2)
    assert distribution.contains(2.0)
    assert not distribution.contains(value)
    with pytest.raises(InvalidInputError, match="multiple of 2"):
        distribution.position(value)


def test_draws_beyond_exact_floats_are_contained() -> None:
    distribution = QLogNormal(100, 5, 3)
    generator = Random(4)
    assert all(distribution.contains(distribution.draw(generator)) for _ in range(500))
    assert not distribution.contains(1e300)
