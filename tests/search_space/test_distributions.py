"""What holds for every distribution: draws lie in it, its list is what it draws, its JSON gives it back."""

from __future__ import annotations

import json
import math
from random import Random
from statistics import fmean, pstdev
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperstep.digest import canonical_json
from hyperstep.errors import InvalidInputError
from hyperstep.search_space.distribution import Distribution
from hyperstep.search_space.expression import DISTRIBUTIONS, distribution_from_json

numbers = st.one_of(st.integers(-1000, 1000), st.floats(-1e6, 1e6, allow_subnormal=False))
logarithms = st.floats(-20, 20)
steps = st.one_of(st.integers(1, 50), st.floats(1e-3, 1e3))
sigmas = st.floats(0, 2)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=2), inner, max_size=2)),
    max_leaves=4,
)


def ordered(values: st.SearchStrategy[float]) -> st.SearchStrategy[list[float]]:
    return st.tuples(values, values).filter(lambda pair: pair[0] < pair[1]).map(list)


def with_step(arguments: st.SearchStrategy[list[float]]) -> st.SearchStrategy[list[float]]:
    return st.tuples(arguments, steps).map(lambda pair: [*pair[0], pair[1]])


ARGUMENTS: dict[str, st.SearchStrategy[list[Any]]] = {
    "choice": st.lists(json_values, min_size=1, max_size=6).map(lambda options: [options]),
    "randint": st.integers(1, 10**20).map(lambda upper: [upper]),
    "uniform": ordered(numbers),
    "quniform": with_step(ordered(numbers)),
    "loguniform": ordered(logarithms),
    "qloguniform": with_step(ordered(logarithms)),
    "normal": st.tuples(numbers, sigmas).map(list),
    "qnormal": with_step(st.tuples(numbers, sigmas).map(list)),
    "lognormal": st.tuples(logarithms, sigmas).map(list),
    "qlognormal": with_step(st.tuples(logarithms, sigmas).map(list)),
}
expressions = st.sampled_from(sorted(ARGUMENTS)).flatmap(lambda name: ARGUMENTS[name].map(lambda args: [name, args]))


def draws(expression: Any, count: int, seed: int = 5) -> list[Any]:
    distribution = distribution_from_json(expression)
    generator = Random(seed)
    return [distribution.draw(generator) for _ in range(count)]


def test_the_ten_v1_distributions_are_there() -> None:
    assert set(DISTRIBUTIONS) == set(ARGUMENTS)


@settings(deadline=None, max_examples=300)
@given(expressions, st.integers())
def test_a_draw_lies_in_its_distribution(expression: Any, seed: int) -> None:
    distribution = distribution_from_json(expression)
    generator = Random(seed)
    for _ in range(10):
        assert distribution.contains(distribution.draw(generator))


@settings(deadline=None)
@given(expressions)
def test_its_json_gives_it_back(expression: Any) -> None:
    distribution = distribution_from_json(expression)
    text = json.dumps(distribution.to_json())
    again = distribution_from_json(json.loads(text))
    assert json.loads(text) == json.loads(json.dumps(expression))
    assert again == distribution
    assert hash(again) == hash(distribution)
    assert again.draw(Random(1)) == distribution.draw(Random(1))


@settings(deadline=None)
@given(expressions, st.integers(0, 10**20))
def test_a_position_and_its_value_lead_to_each_other(expression: Any, number: int) -> None:
    distribution = distribution_from_json(expression)
    if distribution.size is None:
        with pytest.raises(InvalidInputError, match="no finite list"):
            distribution.value_at(0)
        with pytest.raises(InvalidInputError, match="no finite list"):
            distribution.position(0.0)
        with pytest.raises(InvalidInputError, match="no finite list"):
            distribution.values()
        return
    position = number % distribution.size
    value = distribution.value_at(position)
    assert distribution.contains(value)
    assert distribution.position(value) == position


@pytest.mark.parametrize(
    "expression",
    [
        ["choice", [[1, 1.0, True, "1", None, [1], {"a": 1}, 1]]],
        ["randint", [7]],
        ["quniform", [1, 9, 2]],
        ["quniform", [0.5, 3.5, 1]],
        ["quniform", [-1, 1, 0.25]],
        ["quniform", [0, 1, 10]],
        ["qloguniform", [0, 3, 2]],
        ["qloguniform", [1, 1, 1]],
    ],
)
def test_the_list_of_values_is_exactly_what_is_drawn(expression: Any) -> None:
    distribution = distribution_from_json(expression)
    listed = [canonical_json(value) for value in distribution.values()]
    assert len(set(listed)) == len(listed) == distribution.size
    assert {canonical_json(value) for value in draws(expression, 3000)} == set(listed)


