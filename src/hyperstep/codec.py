"""Records to JSON values and back, checked against their type annotations.

Works on records, which are frozen ``msgspec.Struct`` classes, and on tagged unions of them. NaN and the infinities pass
through unchanged.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from hyperstep.digest import Json
from hyperstep.errors import StoreError

T = TypeVar("T")


def to_json(value: object) -> Any:  # noqa: ANN401 - a JSON value, whose type cannot be narrowed here
    """The JSON value of a record (dicts, lists, text, numbers)."""
    return msgspec.to_builtins(value, enc_hook=_encode)


def from_json(kind: type[T], data: Json) -> T:
    """A record of type ``kind`` from its JSON value.

    Raises:
        StoreError: The data does not fit the type, or misses a field.
    """
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        rule = f"Stored data must be a {getattr(kind, '__name__', kind)}: {error}."
        raise StoreError(rule, received=data, remedy="Was it written by a newer version of hyperstep?") from error


def _encode(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    message = f"{type(value).__name__} has no JSON form"
    raise NotImplementedError(message)
