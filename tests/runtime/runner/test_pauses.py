"""How a runner sits a pause out: watched all the time, though the pause begins anew, and with nothing forgotten."""

from __future__ import annotations

import errno
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import Mock

import pytest
from tests.runtime.bench import Bench

from hyperstep.errors import StoreBusyError
from hyperstep.launchers import can_host
from hyperstep.launchers.base import Launcher
from hyperstep.launchers.guard import Ownership
from hyperstep.launchers.local import LocalLauncher
from hyperstep.launchers.marker import ExitMarker, write_exit
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.records.attempt import Attempt, AttemptKey
from hyperstep.runtime.doorbell import doorbell_path, hung
from hyperstep.runtime.guarding import runner_command
from hyperstep.runtime.home import Home
from hyperstep.runtime.pause_note import PauseNote
from hyperstep.runtime.runner import __main__ as runner_process
from hyperstep.runtime.runner import attempts
from hyperstep.runtime.runner.context import Envelope, RunnerContext
from hyperstep.runtime.runner.loop import Runner
from hyperstep.runtime.runner.obstacles import Obstacle, Patience
from hyperstep.runtime.runner.ownership import this_process
from hyperstep.runtime.submission import Label, submit_pipeline
from hyperstep.testing.behaviour import Behaviour
from hyperstep.testing.scripted_launcher import ScriptedLauncher

BUSY = Obstacle("the machine is busy")
MAX_LOOKS = 100
"""A pause that is over after a look or two has not come to its end by then."""


class Pause:
    """A run and its runner's patience, by a clock that goes on by an hour at each look."""

    def __init__(self, home: Home, root_id: str) -> None:
        self.home = home
        self.root_id = root_id
        self.now_s = 1000.0
        self.looks = 0
        self.folder = home.root_folder(root_id)
        journal = home.store.journal(root_id)
        self.owner = journal.acquire(this_process())
        envelope = Envelope("python", 2, 1.0, max_silence_s=60.0, warm="off")
        self.context = RunnerContext(home, journal, self.owner.epoch, envelope, lambda: self.now_s)
        self.patience = Patience(home, PauseNote(self.folder), self.context.note, self._wait)

    @contextmanager
    def runner(self, make_launcher: Callable[[Callable[[], None]], Launcher]) -> Iterator[Runner]:
        with hung(doorbell_path(self.folder)) as bell:
            yield Runner(self.context, make_launcher(bell.ring), bell, self.patience)

    def _wait(self, _seconds: float) -> None:
        self.now_s += 3600.0
        self.looks += 1
        assert self.looks < MAX_LOOKS


@pytest.fixture
def pause(home: Home, bench: Bench, label: Label) -> Pause:
    steps = tuple(StepSpec(name, name, bench.code(f"print('{name}')")) for name in ("a", "b"))
    return Pause(home, submit_pipeline(home, PipelineSpec(steps), label).id)


@pytest.fixture
def launcher() -> ScriptedLauncher:
    return ScriptedLauncher(lambda: None, lambda _attempt: Behaviour(hangs=True))


@pytest.fixture
def runner(pause: Pause, launcher: ScriptedLauncher, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runner]:
    """It meets records that others hold when both steps have been started."""

    def has_two(_self: attempts.Attempts) -> bool:
        if len(launcher.pids()) == 2:
            raise StoreBusyError(str(BUSY))
        return True

    with pause.runner(lambda _notify: launcher) as runner:
        with monkeypatch.context() as patch:
            patch.setattr(attempts.Attempts, "pump", has_two)
            with pytest.raises(StoreBusyError):
                runner.run()
        yield runner


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE])
def test_limits_hold_while_an_end_that_was_told_cannot_be_put_aside(
    runner: Runner, pause: Pause, launcher: ScriptedLauncher, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    ended, silent = launcher.launched
    claims = Mock(wraps=pause.context.let_go)
    pause.context.let_go = claims

    def refused_until_all_have_ended(file: Path, marker: ExitMarker) -> None:
        claims.assert_not_called()
        if launcher.pids():
            raise OSError(number, "refused", str(file))
        write_exit(file, marker)

    monkeypatch.setattr(attempts, "write_exit", refused_until_all_have_ended)
    _end_without_a_trace(launcher, ended)
    faults = runner_process._sit_out(pause.patience, BUSY, runner, {})
    assert list(faults) == [silent.key]
    claims.assert_called_once()


def _end_without_a_trace(launcher: ScriptedLauncher, attempt: Attempt) -> None:
    launcher.end(attempt.key)
    attempt.exit_file.unlink()


def test_why_some_failed_is_not_forgotten_when_no_runner_comes_about(pause: Pause) -> None:
    faults = {AttemptKey("trial", 0): "was silent"}
    assert runner_process._sit_out(pause.patience, BUSY, None, faults) == faults


@pytest.mark.skipif(not can_host(), reason="there are no trial hosts")
@pytest.mark.usefixtures("own_hosts")
def test_no_open_file_left_to_look_for_a_guard_with_ends_no_pause(pause: Pause) -> None:
    owner = pause.owner
    ownership = Ownership(runner_command(pause.home, pause.root_id), owner.epoch, owner.pid, owner.pid_started_at)
    with pause.runner(lambda notify: LocalLauncher(notify, ownership=ownership)) as runner:
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
        try:
            runner.keep_watch()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        assert not runner.put_aside()
