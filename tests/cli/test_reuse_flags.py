"""`--no-reuse` with and without a step, before a script whose own options are left alone."""

from __future__ import annotations

import json

import click
import pytest
from click.testing import CliRunner

from hyperstep.cli.reuse_flags import (
    ReuseFlags,
    ScriptCommand,
    reuse_options,
    warm_option,
    warm_variables,
)


@click.command(cls=ScriptCommand, context_settings={"allow_interspersed_args": False})
@reuse_options
@warm_option
@click.argument("script")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(
    *,
    reuse: ReuseFlags,
    warm: str | None,
    script: str,
    arguments: tuple[str, ...],
) -> None:
    """A command with the options."""
    variables = reuse.variables() | warm_variables(warm)
    click.echo(json.dumps([variables, script, arguments]))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["s.py", "--no-reuse"], [{}, "s.py", ["--no-reuse"]]),
        (["--no-reuse", "s.py", "-x"], [{"HYPERSTEP_NO_REUSE": '["*"]'}, "s.py", ["-x"]]),
        (["--no-reuse=a", "--no-reuse=b c", "s.py"], [{"HYPERSTEP_NO_REUSE": '["a", "b c"]'}, "s.py", []]),
        (["--verify", "s.py"], [{"HYPERSTEP_VERIFY": "1"}, "s.py", []]),
        (["--new-seed", "s.py"], [{"HYPERSTEP_NEW_SEED": "1"}, "s.py", []]),
        (["--warm", "always", "s.py", "--warm", "x"], [{"HYPERSTEP_WARM": "always"}, "s.py", ["--warm", "x"]]),
        (["--history", "keep", "s.py"], [{"HYPERSTEP_HISTORY": "keep"}, "s.py", []]),
    ],
)
def test_options_before_the_script_become_variables(given: list[str], expected: list[object]) -> None:
    assert json.loads(CliRunner().invoke(command, given).output) == expected
