"""The options of `run` and `plan` on what may be reused, and `--warm`: handed to the script's process as variables."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from hyperstep.pipeline.reuse_rules import EVERY_STEP

_NO_REUSE = "--no-reuse"
_NO_REUSE_VARIABLE = "HYPERSTEP_NO_REUSE"
_VERIFY_VARIABLE = "HYPERSTEP_VERIFY"
_NEW_SEED_VARIABLE = "HYPERSTEP_NEW_SEED"
_HISTORY_VARIABLE = "HYPERSTEP_HISTORY"
_WARM_VARIABLE = "HYPERSTEP_WARM"

F = TypeVar("F", bound=Callable[..., Any])


class ScriptCommand(click.Command):
    """Options end where the script begins; ``--no-reuse`` takes its value after ``=`` only."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See click."""
        first = next((place for place, text in enumerate(args) if not text.startswith("-")), len(args))
        options = [f"{_NO_REUSE}={EVERY_STEP}" if text == _NO_REUSE else text for text in args[:first]]
        return super().parse_args(ctx, [*options, *args[first:]])


def reuse_options(command: F) -> F:
    """Give a command ``--no-reuse``, ``--new-seed``, ``--history`` and ``--verify``."""
    no_reuse = click.option(
        _NO_REUSE, metavar="[=STEP]", multiple=True, help="Run every step, or the one named, whatever there is."
    )
    verify = click.option("--verify", is_flag=True, help="Read all files again instead of believing sizes and times.")
    new_seed = click.option("--new-seed", is_flag=True, help="Sweeps that are given no seed draw a new one.")
    history = click.option(
        "--history", type=click.Choice(["none", "keep"]), help="Sweeps keep the last sweep's trials in a changed space."
    )
    return no_reuse(new_seed(history(verify(command))))


def warm_option(command: F) -> F:
    """Give a command ``--warm``."""
    words = "Fork trials from a process that has imported their libraries."
    return click.option("--warm", type=click.Choice(["auto", "always", "off"]), help=words)(command)


def warm_variables(warm: str | None) -> dict[str, str]:
    """What the script's process is told of it."""
    return {_WARM_VARIABLE: warm} if warm else {}


def reuse_variables(
    no_reuse: Sequence[str], *, verify: bool, new_seed: bool = False, history: str | None = None
) -> dict[str, str]:
    """What the script's process is told."""
    asked = {_VERIFY_VARIABLE: verify, _NEW_SEED_VARIABLE: new_seed}
    variables = {_NO_REUSE_VARIABLE: json.dumps(list(no_reuse))} if no_reuse else {}
    variables |= {_HISTORY_VARIABLE: history} if history else {}
    return {**variables, **{name: "1" for name, wanted in asked.items() if wanted}}
