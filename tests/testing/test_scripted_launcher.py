"""The scripted launcher is a real launcher, but for the processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hyperstep.launchers.base import Launcher
from hyperstep.records.attempt import Attempt, AttemptKey
from hyperstep.testing.behaviour import Behaviour
from hyperstep.testing.launchers import LauncherContract
from hyperstep.testing.scripted_launcher import ScriptedLauncher, ScriptedMachine


class TestScriptedLauncher(LauncherContract):
    @pytest.fixture(autouse=True)
    def _machine(self) -> None:
        self.machine = ScriptedMachine()

    def make_launcher(self, notify: Callable[[], None]) -> Launcher:
        return ScriptedLauncher(notify, machine=self.machine)


def _attempt(folder: Path) -> Attempt:
    (folder / "work").mkdir(parents=True)
    return Attempt(AttemptKey("run", 0), folder, ("train",), {})


def test_the_script_says_what_an_attempt_does(tmp_path: Path) -> None:
    launcher = ScriptedLauncher(lambda: None, lambda attempt: Behaviour(exit_code=attempt.key.number + 6))
    attempt = _attempt(tmp_path)
    launcher.launch(attempt)
    assert [end.exit_code for end in launcher.poll()] == [6]
    assert launcher.launched == [attempt]


def test_a_hanging_attempt_ends_when_the_test_says_so(tmp_path: Path) -> None:
    launcher = ScriptedLauncher(lambda: None, lambda _: Behaviour(hangs=True))
    attempt = _attempt(tmp_path)
    launcher.launch(attempt)
    assert not launcher.poll()
    launcher.end(attempt.key, exit_code=2)
    assert [end.exit_code for end in launcher.poll()] == [2]


def test_a_hanging_attempt_can_be_lost(tmp_path: Path) -> None:
    launcher = ScriptedLauncher(lambda: None, lambda _: Behaviour(hangs=True))
    attempt = _attempt(tmp_path)
    launcher.launch(attempt)
    launcher.lose(attempt.key)
    assert [end.lost for end in launcher.poll()] == [True]
    assert not attempt.exit_file.exists()


def test_an_attempt_that_vanishes_is_lost(tmp_path: Path) -> None:
    launcher = ScriptedLauncher(lambda: None, lambda _: Behaviour(vanishes=True))
    launcher.launch(_attempt(tmp_path))
    assert [end.lost for end in launcher.poll()] == [True]


def test_a_stubborn_attempt_is_killed_when_stopped(tmp_path: Path) -> None:
    launcher = ScriptedLauncher(lambda: None, lambda _: Behaviour(hangs=True, ignores_terminate=True))
    attempt = _attempt(tmp_path)
    launcher.launch(attempt)
    launcher.stop(attempt.key, 5.0)
    assert [end.signal for end in launcher.poll()] == [9]
    assert launcher.stops == [(attempt.key, 5.0)]
