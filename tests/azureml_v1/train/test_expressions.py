"""The ten parameter expressions: plain lists, checked as v1 does."""

from __future__ import annotations

import math
from typing import Any

import pytest

from hyperstep.azureml_v1.train import expressions
from hyperstep.azureml_v1.train.exceptions import HyperDriveConfigException
from hyperstep.azureml_v1.train.expressions import (
    choice,
    lognormal,
    loguniform,
    normal,
    qlognormal,
    qloguniform,
    qnormal,
    quniform,
    randint,
    uniform,
)

RANGES = ["uniform", "loguniform"]
SPREADS = ["normal", "lognormal"]
ROUNDED = ["quniform", "qloguniform", "qnormal", "qlognormal"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (choice(1, "a", 2.5), ["choice", [[1, "a", 2.5]]]),
        (choice([1, 2]), ["choice", [[1, 2]]]),
        (choice(range(3)), ["choice", [[0, 1, 2]]]),
        (choice(range(2, 8, 3)), ["choice", [[2, 5]]]),
        (choice((1, 2)), ["choice", [[(1, 2)]]]),
        (choice(1, 1), ["choice", [[1, 1]]]),
        (choice(None), ["choice", [[None]]]),
        (choice("abc"), ["choice", [["abc"]]]),
        (randint(5), ["randint", [5]]),
        (randint(upper=True), ["randint", [True]]),
        (uniform(0, 1.5), ["uniform", [0, 1.5]]),
        (quniform(1, 10, 2), ["quniform", [1, 10, 2]]),
        (quniform(1, 10, 2.0), ["quniform", [1, 10, 2.0]]),  # type: ignore[arg-type]
        (quniform(1, 10, 0), ["quniform", [1, 10, 0]]),
        (quniform(1, 10, -3), ["quniform", [1, 10, -3]]),
        (loguniform(-6, -1), ["loguniform", [-6, -1]]),
        (loguniform(2, 2), ["loguniform", [2, 2]]),
        (qloguniform(1, 3, 1), ["qloguniform", [1, 3, 1]]),
        (normal(10, 3), ["normal", [10, 3]]),
        (normal(10, 0), ["normal", [10, 0]]),
        (qnormal(10, 3, 1), ["qnormal", [10, 3, 1]]),
        (lognormal(0, 1), ["lognormal", [0, 1]]),
        (qlognormal(0, 1, 2), ["qlognormal", [0, 1, 2]]),
    ],
)
def test_an_expression_is_its_name_and_its_arguments(expression: Any, expected: Any) -> None:
    assert expression == expected


def test_a_list_given_to_choice_is_kept_as_the_same_object() -> None:
    options = [1, 2]
    assert choice(options)[1][0] is options


@pytest.mark.parametrize("options", [(), ([],), (range(0),), ([1], [2]), ([1], 2), (1, range(3))])
def test_choice_takes_options_or_one_filled_list(options: tuple[Any, ...]) -> None:
    with pytest.raises(HyperDriveConfigException, match="choice"):
        choice(*options)


@pytest.mark.parametrize("upper", [0, -1, 2.0, "3", None])
def test_randint_takes_an_int_above_zero(upper: Any) -> None:
    with pytest.raises(HyperDriveConfigException, match=r"upper of randint.*Received"):
        randint(upper)


@pytest.mark.parametrize("name", [*RANGES, *SPREADS])
@pytest.mark.parametrize("arguments", [("1", 2), (1, "2"), (None, 2), (1, None), ([1], 2)])
def test_what_is_no_number_is_refused(name: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(HyperDriveConfigException, match=f"of {name} is an int or a float"):
        getattr(expressions, name)(*arguments)
    with pytest.raises(HyperDriveConfigException, match=f"of q{name} is an int or a float"):
        getattr(expressions, "q" + name)(*arguments, 1)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("uniform", (2, 1)),
        ("uniform", (1, 1)),
        ("quniform", (2, 1, 1)),
        ("quniform", (1, 1, 1)),
        ("loguniform", (2, 1)),
        ("qloguniform", (2, 1, 1)),
        ("normal", (0, -1)),
        ("qnormal", (0, -1, 1)),
        ("lognormal", (0, -0.5)),
        ("qlognormal", (0, -0.5, 1)),
    ],
)
def test_bounds_out_of_order_and_negative_sigmas_are_refused(name: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(HyperDriveConfigException, match=f"of {name} is"):
        getattr(expressions, name)(*arguments)


@pytest.mark.parametrize("name", ROUNDED)
@pytest.mark.parametrize("q", [0.5, math.nan, math.inf, "1", None])
def test_q_is_a_whole_number(name: str, q: Any) -> None:
    with pytest.raises(HyperDriveConfigException, match=f"q of {name}"):
        getattr(expressions, name)(1, 2, q)


def test_nan_bounds_pass_as_in_v1() -> None:
    assert uniform(math.nan, 1)[0] == "uniform"
    assert normal(0, math.nan)[0] == "normal"


def test_the_error_is_no_value_error() -> None:
    with pytest.raises(HyperDriveConfigException) as caught:
        randint(0)
    assert not isinstance(caught.value, ValueError)
    assert caught.value.message == "upper of randint is an int above 0. Received: 0."
