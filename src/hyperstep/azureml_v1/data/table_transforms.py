"""What is done to a table's rows and columns after it was read, as plain data in the order given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.data.expressions import evaluate
from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from pandas import DataFrame

    from hyperstep.azureml_v1.data.table_reading import Wanted

Transform = Mapping[str, Any]
"""``{"op": name, ...}``."""


def take(count: int) -> Transform:
    """The first rows."""
    return {"op": "take", "count": _whole(count, "take")}


def skip(count: int) -> Transform:
    """All but the first rows."""
    return {"op": "skip", "count": _whole(count, "skip")}


def sample(probability: float, seed: int) -> Transform:
    """Each row with that probability."""
    return {"op": "sample", "probability": _share(probability, "probability"), "seed": seed, "rest": False}


def split(percentage: float, seed: int) -> tuple[Transform, Transform]:
    """About that share of the rows, and the rows that are left."""
    part = {"op": "sample", "probability": _share(percentage, "percentage"), "seed": seed}
    return {**part, "rest": False}, {**part, "rest": True}


def keep(columns: object) -> Transform:
    """Only these columns, in the order given."""
    return {"op": "keep", "columns": _names(columns)}


def drop(columns: object) -> Transform:
    """All but these columns."""
    return {"op": "drop", "columns": _names(columns)}


def condition(node: Mapping[str, Any]) -> Transform:
    """Rows for which an expression holds."""
    return {"op": "filter", "condition": dict(node)}


def wanted(transforms: Sequence[Transform]) -> Wanted:
    """What suffices to be read for these transforms."""
    from hyperstep.azureml_v1.data.table_reading import Wanted  # noqa: PLC0415 - a pipeline is made without reading

    columns: list[str] | None = None
    for transform in transforms:
        if transform["op"] == "keep" and columns is None:
            columns = list(transform["columns"])
        elif transform["op"] == "take":
            return Wanted(columns, transform["count"])
        else:
            break
    return Wanted(columns)


def apply(table: DataFrame, transforms: Sequence[Transform]) -> DataFrame:
    """The table after all transforms; rows are numbered from 0.

    Raises:
        UserErrorException: A column is not there.
    """
    for transform in transforms:
        table = _APPLY[transform["op"]](table, transform)
    return table.reset_index(drop=True) if transforms else table


def _take(table: DataFrame, transform: Transform) -> DataFrame:
    return table.head(transform["count"])


def _skip(table: DataFrame, transform: Transform) -> DataFrame:
    return table.iloc[transform["count"] :]


def _sample(table: DataFrame, transform: Transform) -> DataFrame:
    import numpy as np  # noqa: PLC0415 - there when pandas is

    chosen = np.random.default_rng(transform["seed"]).random(len(table)) < transform["probability"]
    rows: DataFrame = table.loc[~chosen if transform["rest"] else chosen]
    return rows


def _keep(table: DataFrame, transform: Transform) -> DataFrame:
    _check_columns(table, transform["columns"])
    return table if list(table.columns) == transform["columns"] else table[transform["columns"]]


def _drop(table: DataFrame, transform: Transform) -> DataFrame:
    _check_columns(table, transform["columns"])
    return table.drop(columns=transform["columns"])


def _filter(table: DataFrame, transform: Transform) -> DataFrame:
    rows: DataFrame = table.loc[evaluate(transform["condition"], table)]
    return rows


def _check_columns(table: DataFrame, names: Sequence[str]) -> None:
    missing = [name for name in names if name not in table.columns]
    if missing:
        there = ", ".join(str(name) for name in table.columns)
        message = (
            f"keep_columns and drop_columns name columns that exist. Received: {missing[0]!r}. There are: {there}."
        )
        raise UserErrorException(message)


def _whole(count: object, argument: str) -> int:
    if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
        return count
    message = f"{argument}() takes a whole number that is not negative. Received: {count!r}."
    raise UserErrorException(message)


def _share(value: object, argument: str) -> float:
    if isinstance(value, int | float) and 0 <= value <= 1:
        return float(value)
    message = f"{argument} lies between 0 and 1. Received: {value!r}."
    raise UserErrorException(message)


def _names(columns: object) -> list[str]:
    names = [columns] if isinstance(columns, str) else columns
    if isinstance(names, Sequence) and names and all(isinstance(name, str) for name in names):
        return list(dict.fromkeys(names))
    message = f"columns is a name or a list of names. Received: {columns!r}."
    raise UserErrorException(message)


_APPLY = {"take": _take, "skip": _skip, "sample": _sample, "keep": _keep, "drop": _drop, "filter": _filter}
