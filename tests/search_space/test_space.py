"""The space: names in order, its grid, its JSON."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperstep.errors import InvalidInputError
from hyperstep.search_space.space import SearchSpace

DATA: dict[str, Any] = {
    "--lr": ["uniform", [0, 1]],
    "opt": ["choice", [["a", "b"]]],
    "epochs": 3,
}
GRID: dict[str, Any] = {"z": ["choice", [["p", "q"]]], "k": 0, "a": ["randint", [3]], "q": ["quniform", [0, 4, 2]]}


def test_its_json_gives_it_back_in_the_order_written() -> None:
    space = SearchSpace.from_json(DATA)
    assert space.to_json() == DATA
    assert list(space.to_json()) == list(space) == ["--lr", "opt", "epochs"]
    assert SearchSpace.from_json(space.to_json()) == space


def test_an_order_restores_what_sorted_keys_lost() -> None:
    sorted_data = {key: DATA[key] for key in sorted(DATA, reverse=True)}
    assert list(SearchSpace.from_json(sorted_data, ["--lr", "opt", "epochs"])) == ["--lr", "opt", "epochs"]
    with pytest.raises(InvalidInputError, match="each of its names once"):
        SearchSpace.from_json(DATA, ["--lr", "opt"])


def test_a_draw_has_every_name_in_order_and_a_value_of_each() -> None:
    space = SearchSpace.from_json(DATA)
    point = space.draw(Random(1))
    assert list(point) == ["--lr", "opt", "epochs"]
    assert space.contains(point)
    assert point["epochs"] == 3


def test_a_point_with_other_names_or_values_is_not_contained() -> None:
    space = SearchSpace.from_json(GRID)
    point: dict[str, Any] = {"z": "p", "k": 0, "a": 2, "q": 4.0}
    assert space.contains(point)
    assert not space.contains({**point, "extra": 1})
    assert not space.contains({name: value for name, value in point.items() if name != "k"})
    assert not space.contains({**point, "a": 3})
    assert not space.contains({**point, "k": False})
    with pytest.raises(InvalidInputError, match="one of the space"):
        space.index_of({**point, "a": 3})


def test_the_last_name_varies_fastest() -> None:
    space = SearchSpace.from_json(GRID)
    assert space.size == 2 * 1 * 3 * 3
    points = [space.point_at(index) for index in range(space.size)]
    assert points == [{"z": z, "k": 0, "a": a, "q": q} for z in "pq" for a in range(3) for q in (0.0, 2.0, 4.0)]
    assert {tuple(point) for point in points} == {("z", "k", "a", "q")}


@settings(deadline=None)
@given(st.integers(0, 17))
def test_an_index_and_its_point_lead_to_each_other(index: int) -> None:
    space = SearchSpace.from_json(GRID)
    assert space.index_of(space.point_at(index)) == index


@pytest.mark.parametrize("index", [-1, 18])
def test_an_index_outside_the_grid_is_refused(index: int) -> None:
    with pytest.raises(InvalidInputError, match="from 0 to 17"):
        SearchSpace.from_json(GRID).point_at(index)


def test_a_space_with_an_unlisted_distribution_has_no_grid() -> None:
    space = SearchSpace.from_json(DATA)
    assert space.size is None
    with pytest.raises(InvalidInputError, match=r"finite space.*for --lr\."):
        space.point_at(0)
    with pytest.raises(InvalidInputError, match="no finite list"):
        space.index_of(space.draw(Random(1)))


def test_an_empty_space_is_one_empty_point() -> None:
    space = SearchSpace({})
    assert space.size == 1
    assert space.point_at(0) == space.draw(Random(1)) == {}


def test_a_broken_expression_is_named() -> None:
    with pytest.raises(InvalidInputError, match=r"'opt': .*at least one option"):
        SearchSpace.from_json({"lr": 1, "opt": ["choice", [[]]]})


@pytest.mark.parametrize("data", [None, [], "lr", {1: 2}, {"": 2}])
def test_what_maps_no_names_is_refused(data: Any) -> None:
    with pytest.raises(InvalidInputError):
        SearchSpace.from_json(data)


def test_by_name_all_orders_of_a_space_are_one_and_a_point_goes_back_to_its_own() -> None:
    space = SearchSpace.from_json({"z": ["choice", [[1, 2]]], "a": 3, "--m": ["randint", [4]]})
    assert list(space.by_name()) == ["--m", "a", "z"]
    point = space.by_name().point_at(5)
    assert list(point) == ["--m", "a", "z"]
    assert list(space.arranged(point).items()) == [("z", 2), ("a", 3), ("--m", 2)]
