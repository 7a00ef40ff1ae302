"""Options keep their JSON types."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from hyperstep.errors import InvalidInputError
from hyperstep.search_space.choice import Choice


def test_options_that_differ_in_json_are_different() -> None:
    choice = Choice([1, 1.0, True, "1"])
    assert [(type(value), value) for value in choice.values()] == [(int, 1), (float, 1.0), (bool, True), (str, "1")]
    assert [choice.position(value) for value in (1, 1.0, True, "1")] == [0, 1, 2, 3]
    assert not Choice([1]).contains(True)
    assert not Choice([0.0]).contains(0)


def test_an_option_listed_twice_is_drawn_twice_as_often_and_listed_once() -> None:
    choice = Choice(["a", "b", "a"])
    generator = Random(1)
    counts = Counter(str(choice.draw(generator)) for _ in range(3000))
    assert 1900 < counts["a"] < 2100
    assert choice.values() == ["a", "b"]
    assert choice.arguments() == [["a", "b", "a"]]


def test_a_tuple_is_an_option_kept_as_a_list() -> None:
    assert Choice([(1, 2), 3]).values() == [[1, 2], 3]


def test_an_option_that_json_cannot_say_is_refused_with_the_way_out() -> None:
    with pytest.raises(InvalidInputError, match=r"JSON value.*x\.item\(\)"):
        Choice([1 + 2j])  # type: ignore[list-item]


def test_a_value_that_is_no_option_has_no_position() -> None:
    with pytest.raises(InvalidInputError, match=r"Received: 3.*\[1, 2\]"):
        Choice([1, 2]).position(3)
