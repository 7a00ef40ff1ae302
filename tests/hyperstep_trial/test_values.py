"""What logged values become."""

from __future__ import annotations

import enum
import math

import numpy as np
import pandas as pd
import pytest

from hyperstep_trial.errors import AzureMLException, UserErrorException
from hyperstep_trial.values import columns, scalar, scalars


class _Colour(enum.IntEnum):
    RED = 1


class _Tensor:
    def __repr__(self) -> str:
        return "tensor(0.5)"


@pytest.mark.parametrize("value", [None, True, 3, 0.5, "text", math.inf])
def test_plain_values_stay(value: object) -> None:
    assert scalar("m", value) is value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float16(0.5), 0.5),
        (np.float32(0.5), 0.5),
        (np.float64(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.int8(3), 3),
        (np.int64(3), 3),
        (np.uint64(3), 3),
        (np.bool_(True), True),
        (np.str_("text"), "text"),
        (np.array(0.5), 0.5),
        (np.array(7), 7),
        (_Colour.RED, 1),
        (2**63 - 1, 2**63 - 1),
        (2**64, 2.0**64),
        (10**400, math.inf),
        (-(10**400), -math.inf),
        (np.uint64(2**64 - 1), 2.0**64),
    ],
)
def test_numpy_scalars_subclasses_and_huge_integers_become_a_plain_value(value: object, expected: object) -> None:
    plain = scalar("m", value)
    assert plain == expected
    assert type(plain) is type(expected)


@pytest.mark.parametrize("value", [{"a": 1}, {1, 2}, _Tensor(), 1j, b"bytes", np.array([1.0, 2.0]), np.complex128(1j)])
def test_any_other_object_becomes_its_repr(value: object) -> None:
    expected = repr(value.item()) if isinstance(value, np.complexfloating) else repr(value)
    assert scalar("m", value) == expected


@pytest.mark.parametrize("value", [[1], (1, 2), range(3), (n for n in [1])])
def test_several_values_are_refused_where_one_is_expected(value: object) -> None:
    with pytest.raises(UserErrorException, match=r"'m'.*log_list"):
        scalar("m", value)


@pytest.mark.parametrize(
    "value", [[1, 2], (1, 2), range(1, 3), (n for n in [1, 2]), np.array([1, 2]), pd.Series([1, 2])]
)
def test_lists_come_in_many_types(value: object) -> None:
    assert scalars("m", value) == [1, 2]


@pytest.mark.parametrize("value", [3, "text", {"a": 1}, None, [[1]]])
def test_what_is_no_list_of_single_values_is_refused(value: object) -> None:
    with pytest.raises(UserErrorException):
        scalars("m", value)


def test_a_single_value_is_a_column_of_one_row() -> None:
    assert columns("t", {"a": [1], "b": 2, 3: np.array([3])}) == {"a": [1], "b": [2], "3": [3]}


def test_columns_of_different_lengths_are_refused_with_their_lengths() -> None:
    with pytest.raises(AzureMLException, match=r"'a': 2, 'b': 1"):
        columns("t", {"a": [1, 2], "b": [1]})


def test_a_table_must_be_a_dict() -> None:
    with pytest.raises(AzureMLException, match="dict of columns"):
        columns("t", [1])
