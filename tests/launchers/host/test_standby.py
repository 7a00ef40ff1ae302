"""A process stands by to be the next runner: it becomes exactly what a new process would be, or makes way for one."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from hyperstep.launchers.guard import GuardedCommand, guarded_runners, start_guarded
from hyperstep.launchers.host_link import host_pid
from hyperstep.launchers.local import LocalLauncher
from hyperstep.launchers.process_table import is_stopped
from hyperstep.testing.launcher_bench import HANGS, Bench, is_running, wait_until

PROBE = """
import json, os, sys, time
from hyperstep.runtime.runner.standby import become_runner
VERSION = 1
if __name__ == "__main__":
    folder, *rest = become_runner() if sys.argv[1:] == ["--stand-by"] else sys.argv[1:]
    print("hello", flush=True)
    report = {
        "pid": os.getpid(), "session": os.getsid(0), "cwd": os.getcwd(), "env": dict(os.environ), "rest": rest,
        "version": VERSION, "descriptors": [n for n in range(64) if os.path.exists("/dev/fd/%d" % n)],
        "stdin": sys.stdin.read(), "timezone": time.tzname[0],
    }
    with open(folder + "/report.new", "w") as file:
        json.dump(report, file)
    os.rename(folder + "/report.new", folder + "/report.json")
    while not os.path.exists(folder + "/end"):
        time.sleep(0.01)
