"""Bare values in a space."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from hyperstep.errors import InvalidInputError
from hyperstep.search_space.constant import Constant
from hyperstep.search_space.expression import distribution_from_json


@pytest.mark.parametrize("value", [3, 0.5, True, None, "adam", {"a": [1]}])
def test_a_bare_value_passes_through(value: Any) -> None:
    constant = distribution_from_json(value)
    assert isinstance(constant, Constant)
    assert constant.to_json() == constant.draw(Random(1)) == value
    assert constant.values() == [value]
    assert constant.position(value) == 0


def test_another_json_type_is_another_value() -> None:
    assert not Constant(1).contains(True)
    with pytest.raises(InvalidInputError, match=r"constant 1\. Received: 1\.0"):
        Constant(1).position(1.0)


def test_a_bare_list_is_refused_with_the_way_to_write_it() -> None:
    with pytest.raises(InvalidInputError, match=r'\["choice", \[\[the_list\]\]\]'):
        Constant([64, 64])
    assert distribution_from_json(["choice", [[[64, 64]]]]).values() == [[64, 64]]


def test_a_value_that_json_cannot_say_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="JSON value"):
        distribution_from_json(object())  # type: ignore[arg-type]
