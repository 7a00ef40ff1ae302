"""Where the command `hyperstep` begins. What needs little is done before the command line is loaded."""

from __future__ import annotations

import sys

from hyperstep.cli.becoming import become_quiet_script

_SUBMITS_NOTHING = frozenset({"-h", "--help", "--foreground"})
"""With these words `hyperstep tune` needs no trial host, whoever they are meant for."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    Args:
        arguments: What follows the command's name; those of this process without it.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    code = _run_at_once(given[1:]) if given[:1] == ["run"] else None
    if code is not None:
        return code
    if given[:1] == ["tune"] and _SUBMITS_NOTHING.isdisjoint(given):
        from hyperstep.runtime.runner_program import begin_runner  # noqa: PLC0415 - see above

        begin_runner()  # while we load the command line
    from hyperstep.cli.root import run_command  # noqa: PLC0415 - see above

    return run_command(given)


def _run_at_once(words: Sequence[str]) -> int | None:
    """The usual forms of `hyperstep run`; None for all others."""
    become_quiet_script(words)
    from hyperstep.cli.exit_codes import INTERRUPTED  # noqa: PLC0415 - not for `hyperstep --help`
    from hyperstep.cli.shown_script import run_lone_script  # noqa: PLC0415 - likewise

    try:
        return run_lone_script(words)
    except KeyboardInterrupt:
        return INTERRUPTED
