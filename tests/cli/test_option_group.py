"""A command with a group of options gets one record in their place."""

from __future__ import annotations

from typing import NamedTuple

import click
from click.testing import CliRunner

from hyperstep.cli.option_group import OptionGroup


class Size(NamedTuple):
    """Two options."""

    width: int
    height: int


size_options = OptionGroup(
    "size",
    Size,
    click.option("--width", type=int, default=1, help="Across."),
    click.option("--height", type=int, default=2, help="Up."),
)


@click.command()
@click.option("--before")
@size_options
@click.option("--after")
def draw(*, before: str | None, size: Size, after: str | None) -> None:
    """Says what it was given."""
    click.echo(f"{before} {size} {after}")


def test_the_values_arrive_as_a_record_beside_the_others() -> None:
    given = CliRunner().invoke(draw, ["--height", "5", "--after", "x"])
    assert given.output == "None Size(width=1, height=5) x\n"


def test_the_help_has_the_options_in_the_order_of_the_group() -> None:
    words = CliRunner().invoke(draw, ["--help"]).output
    assert [name for name in words.split() if name.startswith("--")] == [
        "--before",
        "--width",
        "--height",
        "--after",
        "--help",
    ]
    assert "Says what it was given." in words
