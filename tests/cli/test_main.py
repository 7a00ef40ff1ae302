"""The command itself: its list of commands, its start, and how errors leave it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.real_process import PATIENCE_S, hyperstep

from hyperstep.cli.lazy_group import LazyGroup
from hyperstep.cli.main import main
from hyperstep.cli.root import _COMMANDS, cli
from hyperstep.errors import NotFoundError
from hyperstep.runtime.home import Home

HEAVY = {"rich", "msgspec", "psutil", "sqlite3", "hyperstep.run_store", "hyperstep.runtime", "subprocess"}


def test_help_lists_every_command_and_imports_none_of_them() -> None:
    code = (
        "import sys; from hyperstep.cli.main import main; main(['--help']); "
        "print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    for name, (_, line) in _COMMANDS.items():
        assert f"{name} " in done.stdout
        assert line.split(":")[0][:40] in done.stdout
    loaded = set(done.stderr.split())
    assert not HEAVY & loaded
    assert not {module for module in loaded if module.startswith("hyperstep.cli.commands")}


@pytest.mark.parametrize("name", _COMMANDS)
def test_each_command_has_its_own_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert f"hyperstep {name}" in capsys.readouterr().out
    assert isinstance(cli, LazyGroup)


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fly"]) == 2
    assert "No such command 'fly'" in capsys.readouterr().err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("hyperstep, version ")


@pytest.mark.parametrize("command", ["show", "logs", "cancel", "best"])
def test_a_run_that_is_not_there_is_one_clear_line_and_exit_code_3(
    home: Home, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert home.store.roots() == []
    assert main([command, "nobody"]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("hyperstep: ")
    assert "'nobody'" in err
    assert len(err.splitlines()) == 1


def test_an_ambiguous_prefix_lists_what_fits_and_gives_exit_code_2(
    running: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert running.store.roots()
    assert main(["show", ""]) in {2, 3}
    assert capsys.readouterr().err.startswith("hyperstep: ")


def test_an_error_of_several_lines_is_shown_in_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hyperstep.toml").write_text("[snapshot]\nmax_files = 1\n")
    for name in ("train.py", "data\x1b.csv", "two\nlines.csv"):
        (tmp_path / name).touch()
    assert main(["tune", "train.py", "--space", "x=choice:1,2", "--metric", "acc"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert "The largest files:" in lines
    assert "add: /data\\x1b.csv" in "".join(lines)
    assert [line for line in lines if "lines.csv" in line] == ["        0.00 MB  add: /two?lines.csv"]


def test_debug_shows_the_traceback(home: Home) -> None:
    assert home.store.roots() == []
    with pytest.raises(NotFoundError):
        main(["--debug", "show", "nobody"])


def test_a_reader_that_leaves_early_is_no_error(running: Home) -> None:
    assert running.store.roots()
    command = hyperstep("show", "latest", "--json")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE_S) == 0
