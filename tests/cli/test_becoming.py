"""`hyperstep run -q SCRIPT` becomes its script at once; everything else is left to the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import pytest

from hyperstep.cli.becoming import SUBMISSION_VARIABLE, become_quiet_script
from hyperstep.cli.main import main
from hyperstep.runtime.foreground import FOREGROUND_VARIABLE
from hyperstep_trial.boot_environment import SHIM_PATH_VARIABLE

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a process cannot take another's place")
Become = tuple[str, list[str], dict[str, str]]


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> list[Become]:
    """What this process would have become."""
    calls: list[Become] = []
    monkeypatch.setattr(os, "execvpe", lambda file, argv, env: calls.append((file, argv, env)))
    return calls


@pytest.mark.parametrize("quiet", ["-q", "--quiet"])
def test_the_script_gets_its_arguments_whatever_they_look_like(became: list[Become], quiet: str) -> None:
    become_quiet_script([quiet, "train.py", "-q", "--plain", "x"])
    [(file, argv, env)] = became
    assert file == sys.executable
    assert argv == [sys.executable, "train.py", "-q", "--plain", "x"]
    assert len(env[SUBMISSION_VARIABLE]) == 32
    assert os.path.isdir(env[SHIM_PATH_VARIABLE])  # noqa: PTH112 - as the boot does


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["-q"],
        ["train.py"],
        ["-q", ""],
        ["-q", "--plain", "train.py"],
        ["-q", "--no-reuse", "train.py"],
        ["-q", "notebook.ipynb"],
    ],
)
def test_what_asks_for_more_is_left_to_the_command_line(became: list[Become], words: list[str]) -> None:
    become_quiet_script(words)
    assert became == []


@pytest.mark.parametrize("arguments", [[], ["tune", "-q", "train.py"], ["--debug", "run", "-q", "train.py"]])
def test_so_is_every_other_command(became: list[Become], arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[Sequence[str]] = []

    def take(given: Sequence[str]) -> int:
        left.append(given)
        return 7

    monkeypatch.setattr("hyperstep.cli.root.run_command", take)
    assert main(arguments) == 7
    assert left == [arguments]
    assert became == []


def test_so_is_a_run_below_one_in_the_foreground(became: list[Become], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOREGROUND_VARIABLE, "1")
    become_quiet_script(["-q", "train.py"])
    assert became == []


def test_a_python_that_cannot_be_started_is_told_by_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def refuse(*given: object) -> None:
        asked.append(given)
        raise OSError

    monkeypatch.setattr(os, "execvpe", refuse)
    become_quiet_script(["-q", "train.py"])
    assert len(asked) == 1
