"""Views as they may be printed: every text in them in one line, without control characters."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from hyperstep.cli.escaping import escape, escape_lines
from hyperstep.cli.view import OutputView
from hyperstep.records.run import RunError

T = TypeVar("T")


def printable(view: T) -> T:
    """A copy whose texts are escaped, those of what it holds included; JSON documents are made of the original.

    The path of an output stays as it is, since files are looked for by it. An error keeps its lines.
    """
    result: T = _printable(view)
    return result


def _printable(value: Any) -> Any:  # noqa: ANN401 - any part of a view
    if isinstance(value, str) and not isinstance(value, Enum):
        return escape(value)
    if isinstance(value, Mapping):
        return {_printable(key): _printable(item) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(_printable, value))
    if isinstance(value, list | tuple):
        return type(value)(map(_printable, value))
    return _record(value) if isinstance(value, Struct) else value


def _record(value: Any) -> Any:  # noqa: ANN401 - any of a view's records
    if isinstance(value, RunError):
        return RunError(value.code, escape_lines(value.message), escape_lines(value.details))
    if isinstance(value, OutputView):
        return replace(value, name=escape(value.name))
    return replace(value, **{name: _printable(getattr(value, name)) for name in value.__struct_fields__})