@pytest.mark.parametrize(
    ("expression", "mean", "deviation"),
    [
        (["randint", [10]], 4.5, math.sqrt(99 / 12)),
        (["uniform", [-2, 4]], 1, 6 / math.sqrt(12)),
        (["quniform", [0, 100, 1]], 50, 100 / math.sqrt(12)),
        (["normal", [3, 2]], 3, 2),
        (["qnormal", [30, 20, 1]], 30, 20),
    ],
)
def test_mean_and_deviation_are_those_of_the_name(expression: Any, mean: float, deviation: float) -> None:
    sample = draws(expression, 20_000)
    assert fmean(sample) == pytest.approx(mean, abs=0.03 * deviation)
    assert pstdev(sample) == pytest.approx(deviation, rel=0.03)


@pytest.mark.parametrize(
    ("expression", "mean", "deviation"),
    [
        (["loguniform", [-6, -1]], -3.5, 5 / math.sqrt(12)),
        (["lognormal", [1, 0.5]], 1, 0.5),
        (["qloguniform", [5, 9, 1]], 7, 4 / math.sqrt(12)),
        (["qlognormal", [7, 0.5, 1]], 7, 0.5),
    ],
)
def test_the_logarithm_has_the_mean_and_deviation_of_the_name(expression: Any, mean: float, deviation: float) -> None:
    sample = [math.log(value) for value in draws(expression, 20_000)]
    assert fmean(sample) == pytest.approx(mean, abs=0.03 * deviation)
    assert pstdev(sample) == pytest.approx(deviation, rel=0.03)


@pytest.mark.parametrize("name", ["quniform", "qloguniform", "qnormal", "qlognormal"])
def test_a_rounded_draw_is_the_unrounded_one_rounded_to_a_multiple(name: str) -> None:
    source, rounded = draws([name[1:], [1, 4]], 500), draws([name, [1, 4, 3]], 500)
    assert rounded == [float(round(value / 3) * 3) for value in source]
    assert {type(value) for value in rounded} == {float}


def test_equality_looks_at_kind_and_json_types() -> None:
    def of(expression: Any) -> Distribution:
        return distribution_from_json(expression)

    assert of(["uniform", [0, 1]]) == of(["uniform", [0, 1]])
    assert of(["uniform", [0, 1]]) != of(["loguniform", [0, 1]])
    assert of(["choice", [[1]]]) != of(["choice", [[True]]])
    assert of(["choice", [[1]]]) != ["choice", [[1]]]
    assert repr(of(["quniform", [0, 1.5, 1]])) == "QUniform(0, 1.5, 1)"


BAD_NUMBERS = [math.nan, math.inf, "1", None, True, 10**400]


@pytest.mark.parametrize(
    "expression",
    [
        ["choice", []],
        ["choice", [[]]],
        ["choice", [3]],
        ["choice", [1, 2]],
        ["choice", [[{1, 2}]]],
        ["choice", [[1j]]],
        *(["randint", [upper]] for upper in (0, -1, 2.0, *BAD_NUMBERS[:5])),
        *([name, [bad, 5]] for name in ("uniform", "loguniform", "normal", "lognormal") for bad in BAD_NUMBERS),
        *([name, [-5, bad]] for name in ("uniform", "loguniform", "normal", "lognormal") for bad in BAD_NUMBERS),
        *(
            [name, [0, 1, q]]
            for name in ("quniform", "qloguniform", "qnormal", "qlognormal")
            for q in (0, -1, 5e-324, *BAD_NUMBERS)
        ),
        ["uniform", [1, 1]],
        ["uniform", [2, 1]],
        ["uniform", [-1.7e308, 1.7e308]],
        ["uniform", [0]],
        ["uniform", [0, 1, 2]],
        ["quniform", [1.6e308, 1.7e308, 1e308]],
        ["loguniform", [2, 1]],
        ["loguniform", [1, 1000]],
        ["normal", [0, -1]],
        ["normal", [1e308, 1e308]],
        ["lognormal", [0, -0.1]],
        ["lognormal", [0, 100]],
        ["unifrm", [0, 1]],
        ["uniform", 3],
        ["uniform"],
        [],
        [64, 64],
        [["uniform", [0, 1]]],
    ],
    ids=lambda expression: repr(expression)[:40],
)
def test_a_broken_expression_is_refused(expression: Any) -> None:
    with pytest.raises(InvalidInputError):
        distribution_from_json(expression)
