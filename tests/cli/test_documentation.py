"""`docs/cli.md` against the command: every command, option and key is described."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from hyperstep.cli.main import main
from hyperstep.cli.root import _COMMANDS, cli
from hyperstep.runtime.home import Home

DOCUMENT = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
CODE = set(re.findall(r"`([^`]+)`", DOCUMENT))
FREE_KEYS = {"parameters", "tags", "old", "new"}
"""What is below these is named by the user."""


def keys_of(value: object, below: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if below not in FREE_KEYS:
                yield key
            yield from keys_of(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from keys_of(item, below)


@pytest.mark.parametrize(
    "command",
    [
        ["show", "latest"],
        ["show", "HD_44444444-dddd_2"],
        ["best", "latest"],
        ["logs", "latest"],
        ["runs"],
        ["why", "latest"],
        ["doctor"],
        ["gc"],
    ],
    ids=" ".join,
)
def test_every_key_is_described(running: Home, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert running.store.roots()
    assert main([*command, "--json"]) == 0
    assert set(keys_of(json.loads(capsys.readouterr().out))) - CODE == set()


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_command_and_option_is_described(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert f"hyperstep {name}" in DOCUMENT
    options = {max(p.opts, key=len) for p in command.params if isinstance(p, click.Option)}
    assert {option for option in options if option not in DOCUMENT} <= {"--quiet", "--lines", "--limit", "--follow"}
