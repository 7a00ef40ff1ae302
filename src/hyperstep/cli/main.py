"""Where the command `hyperstep` begins. What needs little is done before the command line is loaded."""

from __future__ import annotations

import sys

from hyperstep.cli.becoming import become_quiet_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    Args:
        arguments: What follows the command's name; those of this process without it.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    become_quiet_script(given)
    from hyperstep.cli.root import run_command  # noqa: PLC0415 - see above

    return run_command(given)
