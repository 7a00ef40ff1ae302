"""The table of samplers."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep import samplers
from hyperstep.errors import InvalidInputError


@pytest.mark.parametrize("name", samplers.NAMES)
def test_each_name_loads_the_class_that_carries_it(name: str) -> None:
    assert samplers.load(name).name == name


def test_an_unknown_name_says_what_exists() -> None:
    with pytest.raises(InvalidInputError, match=r"'random'.*RANDOM, GRID"):
        samplers.from_json({"name": "random", "space": {}})


@pytest.mark.parametrize("data", [None, [], "RANDOM", {}, {"name": 3}])
def test_data_without_a_name_is_refused(data: Any) -> None:
    with pytest.raises(InvalidInputError, match="mapping with a name and a space"):
        samplers.from_json(data)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"space": None}, "maps each hyperparameter"),
        ({"space": {"lr": ["unifrm", [0, 1]]}}, "'lr'.*Known: choice"),
        ({"order": "lr"}, "holds each of its names once"),
        ({"order": ["lr", "lr"]}, "holds each of its names once"),
        ({"order": [1]}, "is a list of its names"),
        ({"seed": None}, "seed is a whole number"),
    ],
)
def test_a_broken_part_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        samplers.from_json({"name": "RANDOM", "space": {"lr": ["uniform", [0, 1]]}, "seed": 1, **change})
