"""A v1 command as the parts of a process: a list as it is, a text split at its spaces or read by a shell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hyperstep.errors import InvalidInputError, UnsupportedError

_SINGLE_QUOTED = re.compile(r"'[^']*'")
_SHELL_SYNTAX = re.compile(r"[|&;<>$`*?\[\]{}~#()\n]|^\s*\w+=")


def command_parts(command: str | Sequence[object] | None) -> tuple[str, ...]:
    """The parts of a command; none for no command.

    A list is the program and its arguments, without a shell; a list of one text is that text. A text that holds
    variables, pipes, several commands or patterns becomes ``("bash", "-c", text)``, any other is split at its spaces.

    Raises:
        InvalidInputError: A quote is not closed.
        UnsupportedError: The text needs a shell, and there is none.
    """
    if not command:
        return ()
    if isinstance(command, str):
        return _parts_of_text(command)
    return _parts_of_text(str(command[0])) if len(command) == 1 else tuple(str(part) for part in command)


def _parts_of_text(text: str) -> tuple[str, ...]:
    if _SHELL_SYNTAX.search(_SINGLE_QUOTED.sub("", text)):
        return (_shell(text), "-c", text)
    try:
        import shlex  # noqa: PLC0415 - most steps run a script

        return tuple(shlex.split(text))
    except ValueError as error:
        rule = "The quotes of a command are closed."
        raise InvalidInputError(rule, received=text, remedy="Close them, or give the command as a list.") from error


def _shell(text: str) -> str:
    from shutil import which  # noqa: PLC0415 - most steps run a script

    for name in ("bash", "sh"):
        if which(name):
            return name
    rule = "A command with variables, pipes or patterns needs a shell, and there is none here."
    raise UnsupportedError(rule, received=text, remedy="Give the command as a list of texts.")
