"""A script is run, and what it submits is shown meanwhile: what `hyperstep run` does once it knows what is asked for.

The script waits for what is loaded until it is started, so that is little: the display, and the command line where
options are given, take longer to load than a script with nothing to compute takes to be done.
"""

from __future__ import annotations

from hyperstep.cli.becoming import SUBMISSION_VARIABLE, is_lone_script, new_token, python_command, script_environment
from hyperstep.cli.exit_codes import OK, SIGNAL_BASE
from hyperstep.cli.pseudoterminal import can_draw
from hyperstep.cli.script_process import run_script
from hyperstep.errors import LaunchError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hyperstep.cli.display import Display
    from hyperstep.cli.foreground import ForegroundRunners


def run_lone_script(words: Sequence[str]) -> int | None:
    """Run the script if that is all that is asked for: ``SCRIPT [ARGS]`` without options; returns the exit code.

    None when something else is asked for, and when Python cannot be started: the whole command says why.

    Args:
        words: What follows ``run``.
    """
    if not is_lone_script(words):
        return None
    token = new_token()
    env = script_environment({SUBMISSION_VARIABLE: token})
    try:
        return run_shown(python_command(words[0], words[1:]), env, token)
    except LaunchError:
        return None


def run_shown(
    command: Sequence[str],
    env: Mapping[str, str],
    submission: str,
    *,
    quiet: bool = False,
    plain: bool = False,
    runners: ForegroundRunners | None = None,
) -> int:
    """Run a script to its end and show what it submits; returns the exit code.

    Args:
        command: The script's command line.
        env: Its whole environment.
        submission: The word by which what it submits is found.
        quiet: Show nothing of our own.
        plain: Write plain lines on a terminal too.
        runners: What drives that from here, and is waited for; None when it goes on by itself.

    Raises:
        LaunchError: The command cannot be started.
    """

    def show() -> Display:
        from hyperstep.cli.display_mode import DisplayMode  # noqa: PLC0415 - while the script starts up
        from hyperstep.cli.following import make_display, open_feed  # noqa: PLC0415 - while the script starts up

        return make_display(open_feed(submission, status_only=quiet), DisplayMode(quiet, plain))

    shares_terminal = can_draw() and not quiet and not plain
    on_signal = runners.cancel if runners else None
    code, display = run_script(command, env, show, shares_terminal=shares_terminal, on_signal=on_signal)
    if runners:
        runners.wait(display.tick)
        code = code or (SIGNAL_BASE + runners.signal if runners.signal else OK)
    _finish(display, code, quiet=quiet)
    return code


def _finish(display: Display, code: int, *, quiet: bool) -> None:
    """Show the last news, and say how it ended."""
    from hyperstep.cli.following import fault_words, report, say  # noqa: PLC0415 - it has been imported by then

    views = display.finish()
    if quiet:
        return
    report(views)
    if display.feed.fault and code == OK:
        say(f"what the script submitted cannot be shown: {fault_words(display.feed.fault)}")
