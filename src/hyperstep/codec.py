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
from hyperstep.errors import InvalidInputError, StoreError

T = TypeVar("T")
_SHOWN = 200
"""Characters of received data in a message."""


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
        rule = f"Stored data must be a {getattr(kind, '__name__', kind)}: {error}. Received: {_beginning(data)}."
        raise StoreError(rule, remedy="Was it written by a newer version of hyperstep?") from error


def require_types(record: object, what: str) -> None:
    """See that a record that is about to be written would be read back as what it is.

    Args:
        record: With all that is in it.
        what: What it is, for the message.

    Raises:
        InvalidInputError: A value is of another type than its field; the message names the field.
    """
    try:
        msgspec.convert(to_json(record), type(record))
    except (msgspec.ValidationError, NotImplementedError) as error:
        expected, _, place = str(error).partition(" - at ")
        field = place.strip("`").removeprefix("$.")
        rule = f"What is recorded of {what} has values of known types. {field}{': ' if field else ''}{expected}."
        raise InvalidInputError(rule, remedy="Give a value of that type.") from error


def _beginning(data: Json) -> str:
    text = repr(data)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} … ({len(text)} characters)"


def _encode(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    message = f"{type(value).__name__} has no JSON form"
    raise NotImplementedError(message)