"""
LONG_AGO = time.time() - 3600


class Runs:
    """Runs whose runner tells what it finds itself in, of one installation of it."""

    def __init__(self, folder: Path, control_path: Path) -> None:
        self.folder = folder
        self.control_path = control_path
        self.program = folder / "program" / "probe.py"
        self.program.parent.mkdir()
        self.install(PROBE)
        self.env = {**os.environ, "PYTHONPATH": f"{self.program.parent}{os.pathsep}{os.pathsep.join(sys.path)}"}
        self.started: list[Path] = []

    def install(self, text: str, at: float = LONG_AGO) -> None:
        self.program.write_text(text)
        os.utime(self.program, (at, at))

    def start(self, *extra: str, **variables: str) -> dict[str, Any]:
        """What the next runner tells."""
        folder = self.folder / f"run-{len(self.started)}"
        folder.mkdir()
        self.started.append(folder)
        runner = (sys.executable, "-P", "-m", "probe")
        command = GuardedCommand(
            run=str(folder),
            argv=(*runner, str(folder)),
            env={**self.env, **variables},
            cwd=str(folder),
            log=str(folder / "runner.log"),
            given_up=str(folder / "given-up.json"),
            standby=(*runner, "--stand-by"),
        )
        start_guarded(command, extra=extra, control_path=self.control_path)
        wait_until((folder / "report.json").exists, "the report of the runner")
        report: dict[str, Any] = json.loads((folder / "report.json").read_text())
        return report

    def end(self, number: int = -1) -> None:
        """Have a runner end in order."""
        (self.started[number] / "end").touch()
        wait_until(lambda: str(self.started[number]) not in guarded_runners(self.control_path), "the end of a runner")

    def standby(self) -> int:
        """Who stands by, once it has loaded what it needs."""
        wait_until(lambda: any(map(_waits, self._children())), "a process that stands by")
        (found,) = filter(_waits, self._children())
        return found.pid

    def _children(self) -> list[psutil.Process]:
        host = host_pid(self.control_path)
        return psutil.Process(host).children() if host else []


def _waits(process: psutil.Process) -> bool:
    """Whether it stands by and reads: it has loaded its modules before."""
    try:
        sleeps = process.status() == psutil.STATUS_SLEEPING
        return process.cmdline()[-1] == "--stand-by" and process.cwd() == "/" and sleeps
    except psutil.Error:
        return False


@pytest.fixture
def runs(tmp_path: Path, control_path: Path) -> Iterator[Runs]:
    runs = Runs(tmp_path, control_path)
    yield runs
    for folder in runs.started:
        (folder / "end").touch()


@pytest.fixture
def second(runs: Runs) -> tuple[int, Callable[..., dict[str, Any]]]:
    """Who stands by after a first run, and how the second one is started."""
    runs.start()
    runs.end()
    return runs.standby(), runs.start


Second = tuple[int, Callable[..., dict[str, Any]]]


def test_it_becomes_what_a_new_process_would_be(runs: Runs) -> None:
    new = runs.start("--force", COLOUR="red", TZ="UTC-3")
    runs.end()
    pid = runs.standby()
    report = runs.start("--force", COLOUR="red", TZ="UTC-3")
    assert report["pid"] == report["session"] == pid
    assert report["cwd"] == str(runs.started[1])
    assert {**report, "pid": 0, "session": 0, "cwd": ""} == {**new, "pid": 0, "session": 0, "cwd": ""}
    assert (runs.started[1] / "runner.log").read_text() == "hello\n"


def test_it_is_guarded_like_any_other(runs: Runs, second: Second) -> None:
    pid, start = second
    assert start()["pid"] == pid
    assert guarded_runners(runs.control_path) == {str(runs.started[1]): pid}
    (runs.started[1] / "report.json").unlink()
    os.kill(pid, signal.SIGKILL)
    wait_until((runs.started[1] / "report.json").exists, "the report of the next runner")
    assert guarded_runners(runs.control_path)[str(runs.started[1])] != pid


def test_a_program_that_was_changed_since_is_loaded_anew(runs: Runs, second: Second) -> None:
    pid, start = second
    runs.install(PROBE.replace("VERSION = 1", "VERSION = 2"), LONG_AGO + 1)
    assert (report := start())["version"] == 2
    assert report["pid"] == pid  # the process is the same, what it runs is not


def test_a_program_that_may_have_changed_while_it_was_loaded_is_loaded_anew(runs: Runs) -> None:
    runs.install(PROBE, time.time())
    new = runs.start()
    runs.end()
    pid = runs.standby()
    report = runs.start()
    assert report["pid"] == pid
    assert report["descriptors"] == new["descriptors"]
    assert report["env"] == new["env"]


@pytest.mark.parametrize("variables", [{"PYTHONUTF8": "1"}, {"LC_ALL": "C"}, {"LD_BIND_NOW": "1"}, {"HOME": "/"}])
def test_it_is_not_one_that_reads_other_variables_when_it_starts(second: Second, variables: dict[str, str]) -> None:
    pid, start = second
    assert start(**variables)["pid"] != pid
    assert is_running(pid)


def test_one_that_was_killed_is_missed_by_nobody(second: Second) -> None:
    pid, start = second
    os.kill(pid, signal.SIGKILL)
    assert start()["pid"] != pid


def test_one_that_stands_still_is_not_waited_for(second: Second) -> None:
    pid, start = second
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: is_stopped(pid), "that it stands still")
    assert start()["pid"] != pid
    os.kill(pid, signal.SIGCONT)
    wait_until(lambda: not is_running(pid), "the end of who was dismissed")


def test_it_ends_with_its_host(runs: Runs, second: Second) -> None:
    pid, _ = second
    host = host_pid(runs.control_path)
    assert host is not None
    os.kill(host, signal.SIGKILL)
    wait_until(lambda: not is_running(pid), "the end of who stood by")


def test_it_ends_when_its_host_starts_nothing_more(runs: Runs, second: Second, tmp_path: Path) -> None:
    pid, _ = second
    bench = Bench(tmp_path / "attempts", lambda notify: LocalLauncher(notify, runs.control_path))
    attempt = bench.launch(HANGS)
    os.kill(psutil.Process(pid).ppid(), signal.SIGTERM)
    wait_until(lambda: not is_running(pid), "the end of who stood by")
    assert list(bench.launcher.pids()) == [attempt.key]
    bench.clear()


def test_there_is_one_at_most(runs: Runs) -> None:
    for _ in range(3):
        runs.start()
    for number in range(3):
        runs.end(number)
    runs.standby()


def test_a_message_that_is_too_long_for_one_go_has_a_process_started(second: Second) -> None:
    pid, start = second
    report = start(**{f"LARGE_{number}": "x" * 100_000 for number in range(10)})
    assert report["pid"] != pid
    assert len(report["env"]["LARGE_9"]) == 100_000


def test_a_runner_without_one_is_started_as_ever(runs: Runs, tmp_path: Path) -> None:
    runs.start()
    command = GuardedCommand(
        run=str(tmp_path),
        argv=(sys.executable, "-c", ""),
        env=dict(os.environ),
        cwd=str(tmp_path),
        log=str(tmp_path / "log"),
        given_up=str(tmp_path / "given-up.json"),
    )
    assert start_guarded(command, control_path=runs.control_path)
    wait_until(lambda: str(tmp_path) not in guarded_runners(runs.control_path), "its end")
    assert (tmp_path / "log").read_text() == ""
