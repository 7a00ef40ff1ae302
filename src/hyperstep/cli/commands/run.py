"""`hyperstep run SCRIPT [ARGS...]`: a script as it is, with our azureml in its place."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from hyperstep.cli.becoming import (
    SUBMISSION_VARIABLE,
    become_script,
    new_token,
    python_command,
    script_environment,
)
from hyperstep.cli.display_mode import DisplayMode
from hyperstep.cli.display_options import display_options
from hyperstep.cli.reuse_flags import ReuseFlags, ScriptCommand, reuse_options, warm_option, warm_variables
from hyperstep.cli.shown_script import run_shown
from hyperstep.runtime.foreground import in_foreground

if TYPE_CHECKING:
    from hyperstep.cli.foreground import ForegroundRunners

_DETERMINISTIC_VARIABLE = "HYPERSTEP_DETERMINISTIC"


@click.command(cls=ScriptCommand, context_settings={"allow_interspersed_args": False})
@display_options
@click.option("--deterministic", is_flag=True, help="Sweeps decide the same at any concurrency, after any kill.")
@click.option("--foreground", is_flag=True, help="Drive what is submitted from here; leave no process.")
@reuse_options
@warm_option
@click.argument("script", type=click.Path())
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGS]...")
def run(
    *,
    mode: DisplayMode,
    deterministic: bool,
    foreground: bool,
    reuse: ReuseFlags,
    warm: str | None,
    script: str,
    arguments: tuple[str, ...],
) -> int:
    """Run SCRIPT as `python SCRIPT ARGS` does, except that `import azureml` finds hyperstep's.

    What the script writes passes through byte for byte; progress is shown on standard error. The exit code is the
    script's own. All that follows SCRIPT is the script's, options included.

    A notebook (NAME.ipynb) is executed without a browser; the executed copy is NAME.executed.ipynb, or what
    `--output FILE` after it says. The exit code is 1 when a cell failed.

    With --foreground the command ends when all that SCRIPT submitted has ended, and leaves no process; Ctrl-C cancels.
    That is for systems which end what a command leaves behind: systemd, Slurm, build agents.
    """
    runners = _foreground_runners() if foreground or in_foreground() else None
    token = runners.submission if runners else new_token()
    variables = runners.variables if runners else {SUBMISSION_VARIABLE: token}
    asked = {_DETERMINISTIC_VARIABLE: "1"} if deterministic else {}
    env = script_environment({**variables, **asked, **reuse.variables(), **warm_variables(warm)})
    command = _command(script, arguments, quiet=mode.quiet)
    if mode.quiet and runners is None and os.name == "posix":
        become_script(command, env)
    return run_shown(command, env, token, quiet=mode.quiet, plain=mode.plain, runners=runners)


def _foreground_runners() -> ForegroundRunners:
    from hyperstep.cli.foreground import ForegroundRunners  # noqa: PLC0415 - loads the engine, for few users

    return ForegroundRunners()


def _command(script: str, arguments: tuple[str, ...], *, quiet: bool) -> list[str]:
    if script.endswith(".ipynb"):
        options = ["--quiet"] if quiet else []
        return [sys.executable, "-P", "-m", "hyperstep.notebook", *options, script, *arguments]
    return python_command(script, arguments)
