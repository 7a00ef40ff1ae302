"""Reading the command line of a Python: its options, its script, and the script's arguments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import NamedTuple

_FLAGS = frozenset("bBdOqsPuv")
"""Options without a value under which a warm start is as a cold one."""
_WITH_VALUE = frozenset("WX")


class CommandLine(NamedTuple):
    """A command line that runs a Python script."""

    options: tuple[str, ...]
    """The interpreter and its options."""
    script: int
    """Index of the script."""


def read_command_line(argv: Sequence[str]) -> CommandLine | str:
    """The parts of the command line, or why it cannot be started warm."""
    if not argv or not PurePath(argv[0]).is_absolute():
        return "the interpreter is not named by its whole path"
    index = 1
    while index < len(argv) and argv[index].startswith("-"):
        option = argv[index]
        if option == "-" or option.startswith("--"):
            return f"Python is started with {option}"
        for place, letter in enumerate(option[1:], 1):
            if letter in _WITH_VALUE:
                index += place == len(option) - 1  # its value is the next text
                break
            if letter not in _FLAGS:
                return f"Python is started with -{letter}"
        index += 1
    if index >= len(argv):
        return "no script is run"
    return CommandLine(tuple(argv[:index]), index)
