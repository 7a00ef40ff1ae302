"""The options of `run` and `plan` on what may be reused, and `--warm`: handed to the script's process as variables."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import click

from hyperstep.cli.option_group import OptionGroup
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


class ReuseFlags(NamedTuple):
    """What of finished runs may stand for new ones."""

    no_reuse: tuple[str, ...] = ()
    """Names of steps that run whatever there is; ``*`` for every step."""
    new_seed: bool = False
    history: str | None = None
    """``none`` or ``keep``; None for what the settings say."""
    verify: bool = False

    def variables(self) -> dict[str, str]:
        """What the script's process is told."""
        asked = {_VERIFY_VARIABLE: self.verify, _NEW_SEED_VARIABLE: self.new_seed}
        variables = {_NO_REUSE_VARIABLE: json.dumps(list(self.no_reuse))} if self.no_reuse else {}
        variables |= {_HISTORY_VARIABLE: self.history} if self.history else {}
        return {**variables, **{name: "1" for name, wanted in asked.items() if wanted}}


reuse_options = OptionGroup(
    "reuse",
    ReuseFlags,
    click.option(
        _NO_REUSE, metavar="[=STEP]", multiple=True, help="Run every step, or the one named, whatever there is."
    ),
    click.option("--new-seed", is_flag=True, help="Sweeps that are given no seed draw a new one."),
    click.option(
        "--history", type=click.Choice(["none", "keep"]), help="Sweeps keep the last sweep's trials in a changed space."
    ),
    click.option("--verify", is_flag=True, help="Read all files again instead of believing sizes and times."),
)


def warm_option(command: F) -> F:
    """Give a command ``--warm``."""
    words = "Fork trials from a process that has imported their libraries."
    return click.option("--warm", type=click.Choice(["auto", "always", "off"]), help=words)(command)


def warm_variables(warm: str | None) -> dict[str, str]:
    """What the script's process is told of it."""
    return {_WARM_VARIABLE: warm} if warm else {}
