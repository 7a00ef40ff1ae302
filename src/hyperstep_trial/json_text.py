"""Plain values to JSON text, at a fraction of what importing ``json`` costs.

``json`` loads ``re`` and ``enum``, five milliseconds that every trial would pay for its first logged number.
"""

from __future__ import annotations

try:
    from _json import encode_basestring_ascii
except ImportError:  # an interpreter without the C accelerator
    from json.encoder import py_encode_basestring_ascii as encode_basestring_ascii

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_INFINITY = float("inf")


def json_text(value: object) -> str:
    """The JSON text of a plain value, on one line and in ASCII.

    NaN and the infinities become ``NaN``, ``Infinity`` and ``-Infinity``, as Python's own ``json`` writes them.

    Args:
        value: None, bool, int, float, str, or a list or dict (with text keys) of such; no subclasses.

    Raises:
        KeyError: The value has another type.
    """
    return _WRITERS[type(value)](value)


def quoted(value: str) -> str:
    """Text in quotes, in ASCII."""
    # Half of a surrogate pair has no UTF-8 form: readers would choke on it.
    whole = value if value.isascii() else value.encode("utf-8", "backslashreplace").decode("utf-8")
    return encode_basestring_ascii(whole)


def _number(value: float) -> str:
    if value != value:  # noqa: PLR0124 - NaN alone differs from itself
        return "NaN"
    if value in {_INFINITY, -_INFINITY}:
        return "Infinity" if value > 0 else "-Infinity"
    return float.__repr__(value)


def _array(values: list[object]) -> str:
    return f"[{', '.join(map(json_text, values))}]"


def _object(members: dict[str, object]) -> str:
    return "{" + ", ".join(f"{quoted(key)}: {json_text(value)}" for key, value in members.items()) + "}"


_WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "null",
    bool: lambda value: "true" if value else "false",
    int: int.__repr__,
    float: _number,
    str: quoted,
    list: _array,
    dict: _object,
}
