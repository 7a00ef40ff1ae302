"""Turning a table's columns into the types that were asked for, and recognizing times."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.data.extras import load_pandas
from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from pandas import DataFrame, Series

_ISO_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?(?:Z|[+-]\d{2}:?\d{2})?")
_LOOKED_AT = 200
"""Values of a column that must all look like times before the whole column is tried."""
_TRUTH = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}


def strict_kinds(on_error: object, out_of_range_datetime: object) -> frozenset[str]:
    """The types of columns in which a value of another type is an error.

    Raises:
        UserErrorException: One of the two is neither ``null`` nor ``fail``.
    """
    for argument, value in (("on_error", on_error), ("out_of_range_datetime", out_of_range_datetime)):
        if value not in ("null", "fail"):
            message = f"{argument} is 'null' or 'fail'. Received: {value!r}."
            raise UserErrorException(message)
    if on_error == "fail":
        return frozenset(_CONVERSIONS)
    return frozenset({"datetime"} if out_of_range_datetime == "fail" else ())


def convert_columns(table: DataFrame, types: Mapping[str, Mapping[str, Any]], strict: Collection[str]) -> None:
    """Give columns their types, in place; columns that are not there are passed over.

    Raises:
        UserErrorException: A value is not of its column's type, and that type is in ``strict``.
    """
    for name, kind in types.items():
        if name not in table.columns:
            continue
        before = table[name]
        after = _CONVERSIONS[kind["type"]](before, kind)
        if kind["type"] in strict:
            _check_nothing_lost(name, before, after, kind)
        table[name] = after


def recognize_times(table: DataFrame, typed: set[str]) -> None:
    """Make times of text columns whose values all are ISO 8601; a single other value keeps the column as text."""
    pandas = load_pandas()
    for name in table.columns:
        if name in typed or not pandas.api.types.is_string_dtype(table[name].dtype):
            continue
        sample = table[name].dropna().head(_LOOKED_AT)
        if sample.empty or not all(isinstance(v, str) and _ISO_TIME.fullmatch(v) for v in sample):
            continue
        try:
            table[name] = naive_times(pandas.to_datetime(table[name], format="ISO8601", utc=True))
        except (ValueError, OverflowError):
            continue


def _to_string(column: Series[Any], _kind: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a pandas column
    pandas = load_pandas()
    return column if pandas.api.types.is_string_dtype(column.dtype) else column.astype("string").astype(object)


def _to_long(column: Series[Any], _kind: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a pandas column
    numbers = load_pandas().to_numeric(column, errors="coerce")
    whole = numbers.where(numbers.isna() | (numbers % 1 == 0))
    return whole if whole.isna().any() else whole.astype("int64")


def _to_float(column: Series[Any], kind: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a pandas column
    pandas = load_pandas()
    if kind.get("decimal_mark") == "," and pandas.api.types.is_string_dtype(column.dtype):
        column = column.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    return pandas.to_numeric(column, errors="coerce").astype("float64")


def _to_bool(column: Series[Any], _kind: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a pandas column
    values = column.map(lambda v: _TRUTH.get(str(v).strip().lower()))
    return values.astype(bool) if not values.isna().any() else values.astype(object)


def _to_datetime(column: Series[Any], kind: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a pandas column
    pandas = load_pandas()
    formats = kind.get("formats") or [None]
    result = None
    for pattern in formats:
        options = {"format": pattern} if pattern else {"format": "mixed"}
        times = naive_times(pandas.to_datetime(column, errors="coerce", utc=True, **options))
        result = times if result is None else result.fillna(times)
    return result


def naive_times(times: Any) -> Any:  # noqa: ANN401 - a pandas column
    """Times without a zone, in UTC."""
    return times if times.dt.tz is None else times.dt.tz_convert("UTC").dt.tz_localize(None)


def _check_nothing_lost(name: str, before: Any, after: Any, kind: Mapping[str, Any]) -> None:  # noqa: ANN401 - columns
    lost = after.isna() & before.notna()
    if lost.any():
        message = f"Values of column {name!r} must be of type {kind['type']}. Received: {before[lost].iloc[0]!r}."
        raise UserErrorException(message)


_CONVERSIONS = {
    "string": _to_string,
    "long": _to_long,
    "float": _to_float,
    "bool": _to_bool,
    "datetime": _to_datetime,
}
