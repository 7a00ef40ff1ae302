"""What the command's exit code says; ``docs/cli.md`` has the same table."""

from __future__ import annotations

from hyperstep.errors import HyperstepError, InvalidInputError, NotFoundError, UnsupportedError

OK = 0
FAILED = 1
"""The run that the command waited for failed or was canceled."""
BAD_INPUT = 2
"""A usage error, or a value that breaks a rule."""
NOT_FOUND = 3
"""No such run, or it has nothing of what was asked for yet."""
UNAVAILABLE = 4
"""The records cannot be read or written, somebody else owns the run, or a process could not be started."""
INTERRUPTED = 130
"""Ctrl-C, as shells count it: 128 + SIGINT."""
SIGNAL_BASE = 128
"""A script that was ended by signal n gives 128 + n, as in a shell."""


def exit_code_of(error: HyperstepError) -> int:
    """The exit code for an error of ours."""
    if isinstance(error, NotFoundError):
        return NOT_FOUND
    if isinstance(error, InvalidInputError | UnsupportedError):
        return BAD_INPUT
    return UNAVAILABLE
