"""The Sobol sampler: even in every hyperparameter, one list of points a seed."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperstep import samplers
from hyperstep.errors import InvalidInputError
from hyperstep.samplers.base import Sampler
from hyperstep.samplers.sobol import SobolSampler
from hyperstep.search_space.space import SearchSpace
from hyperstep.testing.samplers import SamplerContract

MIXED: dict[str, Any] = {
    "lr": ["loguniform", [-8, 0]],
    "solver": ["choice", [["sgd", "adam", "lbfgs", "sgd"]]],
    "momentum": ["normal", [0.9, 0.02]],
    "fixed": 3,
    "batch": ["quniform", [0.5, 8.5, 1]],
    "width": ["uniform", [0, 4]],
}
PINNED_SOLVERS = ["lbfgs", "sgd", "sgd", "adam"]
PINNED_WIDTHS = [0.2442185364897651, 2.1677385009655947, 3.3663571682259676, 1.2880310687596865]


class TestSobolSampler(SamplerContract):
    def make_sampler(self, space: SearchSpace, seed: int) -> Sampler:
        return SobolSampler(space, seed)


def proposed(space: dict[str, Any], seed: int, count: int) -> list[Any]:
    sampler = SobolSampler(SearchSpace.from_json(space), seed)
    return [sampler.propose(index, ()) for index in range(count)]


def test_each_hyperparameter_is_spread_evenly_over_the_first_power_of_two() -> None:
    points = proposed(MIXED, 12, 64)
    assert sorted(math.floor((math.log(point["lr"]) + 8) * 8) for point in points) == list(range(64))
    assert sorted(math.floor(point["width"] * 16) for point in points) == list(range(64))
    assert Counter(point["solver"] for point in points) == {"sgd": 32, "adam": 16, "lbfgs": 16}
    assert Counter(point["batch"] for point in points) == {float(batch): 8 for batch in range(1, 9)}
    assert sum(point["momentum"] < 0.9 for point in points) == 32
    assert {point["fixed"] for point in points} == {3}


def test_a_shorter_sweep_tries_the_beginning_of_a_longer_one() -> None:
    space: dict[str, Any] = {"a": ["randint", [5]], "b": ["choice", [list("xyzw")]]}
    longer = proposed(space, 3, 20)
    assert proposed(space, 3, 7) == longer[:7]
    assert SobolSampler(SearchSpace.from_json(space), 3).propose(11, ()) == longer[11]


def test_any_index_of_an_unbounded_space_is_reached_at_once() -> None:
    sampler = SobolSampler(SearchSpace.from_json(MIXED), 3)
    assert sampler.propose(10**12, ()) != sampler.propose(10**12 + 1, ())


def test_the_list_of_a_seed_is_the_one_that_earlier_versions_gave() -> None:
    points = proposed(MIXED, 7, 4)
    assert [point["solver"] for point in points] == PINNED_SOLVERS
    assert [point["width"] for point in points] == pytest.approx(PINNED_WIDTHS, rel=1e-12)


def test_another_seed_gives_another_list() -> None:
    assert proposed(MIXED, 1, 3) != proposed(MIXED, 2, 3)


@settings(deadline=None)
@given(st.lists(st.integers(1, 5), max_size=3), st.integers())
def test_a_finite_space_is_exhausted_exactly(sizes: list[int], seed: int) -> None:
    space = SearchSpace.from_json({f"p{place}": ["randint", [size]] for place, size in enumerate(sizes)})
    size = space.size or 0
    sampler = SobolSampler(space, seed)
    points = [sampler.propose(index, ()) for index in range(size)]
    assert sorted(space.index_of(point or {}) for point in points) == list(range(size))
    assert sampler.propose(size, ()) is None


def test_a_finite_space_of_a_power_of_two_is_exhausted_in_one_even_round() -> None:
    space: dict[str, Any] = {"a": ["choice", [[1, 2, 3, 4]]], "b": ["choice", [[1, 2, 3, 4]]]}
    points = proposed(space, 5, 16)
    assert len({(point["a"], point["b"]) for point in points}) == 16
    for start in (0, 4, 8, 12):
        for name in ("a", "b"):
            assert sorted(point[name] for point in points[start : start + 4]) == [1, 2, 3, 4]


def test_hyperparameters_with_one_value_take_no_dimension() -> None:
    fixed: dict[str, Any] = {f"f{place}": ["choice", [["only"]]] for place in range(100)}
    varied: dict[str, Any] = {f"v{place}": ["uniform", [0, 1]] for place in range(64)}
    points = proposed({**fixed, **varied}, 1, 2)
    assert all(0 < points[0][name] < 1 for name in varied)


def test_a_space_beyond_the_table_is_refused_with_the_bound() -> None:
    space = SearchSpace.from_json({f"p{place}": ["uniform", [0, 1]] for place in range(65)})
    with pytest.raises(InvalidInputError, match=r"64 dimensions.*Received: 65.*RANDOM"):
        SobolSampler(space, 1)


def test_a_broken_seed_or_another_setting_is_refused() -> None:
    data: dict[str, Any] = {"name": "SOBOL", "space": {"a": ["uniform", [0, 1]]}, "seed": 1}
    assert isinstance(samplers.from_json(data), SobolSampler)
    with pytest.raises(InvalidInputError, match="seed is a whole number"):
        samplers.from_json({**data, "seed": "1"})
    with pytest.raises(InvalidInputError, match=r"takes seed.*logbase"):
        samplers.from_json({**data, "logbase": 10})
