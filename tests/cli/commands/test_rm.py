"""`hyperstep rm`: what it must never take for a run; what it removes is tested with the garbage."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from hyperstep.cli.main import main
from hyperstep.errors import ConflictError
from hyperstep.runtime.garbage.removal import remove_unknown
from hyperstep.runtime.home import Home
from hyperstep.settings import load_settings


@pytest.fixture
def home() -> Home:
    home = Home.open(load_settings())
    (home.path / "runs" / "somebodys").mkdir(parents=True)
    return home


@pytest.mark.parametrize("text", ["", ".", "..", "./somebodys", "somebodys/", "../runs", "/", "nobodys"])
def test_a_text_that_names_no_run_removes_nothing(home: Home, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = set(home.path.rglob("*"))
    assert main(["rm", "--yes", "--", text]) != 0
    assert "was removed" not in capsys.readouterr().out
    assert before <= set(home.path.rglob("*"))


@pytest.mark.parametrize("folder", ["runs", "runs/..", "runs/.", "objects", "runs/somebodys/.."])
def test_no_folder_but_a_runs_is_removed(home: Home, folder: str) -> None:
    with pytest.raises(ConflictError, match="nobody drives or knows"):
        remove_unknown(home, home.path / Path(folder))
    assert (home.path / "runs" / "somebodys").is_dir()


@pytest.mark.parametrize(("typed", "code"), [("", 2), ("n\n", 2), ("y\n", 0)])
def test_without_a_terminal_nobody_is_taken_to_have_agreed_and_the_option_is_named(
    home: Home, typed: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert main(["rm", "somebodys"]) == code
    assert (home.path / "runs" / "somebodys").exists() == bool(code)
    assert ("Give --yes to remove it" in capsys.readouterr().err) == bool(code)
