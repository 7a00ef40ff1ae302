"""`hyperstep run SCRIPT` starts its script first, and loads what shows it meanwhile."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.cli.real_process import write_script

from hyperstep.cli.becoming import is_lone_script
from hyperstep.cli.main import main
from hyperstep.cli.shown_script import run_lone_script
from hyperstep.cli.started_process import StartedProcess
from hyperstep.runtime.foreground import FOREGROUND_VARIABLE

pytestmark = pytest.mark.skipif(os.name != "posix", reason="elsewhere the command line comes first")


@pytest.mark.parametrize("words", [["train.py"], ["train.py", "--plain", "-q"], ["no-suffix"], ["./a.py", ""]])
def test_a_script_and_its_arguments_need_no_command_line(words: list[str]) -> None:
    assert is_lone_script(words)


@pytest.mark.parametrize("words", [[], [""], ["--plain", "train.py"], ["-h"], ["--", "train.py"], ["notebook.ipynb"]])
def test_options_and_notebooks_do(words: list[str]) -> None:
    assert not is_lone_script(words)
    assert run_lone_script(words) is None


def test_so_does_a_run_below_one_in_the_foreground(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOREGROUND_VARIABLE, "1")
    assert not is_lone_script(["train.py"])


def test_a_python_that_cannot_be_started_is_told_by_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert main(["run", "train.py"]) == 4
    assert "'/nowhere/python'" in capsys.readouterr().err


def test_where_there_are_no_signals_and_no_spawn_a_script_runs_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("becoming", "forwarding", "script_process", "commands.run"):
        elsewhere = SimpleNamespace(**{**vars(os), "name": "nt"})
        monkeypatch.setattr(f"hyperstep.cli.{module}.os", elsewhere)
    assert main(["run", write_script(tmp_path, "raise SystemExit(3)")]) == 3
    assert main(["run", "-q", write_script(tmp_path, "raise SystemExit(4)")]) == 4


def test_ctrl_c_after_the_scripts_end_is_an_exit_code_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_words: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("hyperstep.cli.shown_script.run_lone_script", interrupted)
    assert main(["run", "train.py"]) == 130


def test_a_signal_that_comes_while_the_end_is_looked_at_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    process = StartedProcess([sys.executable, "-c", "raise SystemExit(3)"], os.environ, {})
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    wait = os.waitpid

    def wait_and_be_interrupted(pid: int, options: int) -> tuple[int, int]:
        ended = wait(pid, options)
        process.send_signal(signal.SIGTERM)
        return ended

    monkeypatch.setattr(os, "waitpid", wait_and_be_interrupted)
    assert process.poll() == 3
    process.send_signal(signal.SIGTERM)
    assert process.returncode == 3
