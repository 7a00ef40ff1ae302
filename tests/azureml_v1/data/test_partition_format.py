"""Columns from paths."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperstep.azureml_v1.data.partition_format import compile_partition_format
from hyperstep.azureml_v1.exceptions import UserErrorException

PARTS = st.text("abcxyz-_. 09", min_size=1, max_size=8)


@given(PARTS, PARTS, st.datetimes(datetime.fromisoformat("1900-01-01")))
def test_what_was_written_into_a_path_is_read_back(first: str, second: str, day: datetime) -> None:
    path = f"/root/{first}/{day.isoformat()[:10].replace('-', '/')}/{second}.csv"
    values = compile_partition_format("/{a}/{day:yyyy/MM/dd}/{b}.csv").values(path)
    assert (values["a"], values["b"]) == (first, second)
    assert values["day"] == day.replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.mark.parametrize("text", ["", "/no/column.csv", "/{open", "/{}/x"])
def test_a_format_names_at_least_one_column(text: str) -> None:
    with pytest.raises(UserErrorException, match="braces"):
        compile_partition_format(text)


def test_a_path_of_another_form_is_an_error() -> None:
    with pytest.raises(UserErrorException, match="partition_format"):
        compile_partition_format("/{day:yyyy}/*.csv").values("/b.csv")
