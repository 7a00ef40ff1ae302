"""Settings that environment variables give. One that is set to nothing counts as not set."""

from __future__ import annotations

import math
import os
from pathlib import Path

from hyperstep.errors import InvalidInputError

_SWITCH = {"1": True, "true": True, "0": False, "false": False}


def home_from_environment() -> Path | None:
    """``HYPERSTEP_HOME``, absolute.

    Raises:
        InvalidInputError: Its ``~`` has no meaning.
    """
    value = os.environ.get("HYPERSTEP_HOME")
    return expanded(value, "HYPERSTEP_HOME").absolute() if value else None


def default_home() -> Path:
    """Where the home is when nothing says otherwise.

    Raises:
        InvalidInputError: There is no home folder of the user.
    """
    return expanded("~/.hyperstep", "The default home")


def expanded(value: str, what: str) -> Path:
    """A path with its ``~`` resolved.

    Args:
        value: The path.
        what: What it is, for the message.

    Raises:
        InvalidInputError: The ``~`` has no meaning.
    """
    try:
        return Path(value).expanduser()
    except RuntimeError as error:
        rule = f"{what} must be a path whose `~` has a meaning: {error}"
        raise InvalidInputError(rule, received=value, remedy="Set HYPERSTEP_HOME to an absolute path.") from error


def whole_from_environment(variable: str, least: int, unset: str) -> int | None:
    """A whole number.

    Args:
        variable: Its name.
        least: The smallest that is taken.
        unset: What unsetting the variable is good for, for the message.

    Raises:
        InvalidInputError: It is no such number.
    """
    value = os.environ.get(variable)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and int(value) >= least):
        rule = f"{variable} must be a whole number, {least} or more."
        raise InvalidInputError(rule, received=value, remedy=f"Unset it {unset}.")
    return int(value)


def switch_from_environment(variable: str) -> bool | None:
    """``1`` or ``true``, ``0`` or ``false``.

    Raises:
        InvalidInputError: It is none of them.
    """
    value = os.environ.get(variable)
    if value and value not in _SWITCH:
        rule = f"{variable} must be one of {', '.join(_SWITCH)}."
        raise InvalidInputError(rule, received=value, remedy="Unset it for what the settings file says.")
    return _SWITCH[value] if value else None


def word_from_environment(variable: str, words: tuple[str, ...]) -> str | None:
    """One of some words.

    Raises:
        InvalidInputError: It is none of them.
    """
    value = os.environ.get(variable)
    if value and value not in words:
        rule = f"{variable} must be one of {', '.join(words)}."
        raise InvalidInputError(rule, received=value, remedy=f"Unset it for '{words[0]}'.")
    return value or None


def number_from_environment(variable: str) -> float | None:
    """A number, 0 or more.

    Raises:
        InvalidInputError: It is none.
    """
    value = os.environ.get(variable)
    if not value:
        return None
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not math.isfinite(number) or number < 0:
        rule = f"{variable} must be a number, 0 or more."
        raise InvalidInputError(rule, received=value, remedy="Unset it for the default. See docs/settings.md.")
    return number
