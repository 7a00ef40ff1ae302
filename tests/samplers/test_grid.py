"""The grid sampler: order, end, size."""

from __future__ import annotations

from itertools import product

import pytest

from hyperstep.errors import InvalidInputError
from hyperstep.samplers.base import Sampler
from hyperstep.samplers.grid import GridSampler
from hyperstep.search_space.space import SearchSpace
from hyperstep.testing.samplers import SamplerContract


class TestGridSampler(SamplerContract):
    order_counts = True
    needs_finite_space = True

    def make_sampler(self, space: SearchSpace, seed: int) -> Sampler:
        del seed
        return GridSampler(space)


def test_keys_stand_as_written_and_the_last_varies_fastest() -> None:
    sampler = GridSampler(SearchSpace.from_json({"b": ["choice", [[1, 2]]], "c": 0, "a": ["choice", [["x", "y"]]]}))
    points = [sampler.propose(index, ()) for index in range(5)]
    expected = [{"b": b, "c": 0, "a": a} for b in (1, 2) for a in ("x", "y")]
    assert points == [*expected, None]


def test_five_thousand_cells_are_each_proposed_once() -> None:
    space = SearchSpace.from_json({"a": ["randint", [71]], "b": ["quniform", [0, 70, 1]]})
    sampler = GridSampler(space)
    points = [tuple((sampler.propose(index, ()) or {}).values()) for index in range(71 * 71)]
    assert points == list(product(range(71), [float(b) for b in range(71)]))
    assert sampler.propose(71 * 71, ()) is None


def test_a_grid_too_large_to_hold_is_walked_without_making_it() -> None:
    sampler = GridSampler(SearchSpace.from_json({f"p{i}": ["choice", [list(range(10))]] for i in range(12)}))
    assert sampler.size == 10**12
    assert list((sampler.propose(123_456_789_012, ()) or {}).values()) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2]


def test_an_infinite_space_is_refused_by_the_names_that_make_it_so() -> None:
    with pytest.raises(InvalidInputError, match=r"\['lr', 'momentum'\].*choice"):
        GridSampler(SearchSpace.from_json({"lr": ["uniform", [0, 1]], "n": 3, "momentum": ["qnormal", [0, 1, 1]]}))


def test_a_setting_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"takes no settings.*seed"):
        GridSampler.from_json({"name": "GRID", "space": {}, "seed": 3})
