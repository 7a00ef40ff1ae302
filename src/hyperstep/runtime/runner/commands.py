"""The argument texts of a command: placeholders replaced as a shell needs it, and the interpreter found by name."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from hyperstep.runtime.runner.job_arguments import fill_placeholders

_SHELLS = frozenset({"bash", "sh"})
_PYTHONS = frozenset({"python", "python3"})
_SHELL_PARTS = 3
_SPECIAL_IN_DOUBLE_QUOTES = re.compile(r'([\\"$`])')


def command_texts(command: Sequence[str], values: Mapping[str, str], python: str) -> tuple[str, ...]:
    """What is started for a command.

    Args:
        command: Its parts with placeholders; ``("bash", "-c", text)`` for a text that a shell reads.
        values: What stands for each placeholder.
        python: The interpreter of the step, which ``python`` as the first part stands for.
    """
    if len(command) == _SHELL_PARTS and PurePath(command[0]).name in _SHELLS and command[1] == "-c":
        return (*command[:2], fill_shell_placeholders(command[2], values))
    first, *rest = [fill_placeholders(text, values) for text in command]
    return (python if first in _PYTHONS else first, *rest)


def command_path(environment: Mapping[str, str], python: str) -> dict[str, str]:
    """``PATH`` with the interpreter's folder first, so that ``python`` and its tools are the step's."""
    return {"PATH": os.pathsep.join([str(Path(python).parent), environment.get("PATH", os.defpath)])}


def fill_shell_placeholders(text: str, values: Mapping[str, str]) -> str:
    """Replace every placeholder in a text for a shell, so that each value stays one word of what surrounds it.

    Values are quoted by where they stand: outside quotes, in single or in double quotes. A placeholder after a
    backslash is left.
    """
    if not values:
        return text
    pattern = re.compile("|".join(re.escape(name) for name in sorted(values, key=len, reverse=True)))
    pieces: list[str] = []
    quote, end = "", 0
    for match in pattern.finditer(text):
        between = text[end : match.start()]
        quote, escaped = _quote_after(between, quote)
        pieces += [between, match[0] if escaped else _quoted(values[match[0]], quote)]
        end = match.end()
    return "".join([*pieces, text[end:]])


def _quote_after(text: str, quote: str) -> tuple[str, bool]:
    """The quote that is open after a text, and whether what follows is escaped."""
    escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\" and quote != "'":
            escaped = True
        elif character == quote:
            quote = ""
        elif character in "'\"" and not quote:
            quote = character
    return quote, escaped


def _quoted(value: str, quote: str) -> str:
    if quote == "'":
        return value.replace("'", "'\\''")
    if quote == '"':
        return _SPECIAL_IN_DOUBLE_QUOTES.sub(r"\\\1", value)
    return shlex.quote(value)
