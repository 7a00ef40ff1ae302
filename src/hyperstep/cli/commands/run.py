"""`hyperstep run SCRIPT [ARGS...]`: a script as it is, with our azureml in its place."""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

import click

import hyperstep
from hyperstep.cli.exit_codes import OK
from hyperstep.cli.following import can_draw, fault_words, make_display, open_feed, report, say
from hyperstep.cli.reuse_flags import ScriptCommand, reuse_options, reuse_variables
from hyperstep.cli.script_process import python_command, run_script
from hyperstep_trial.boot_environment import boot_environment

_SUBMISSION_VARIABLE = "HYPERSTEP_SUBMISSION"
_SHIM_PATH = Path(hyperstep.__file__).parent / "shim_path"


@click.command(cls=ScriptCommand, context_settings={"allow_interspersed_args": False})
@click.option("-q", "--quiet", is_flag=True, help="Show nothing of our own.")
@click.option("--plain", is_flag=True, help="Write plain lines on a terminal too.")
@reuse_options
@click.argument("script", type=click.Path())
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGS]...")
def run(
    *,
    quiet: bool,
    plain: bool,
    no_reuse: tuple[str, ...],
    verify: bool,
    script: str,
    arguments: tuple[str, ...],
) -> int:
    """Run SCRIPT as `python SCRIPT ARGS` does, except that `import azureml` finds hyperstep's.

    What the script writes passes through byte for byte; progress is shown on standard error. The exit code is the
    script's own. All that follows SCRIPT is the script's, options included.

    A notebook (NAME.ipynb) is executed without a browser; the executed copy is NAME.executed.ipynb, or what
    `--output FILE` after it says. The exit code is 1 when a cell failed.
    """
    token = uuid.uuid4().hex
    told = {_SUBMISSION_VARIABLE: token, **reuse_variables(no_reuse, verify=verify)}
    env = boot_environment({**os.environ, **told}, str(_SHIM_PATH))
    feed = open_feed(submission=token)
    display = make_display(feed, quiet=quiet, plain=plain)
    shares_terminal = can_draw() and not quiet and not plain
    code = run_script(_command(script, arguments, quiet=quiet), env, display, shares_terminal=shares_terminal)
    views = display.finish()
    if not quiet:
        report(views)
        if feed.fault and code == OK:
            say(f"what the script submitted cannot be shown: {fault_words(feed.fault)}")
    return code


def _command(script: str, arguments: tuple[str, ...], *, quiet: bool) -> list[str]:
    if script.endswith(".ipynb"):
        options = ["--quiet"] if quiet else []
        return [sys.executable, "-P", "-m", "hyperstep.notebook", *options, script, *arguments]
    return python_command(script, arguments)
