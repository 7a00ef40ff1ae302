"""Options that belong together: a command gets one record in their place."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

R = TypeVar("R")
Command = Callable[..., R]


class OptionGroup:
    """A decorator that gives a command some options.

    Args:
        name: The command's parameter that gets the record.
        record: Makes it of the options' values; its parameters have the options' names.
        options: Each a ``click.option``, in the order of the help.
    """

    def __init__(self, name: str, record: Callable[..., object], *options: Callable[[Any], Any]) -> None:
        self._name = name
        self._record = record
        self._fields = tuple(inspect.signature(record).parameters)
        self._options = options

    def __call__(self, command: Command[R]) -> Command[R]:
        """The command with the options."""

        @functools.wraps(command)
        def grouped(**given: object) -> R:
            values = {field: given.pop(field) for field in self._fields}
            return command(**given, **{self._name: self._record(**values)})

        for option in reversed(self._options):
            option(grouped)
        return grouped
