"""Conditions on columns: ``dataset["age"] > 30``, joined by ``&`` and ``|``, turned round by ``~``."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.digest import Json

_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}


class Expression:
    """A condition or a column, as plain data.

    Args:
        node: ``{"column": name}``, ``{"value": v}``, ``{"time": iso}`` or ``{"op": o, "left": node, "right": node}``.
    """

    def __init__(self, node: Mapping[str, Json]) -> None:
        self._node = node

    __hash__ = None  # type: ignore[assignment]  # == makes a condition, so it cannot tell equals apart

    def __repr__(self) -> str:
        return f"Expression({_shown(self._node)})"

    def __bool__(self) -> bool:
        """Refused: ``and``, ``or`` and ``not`` cannot be recorded.

        Raises:
            UserErrorException: Always.
        """
        message = "Conditions are joined by & and |, and turned round by ~; 'and', 'or', 'not' cannot be used."
        raise UserErrorException(message)

    def __eq__(self, other: object) -> Expression:  # type: ignore[override]
        return self._join("==", other)

    def __ne__(self, other: object) -> Expression:  # type: ignore[override]
        return self._join("!=", other)

    def __lt__(self, other: object) -> Expression:
        return self._join("<", other)

    def __le__(self, other: object) -> Expression:
        return self._join("<=", other)

    def __gt__(self, other: object) -> Expression:
        return self._join(">", other)

    def __ge__(self, other: object) -> Expression:
        return self._join(">=", other)

    def __and__(self, other: object) -> Expression:
        return self._join("&", other)

    def __or__(self, other: object) -> Expression:
        return self._join("|", other)

    def __invert__(self) -> Expression:
        return self._join("^", True)

    def to_json(self) -> Mapping[str, Json]:
        """As plain data."""
        return self._node

    def _join(self, sign: str, other: object) -> Expression:
        return Expression({"op": sign, "left": dict(self._node), "right": _node(other)})


def column(name: str) -> Expression:
    """A column's value."""
    return Expression({"column": name})


def check_condition(given: object) -> Expression:
    """A condition, as ``filter`` takes one.

    Raises:
        UserErrorException: It is something else.
    """
    if isinstance(given, Expression) and "op" in given.to_json():
        return given
    message = f"filter() takes a condition such as dataset['age'] > 30. Received: {given!r}."
    raise UserErrorException(message)


def evaluate(node: Mapping[str, Any], row: Any) -> Any:  # noqa: ANN401 - a table gives columns, a mapping gives values
    """The value of an expression.

    Args:
        node: As ``Expression.to_json`` gives it.
        row: What ``row[column]`` is asked of: a table for all rows at once, or one row's mapping.

    Raises:
        UserErrorException: There is no such column.
    """
    if "op" in node:
        return _OPERATORS[node["op"]](evaluate(node["left"], row), evaluate(node["right"], row))
    if "time" in node:
        return datetime.fromisoformat(node["time"])
    if "value" in node:
        return node["value"]
    if node["column"] not in row:
        message = f"A condition names columns that exist. Received: {node['column']!r}. There are: {', '.join(row)}."
        raise UserErrorException(message)
    return row[node["column"]]


def _node(value: object) -> dict[str, Json]:
    if isinstance(value, Expression):
        return dict(value.to_json())
    if isinstance(value, datetime):
        return {"time": (value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value).isoformat()}
    if value is None or isinstance(value, str | int | float | bool):
        return {"value": value}
    message = f"A condition compares with numbers, texts, truth values and times. Received: {value!r}."
    raise UserErrorException(message)


def _shown(node: Mapping[str, Any]) -> str:
    if "op" in node:
        return f"({_shown(node['left'])} {node['op']} {_shown(node['right'])})"
    return str(node.get("column", node.get("value", node.get("time"))))
