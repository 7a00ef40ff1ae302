"""The options `--quiet` and `--plain` of a command that watches runs."""

from __future__ import annotations

import click

from hyperstep.cli.display_mode import DisplayMode
from hyperstep.cli.option_group import OptionGroup

display_options = OptionGroup(
    "mode",
    DisplayMode,
    click.option("-q", "--quiet", is_flag=True, help="Show nothing of our own."),
    click.option("--plain", is_flag=True, help="Write plain lines on a terminal too."),
)
