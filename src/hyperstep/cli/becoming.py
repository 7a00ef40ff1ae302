"""A script takes the place of the command: where nothing is shown, nobody need stay.

`hyperstep run -q SCRIPT` is often a step of something else (a build, a loop), and its script may be done in a tenth of
a second. So this module loads as little as it can, and the usual form of that command loads nothing more.
"""

# pathlib, uuid and the command line cost more than Python's own start:
# ruff: noqa: PTH118, PTH120

from __future__ import annotations

import os
import sys

import hyperstep
from hyperstep_trial.boot_environment import boot_environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

    from hyperstep.errors import LaunchError

SUBMISSION_VARIABLE = "HYPERSTEP_SUBMISSION"
"""Set for the script, so that what it submits is found."""
_QUIET = frozenset({"-q", "--quiet"})
_TOKEN_BYTES = 16


def become_quiet_script(words: Sequence[str]) -> None:
    """Run the script if that is all that is asked for: ``-q SCRIPT [ARGS]`` without other options.

    Returns when something else is asked for, and when Python cannot be started: the whole command says why.

    Args:
        words: What follows ``run``.
    """
    if not words or words[0] not in _QUIET or not is_lone_script(words[1:]):
        return
    env = script_environment({SUBMISSION_VARIABLE: new_token()})
    try:
        _become(python_command(words[1], words[2:]), env)
    except OSError:
        return


def is_lone_script(words: Sequence[str]) -> bool:
    """Whether they are ``SCRIPT [ARGS]``: no options of ours, no notebook, no run in the foreground; on POSIX."""
    script = words[0] if words else ""
    if os.name != "posix" or not script or script.startswith("-") or script.endswith(".ipynb"):
        return False
    from hyperstep.runtime.foreground import in_foreground  # noqa: PLC0415 - not for `hyperstep --help`

    return not in_foreground()


def new_token() -> str:
    """A word that nobody else has."""
    return os.urandom(_TOKEN_BYTES).hex()


def script_environment(told: Mapping[str, str]) -> dict[str, str]:
    """The environment of a script that finds our azureml, with what it is told beside."""
    return boot_environment({**os.environ, **told}, os.path.join(os.path.dirname(hyperstep.__file__), "shim_path"))


def python_command(script: str, arguments: Sequence[str]) -> list[str]:
    """The command line that runs a script with this interpreter."""
    return [sys.executable, script, *arguments]


def become_script(argv: Sequence[str], env: Mapping[str, str]) -> NoReturn:
    """Let the script take the place of this process.

    Raises:
        LaunchError: The command cannot be started.
    """
    try:
        _become(argv, env)
    except OSError as error:
        raise no_interpreter(argv, error) from error


def _become(argv: Sequence[str], env: Mapping[str, str]) -> NoReturn:
    if sys.stdout is not None:  # closed by who started us
        sys.stdout.flush()
    os.execvpe(argv[0], list(argv), env)  # noqa: S606 - a command, as when it is started beside us


def no_interpreter(argv: Sequence[str], error: OSError) -> LaunchError:
    """The error for a script that cannot be started."""
    from hyperstep.errors import LaunchError  # noqa: PLC0415 - for an error only

    rule = f"The script's interpreter can be started: {error.strerror}."
    return LaunchError(rule, received=argv[0])
