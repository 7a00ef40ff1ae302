"""Quantiles: the same distribution as the draws, in order, and invertible."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperstep.errors import InvalidInputError
from hyperstep.search_space.chance import MAX_DEVIATIONS
from hyperstep.search_space.choice import Choice
from hyperstep.search_space.constant import Constant
from hyperstep.search_space.expression import distribution_from_json
from hyperstep.search_space.quantized import Quantized

CONTINUOUS = [
    ["uniform", [-3, 5]],
    ["loguniform", [-6, 2]],
    ["normal", [10, 3]],
    ["lognormal", [1, 0.5]],
]
STEPPED = [
    ["randint", [7]],
    ["quniform", [1, 5, 2]],
    ["quniform", [0, 10, 4]],
    ["qloguniform", [-3, 4, 1]],
    ["qnormal", [0, 4, 2]],
    ["qlognormal", [2, 0.7, 3]],
]
DEGENERATE = [["loguniform", [-1, -1]], ["normal", [2, 0]], ["lognormal", [2, 0]], ["randint", [1]], 7]
ALL = [*CONTINUOUS, *STEPPED, *DEGENERATE, ["choice", [["a", 1, 1.0, "a"]]], ["randint", [10**400]]]
shares = st.floats(0, 1)


@pytest.mark.parametrize("expression", ALL, ids=lambda expression: str(expression)[:30])
@given(share=shares)
def test_a_quantile_is_a_value_that_could_have_been_drawn(expression: Any, share: float) -> None:
    distribution = distribution_from_json(expression)
    assert distribution.contains(distribution.quantile(share))


@pytest.mark.parametrize("expression", [*CONTINUOUS, *STEPPED, *DEGENERATE], ids=str)
@given(low=shares, high=shares)
def test_a_greater_share_gives_no_smaller_value(expression: Any, low: float, high: float) -> None:
    distribution = distribution_from_json(expression)
    assert distribution.ordered
    first, second = (distribution.quantile(share) for share in sorted((low, high)))
    assert first <= second  # type: ignore[operator]  # numbers


@pytest.mark.parametrize("expression", [*CONTINUOUS, *STEPPED], ids=str)
def test_even_shares_give_values_as_often_as_draws_do(expression: Any) -> None:
    distribution = distribution_from_json(expression)
    generator = Random(8)
    drawn: list[Any] = sorted(distribution.draw(generator) for _ in range(4000))
    even: list[Any] = [distribution.quantile((place + 0.5) / 4000) for place in range(4000)]
    for threshold in even[200::400]:
        below_drawn, below_even = (sum(value <= threshold for value in values) for values in (drawn, even))
        assert abs(below_drawn - below_even) < 130


@pytest.mark.parametrize("expression", CONTINUOUS, ids=str)
@given(share=st.floats(1e-9, 1 - 1e-9))
def test_the_share_of_a_continuous_quantile_is_the_share(expression: Any, share: float) -> None:
    distribution = distribution_from_json(expression)
    assert math.isclose(distribution.share_of(distribution.quantile(share)), share, rel_tol=1e-6, abs_tol=1e-12)


@pytest.mark.parametrize("expression", [*STEPPED, *DEGENERATE, ["choice", [["a", 1, 1.0, "a"]]]], ids=str)
def test_the_quantile_of_a_values_share_is_the_value(expression: Any) -> None:
    distribution = distribution_from_json(expression)
    generator = Random(3)
    for _ in range(200):
        value = distribution.draw(generator)
        again = distribution.quantile(distribution.share_of(value))
        assert (again, type(again)) == (pytest.approx(value) if isinstance(value, float) else value, type(value))


@given(st.floats(-500, 500), st.floats(0.1, 500), st.integers(1, 40), st.integers(0, 10**6))
def test_every_listed_multiple_is_its_own_quantile(low: float, width: float, q: int, place: int) -> None:
    distribution = distribution_from_json(["quniform", [low, low + width, q]])
    assert isinstance(distribution, Quantized)
    value = distribution.value_at(place % (distribution.size or 1))
    assert distribution.quantile(distribution.share_of(value)) == value


def test_options_have_equal_parts_and_one_listed_twice_has_two() -> None:
    choice = Choice(["a", "b", "a", True])
    assert [choice.quantile((place + 0.5) / 8) for place in range(8)] == ["a", "a", "b", "b", "a", "a", True, True]
    assert choice.quantile(1.0) is True
    assert [choice.share_of(option) for option in ("a", "b", True)] == [0.125, 0.375, 0.875]
    assert not choice.ordered
    with pytest.raises(InvalidInputError, match="one of the options"):
        choice.share_of(1)


def test_a_constant_is_in_the_middle() -> None:
    assert Constant({"a": 1}).quantile(0) == {"a": 1}
    assert Constant(3).share_of(3) == 0.5


def test_the_ends_of_an_unbounded_distribution_are_finite() -> None:
    normal = distribution_from_json(["normal", [0, 1]])
    ends = [normal.quantile(0), normal.quantile(1)]
    assert ends == [pytest.approx(-8.2, abs=0.1), pytest.approx(8.2, abs=0.1)]
    assert all(isinstance(end, float) and abs(end) < MAX_DEVIATIONS for end in ends)
    assert distribution_from_json(["lognormal", [-800, 1]]).share_of(0.0) == 0
    assert distribution_from_json(["loguniform", [-800, 0]]).share_of(0.0) == 0


def test_a_number_outside_the_bounds_counts_as_the_nearer_bound() -> None:
    uniform = distribution_from_json(["uniform", [2, 4]])
    assert [uniform.share_of(value) for value in (-9, 3, 9)] == [0, 0.5, 1]
    with pytest.raises(InvalidInputError, match="finite number"):
        uniform.share_of("3")
