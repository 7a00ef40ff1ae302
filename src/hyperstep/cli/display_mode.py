"""How a command that watches runs shows them: what `--quiet` and `--plain` say."""

from __future__ import annotations

from typing import NamedTuple

import click

from hyperstep.cli.option_group import OptionGroup


class DisplayMode(NamedTuple):
    """What the user wants to see on standard error."""

    quiet: bool
    """Nothing of ours."""
    plain: bool
    """Lines, on a terminal too."""


display_options = OptionGroup(
    "mode",
    DisplayMode,
    click.option("-q", "--quiet", is_flag=True, help="Show nothing of our own."),
    click.option("--plain", is_flag=True, help="Write plain lines on a terminal too."),
)
