"""`hyperstep plan SCRIPT [ARGS...]`: what would be reused and what would run, before anything does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import click

from hyperstep.cli.becoming import python_command
from hyperstep.cli.exit_codes import OK, SIGNAL_BASE
from hyperstep.cli.json_output import print_json
from hyperstep.cli.opening import opened_home, unique_prefix
from hyperstep.cli.render_reuse import verdict_lines
from hyperstep.cli.reuse_flags import ReuseFlags, ScriptCommand, reuse_options
from hyperstep.codec import from_json
from hyperstep.digest import Json
from hyperstep.errors import LaunchError, UnsupportedError
from hyperstep.pipeline.plan import StepVerdict
from hyperstep.runtime.overlay import OVERLAY_VARIABLE, overlay_of
from hyperstep.runtime.planning import PLAN_VARIABLE
from hyperstep.settings import load_settings
from hyperstep.shim import shim_path
from hyperstep_trial.boot_environment import boot_environment

_LATER = "unknown"
_END = (
    "Nothing was submitted, and the records are as they were. The script ended at its first submit: what it would "
    "submit after that is unknown. What it did itself to files or over the network was done, and is not undone."
)


@click.command(cls=ScriptCommand, context_settings={"allow_interspersed_args": False})
@click.option(
    "--json", "as_json", is_flag=True, help="Print a JSON object; the script's output goes to standard error."
)
@reuse_options
@click.argument("script", type=click.Path())
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGS]...")
def plan(
    *,
    as_json: bool,
    reuse: ReuseFlags,
    script: str,
    arguments: tuple[str, ...],
) -> int:
    """Say for each step of what SCRIPT submits first whether it would be reused or run, and why.

    SCRIPT runs with ARGS up to its first submit, against a look-alike of the home: the records stay as they are.
    """
    if script.endswith(".ipynb"):
        rule = "Plans are made of scripts."
        raise UnsupportedError(rule, received=script, remedy="In a notebook call Pipeline.plan().")
    code, made = _make_plan(python_command(script, arguments), reuse.variables(), quiet=as_json)
    if made is None:
        click.echo(f"hyperstep: {script} ended with exit code {code} and submitted nothing", err=True)
        if as_json:
            print_json({"script": script, "experiment": None, "steps": [], "later_submits": _LATER})
        return code
    if as_json:
        print_json({"script": script, **made, "later_submits": _LATER})
    else:
        click.echo("\n".join(_lines(script, made)))
    return OK


def _make_plan(command: Sequence[str], told: dict[str, str], *, quiet: bool) -> tuple[int, dict[str, Any] | None]:
    """The script's exit code, and the plan if it came to one."""
    home = load_settings().home
    with overlay_of(home) as overlay:
        file = overlay / "plan.json"
        variables = {
            "HYPERSTEP_HOME": str(overlay),
            OVERLAY_VARIABLE: str(home),
            PLAN_VARIABLE: str(file),
            **told,
        }
        env = boot_environment({**os.environ, **variables}, str(shim_path()))
        sys.stdout.flush()
        try:
            code = subprocess.run(command, env=env, stdout=sys.stderr if quiet else None, check=False).returncode
        except OSError as error:
            rule = f"The script's interpreter can be started: {error.strerror}."
            raise LaunchError(rule, received=command[0]) from error
        made = json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
    return (code if code >= 0 else SIGNAL_BASE - code), made


def _lines(script: str, made: dict[str, Json]) -> list[str]:
    verdicts = from_json(tuple[StepVerdict, ...], made["steps"])
    with opened_home() as home:
        lines = [*verdict_lines(verdicts, lambda run_id: unique_prefix(home, run_id))]
    return [f"plan of {script}, experiment '{made['experiment']}'", *lines, _END]
