"""Signatures as texts, in the form of the facts, so that two can be compared and their difference shown."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from msgspec import StructMeta

_FACTORY = "<factory>"
"""How a dataclass shows a default that is made anew for each instance."""
_BOUND_FIRST = frozenset({"self", "cls"})


def parameters_of(function: Callable[..., Any]) -> list[str] | None:
    """A callable's parameters as texts, without ``self`` and ``cls``; None when Python cannot tell.

    Positional-only parameters are given like ordinary ones: v1 has none.
    """
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    texts: list[str] = []
    for index, parameter in enumerate(parameters):
        if index == 0 and parameter.name in _BOUND_FIRST:
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not any(text.startswith("*") for text in texts):
            texts.append("*")
        texts.append(_text(parameter))
    return texts


def constructor_of(cls: type) -> list[str] | None:
    """The parameters of a class's constructor."""
    if isinstance(cls, StructMeta):  # made by a constructor that Python cannot look into
        return parameters_of(cls)
    made_by: Any = cls.__init__ if cls.__init__ is not object.__init__ else cls.__new__  # type: ignore[misc]
    return [] if made_by is object.__new__ else parameters_of(made_by)


def accepts_keyword(parameters: Sequence[str], keyword: str) -> bool:
    """Whether a callable with these parameters can be called with this keyword."""
    return any(text.startswith("**") or text.partition("=")[0] == keyword for text in parameters)


def takes_every_call(ours: Sequence[str], known: Sequence[str]) -> bool:
    """Whether each call that fits the known parameters fits ours too, and means the same.

    Ours may have more parameters with defaults, take arguments by position that are known by keyword only, and collect
    the rest in ``*args`` and ``**kwargs``.
    """
    return (
        _positions_fit(_positional(ours), _positional(known), collects=_collects(ours, "*"))
        and (_collects(ours, "**") or not _collects(known, "**"))
        and (_collects(ours, "*") or not _collects(known, "*"))
        and _keywords_fit(_defaults(ours), _defaults(known), collects=_collects(ours, "**"))
    )


def shown(parameters: Sequence[str]) -> str:
    """The parameters as they stand in code."""
    return f"({', '.join(parameters)})"


def _positional(parameters: Sequence[str]) -> list[str]:
    """The names of the parameters that can be given by position."""
    names = []
    for text in parameters:
        if text.startswith("*"):
            break
        names.append(text.partition("=")[0])
    return names


def _collects(parameters: Sequence[str], stars: str) -> bool:
    return any(text != "*" and len(text) - len(text.lstrip("*")) == len(stars) for text in parameters)


def _defaults(parameters: Sequence[str]) -> dict[str, str | None]:
    """Parameter to the repr of its default; None for those that must be given."""
    pairs = (text.partition("=") for text in parameters if not text.startswith("*"))
    return {name: default if equals else None for name, equals, default in pairs}


def _positions_fit(ours: list[str], known: list[str], *, collects: bool) -> bool:
    if len(ours) < len(known):
        return collects and ours == known[: len(ours)]
    return ours[: len(known)] == known


def _keywords_fit(ours: dict[str, str | None], known: dict[str, str | None], *, collects: bool) -> bool:
    if any(default is None and known.get(name, "") is not None for name, default in ours.items()):
        return False  # ours must be given where v1 could do without
    for name, default in known.items():
        if name not in ours:
            if not collects:
                return False
        elif default is not None and ours[name] not in {default, _FACTORY}:
            return False
    return True


def _text(parameter: inspect.Parameter) -> str:
    if parameter.kind is parameter.VAR_POSITIONAL:
        return f"*{parameter.name}"
    if parameter.kind is parameter.VAR_KEYWORD:
        return f"**{parameter.name}"
    if parameter.default is parameter.empty:
        return parameter.name
    return f"{parameter.name}={_repr(parameter.default)}"


def _repr(default: object) -> str:
    if isinstance(default, Enum):
        return f"{type(default).__name__}.{default.name}"
    return repr(default)
