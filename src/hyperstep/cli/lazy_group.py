"""A group of commands whose files are imported when they are run: help for the group imports none of them."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """A click group that knows of each command its one-line help and where it is defined.

    Args:
        commands_at: Name of the command to ``"module:attribute"`` and its line of help, in the order to show.
        kwargs: As for ``click.Group``.
    """

    def __init__(self, *, commands_at: dict[str, tuple[str, str]], **kwargs: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(**kwargs)
        self._commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the order given."""
        return list(self._commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import one command; None when there is none of that name."""
        if cmd_name not in self._commands_at:
            return None
        module, _, attribute = self._commands_at[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a reader that has left (``| head``) ends it without a word."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at exit
            return 0

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._commands_at.items()])
