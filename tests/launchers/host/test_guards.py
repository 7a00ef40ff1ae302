"""What a host does for runners: starts them, starts the next one, gives up in the end, and obeys the newest owner."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hyperstep.errors import LaunchError, NotOwnerError
from hyperstep.launchers import guard, host_link
from hyperstep.launchers.control_path import control_folder
from hyperstep.launchers.guard import GuardedCommand, Ownership, fence_elsewhere, guarded_runners, start_guarded
from hyperstep.launchers.host import guards
from hyperstep.launchers.host.guards import Guards
from hyperstep.launchers.host.register import Register
from hyperstep.launchers.host_link import host_pid
from hyperstep.launchers.local import LocalLauncher
from hyperstep.launchers.marker import ExitMarker
from hyperstep.launchers.process_table import look_up
from hyperstep.testing.behaviour import Behaviour
from hyperstep.testing.launcher_bench import HANGS, Bench, is_running, wait_until

RUNNER = """
import os, pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
with open(folder / "starts", "a") as starts:
    starts.write(f"{os.getpid()} {' '.join(sys.argv[2:])}\\n")
code = folder / "exit"
while not code.exists():
    time.sleep(0.01)
os._exit(int(code.read_text())) if code.read_text() != "signal" else os.kill(os.getpid(), 9)
"""


class Run:
    """A folder with a program in place of a runner."""

    def __init__(self, folder: Path, control_path: Path) -> None:
        self.folder = folder
        self.control_path = control_path
        folder.mkdir()
        self.command = GuardedCommand(
            run=str(folder),
            argv=(sys.executable, "-c", RUNNER, str(folder)),
            env=dict(os.environ),
            cwd=str(folder),
            log=str(folder / "runner.log"),
            given_up=str(folder / "given-up.json"),
        )

    def start(self, *extra: str, replace: bool = False) -> bool:
        return start_guarded(self.command, extra=extra, replace=replace, control_path=self.control_path)

    def starts(self) -> list[str]:
        file = self.folder / "starts"
        return file.read_text().splitlines() if file.exists() else []

    def pid(self, number: int) -> int:
        """Process id of the n-th start, once it has come."""
        wait_until(lambda: len(self.starts()) > number, f"start {number}")
        return int(self.starts()[number].split()[0])

    def end_with(self, text: str) -> None:
        (self.folder / "exit.new").write_text(text)
        (self.folder / "exit.new").rename(self.folder / "exit")

    def guarded(self) -> int | None:
        return guarded_runners(self.control_path).get(self.command.run)


@pytest.fixture
def run(tmp_path: Path, control_path: Path) -> Iterator[Run]:
    run = Run(tmp_path / "run", control_path)
    yield run
    run.end_with("0")
    wait_until(lambda: not any(is_running(int(line.split()[0])) for line in run.starts()), "the end of the runners")


def test_a_guarded_runner_is_started_once(run: Run) -> None:
    assert run.start("--first")
    pid = run.pid(0)
    assert run.guarded() == pid
    assert not run.start()
    assert run.starts() == [f"{pid} --first"]


@pytest.mark.parametrize("code", [0, 1])
def test_an_orderly_end_is_an_end(run: Run, code: int) -> None:
    run.start()
    pid = run.pid(0)
    run.end_with(str(code))
    wait_until(lambda: not is_running(pid) and run.guarded() is None, "the end")
    assert len(run.starts()) == 1


def test_a_killed_runner_is_started_again_without_the_arguments_of_its_first_start(run: Run) -> None:
    run.start("--first")
    os.kill(run.pid(0), signal.SIGKILL)
    second = run.pid(1)
    assert run.starts()[1].split() == [str(second)]
    assert run.guarded() == second


def test_one_after_the_other_that_gets_nowhere_is_given_up_after_growing_pauses(run: Run) -> None:
    assert list(guards.PAUSES_S) == sorted(set(guards.PAUSES_S))
    run.end_with("7")
    guarding = Guards(Register())
    pid, _ = guarding.start(run.command.as_message(), extra=[], replace=False)
    pauses = []
    while len(guarding):
        os.waitpid(pid, 0)
        assert guarding.take_end(pid, ExitMarker(7, None, 0.0))
        pauses.append(guarding.seconds_to_next_look())
        guarded = guarding._guarded.get(run.command.run)
        if guarded is not None:
            guarded.start_at = 0.0  # the pause is over
            guarding.look()
            pid = guarded.pid
    assert pauses[-1] is None
    assert pauses[:-1] == pytest.approx(guards.PAUSES_S, abs=0.1)
    note = json.loads(Path(run.command.given_up).read_text())
    assert (note["restarts"], note["how"]) == (len(guards.PAUSES_S), "ended with exit code 7")
    assert "gives up" in Path(run.command.log).read_text()


def test_replacing_leaves_the_former_one_alone(run: Run) -> None:
    run.start()
    first = run.pid(0)
    assert run.start("--force", replace=True)
    second = run.pid(1)
    assert run.guarded() == second
    assert is_running(first)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not is_running(first), "the end of the first")
    os.kill(second, signal.SIGKILL)
    run.pid(2)
    assert len(run.starts()) == 3


def test_a_command_that_cannot_start_is_an_error(run: Run, control_path: Path) -> None:
    broken = GuardedCommand("x", ("/nowhere/python",), {}, "/", run.command.log, run.command.given_up)
    with pytest.raises(LaunchError, match="/nowhere/python"):
        start_guarded(broken, control_path=control_path)


@pytest.fixture
def bench(tmp_path: Path, run: Run) -> Iterator[Bench]:
    """Launchers that are owners of the run, with growing epochs."""
    epochs = iter(range(1, 10))
    state = look_up(os.getpid())
    assert state is not None

    def make(notify):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        ownership = Ownership(run.command, next(epochs), os.getpid(), state.started_at)
        return LocalLauncher(notify, run.control_path, ownership=ownership)

    bench = Bench(tmp_path / "attempts", make)
    yield bench
    bench.clear()


class TestFence:
    def test_an_owner_of_the_past_starts_and_stops_nothing(self, bench: Bench) -> None:
        first = bench.launcher
        attempt = bench.launch(HANGS)
        second = bench.another()
        second.keep_guarded()
        first.stop(attempt.key, 0.0)
        with pytest.raises(NotOwnerError, match="epoch 2, not 1"):
            first.launch(bench.attempt(Behaviour()))
        with pytest.raises(NotOwnerError, match="epoch 2, not 1"):
            first.poll()  # of the stop: the host answers in order
        assert list(first.pids()) == [attempt.key]
        second.adopt(attempt)
        second.stop(attempt.key, 0.0)
        assert bench.ends(launcher=second)[0].key == attempt.key
        first.close()

    def test_it_does_not_even_get_itself_guarded_again(self, bench: Bench) -> None:
        first = bench.launcher
        bench.another().keep_guarded()
        with pytest.raises(NotOwnerError):
            first.keep_guarded()

    def test_a_host_hears_of_an_owner_that_commands_another_one(
        self, run: Run, tmp_path: Path, control_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(control_path.parent))
        (control_folder() / "leftover.sock").touch()
        state = look_up(os.getpid())
        assert state is not None
        old = Ownership(run.command, 1, os.getpid(), state.started_at)
        host = control_folder() / "first.sock"
        bench = Bench(tmp_path / "attempts", lambda notify: LocalLauncher(notify, host, idle_s=0.0, ownership=old))
        bench.run(Behaviour())
        fence_elsewhere(replace(old, epoch=2), host)
        bench.run(Behaviour())
        fence_elsewhere(replace(old, epoch=2), control_folder() / "second.sock")
        with pytest.raises(NotOwnerError, match="epoch 2, not 1"):
            bench.launch(Behaviour())
        bench.clear()
        pid = host_pid(host)
        assert pid is not None
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not is_running(pid), "the end of the host")

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who stands still")
    def test_a_host_that_stood_still_hears_of_an_owner_that_commands_its_successor(
        self, bench: Bench, control_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(host_link, "_STOPPED_S", 0.3)
        monkeypatch.setattr(guard, "_FENCE_S", 0.1)
        first = bench.launcher
        first.keep_guarded()
        stopped = host_pid(control_path)
        assert stopped is not None
        os.kill(stopped, signal.SIGSTOP)
        bench.another().keep_guarded()
        os.kill(stopped, signal.SIGCONT)
        aside = control_path.with_name(f"{control_path.stem}-{stopped}.sock")
        wait_until(lambda: host_pid(aside) == stopped, "it to go on")
        with pytest.raises(NotOwnerError, match="epoch 2, not 1"):
            first.launch(bench.attempt(Behaviour()))
        first.close()

    def test_other_runs_have_counts_of_their_own(self, bench: Bench, tmp_path: Path, run: Run) -> None:
        bench.another().keep_guarded()
        other = Run(tmp_path / "other", run.control_path)
        state = look_up(os.getpid())
        assert state is not None
        ownership = Ownership(other.command, 1, os.getpid(), state.started_at)
        launcher = LocalLauncher(lambda: None, run.control_path, ownership=ownership)
        launcher.keep_guarded()
        assert other.guarded() == os.getpid()
        launcher.close()


def test_a_host_that_guards_does_not_idle_out(run: Run, control_path: Path) -> None:
    start_guarded(run.command, control_path=control_path, idle_s=0.0)
    run.pid(0)
    host = host_pid(control_path)
    assert host is not None
    run.end_with("0")
    wait_until(lambda: not is_running(host), "the end of the host, once it is not needed")


class TestDeadline:
    def test_a_limit_of_a_month_is_one(self, bench: Bench, control_path: Path) -> None:
        attempt = bench.attempt(HANGS)
        bench.launcher.launch(replace(attempt, max_duration_s=30 * 24 * 3600.0))
        host = host_pid(control_path)
        bench.run(Behaviour())
        assert host_pid(control_path) == host is not None
        assert list(bench.launcher.pids()) == [attempt.key]

    def test_the_host_ends_an_attempt_that_runs_too_long_and_says_so(self, bench: Bench) -> None:
        attempt = bench.attempt(Behaviour(hangs=True, ignores_terminate=True))
        bench.launcher.launch(replace(attempt, max_duration_s=0.5, stop_grace_s=0.1))
        bench.launcher.close()  # nobody asks for it
        wait_until(attempt.exit_file.exists, "the exit file")
        marker = json.loads(attempt.exit_file.read_text())
        assert marker["signal"] in {signal.SIGTERM, signal.SIGKILL}
        assert marker["timed_out"]
        bench.launcher = bench.another()
        bench.launcher.adopt(attempt)
        end = bench.ends()[0]
        assert (end.timed_out, end.is_loss) == (True, False)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process")
def test_a_runner_that_cannot_start_as_no_open_file_is_left_is_started_later(run: Run, control_path: Path) -> None:
    run.start()
    first, host = run.pid(0), host_pid(control_path)
    assert host is not None
    limits = resource.prlimit(host, resource.RLIMIT_NOFILE)
    resource.prlimit(host, resource.RLIMIT_NOFILE, (len(list(Path(f"/proc/{host}/fd").iterdir())), limits[1]))
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: look_up(first) is None, "the host to have taken the end")
    time.sleep(0.1)  # the first start in a row is tried at once, and fails
    resource.prlimit(host, resource.RLIMIT_NOFILE, limits)
    assert run.pid(1) != first
    assert not Path(run.command.given_up).exists()
