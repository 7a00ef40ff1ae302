"""Attempts that end where nothing can be written: how is told once there is room, whoever lives until then."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.launchers.warm.comparing import WarmBench
from tests.launchers.warm.serving import hanging, let_go
from tests.runtime.small_disk import fill, only_readable_now, small_disk

from hyperstep.launchers.host_link import host_pid
from hyperstep.launchers.hosts import hosts_here, stop_idle
from hyperstep.launchers.local import LocalLauncher
from hyperstep.launchers.process_table import is_keeper, look_up
from hyperstep.records.attempt import Attempt
from hyperstep.testing.behaviour import Behaviour
from hyperstep.testing.launcher_bench import Bench, is_running, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="small disks are mounted on Linux")

FAILS = Behaviour(waits=True, exit_code=3)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "1m") as disk:
        yield disk


@pytest.fixture
def bench(disk: Path, control_path: Path) -> Iterator[Bench]:
    bench = Bench(disk, lambda notify: LocalLauncher(notify, control_path, idle_s=0.0))
    yield bench
    bench.clear()


def _pid(bench: Bench, attempt: Attempt) -> int:
    return int(bench.report(attempt)["pid"])


def _kill_host(path: Path) -> None:
    host = host_pid(path)
    assert host is not None
    os.kill(host, signal.SIGKILL)
    wait_until(lambda: not is_running(host), "the end of the host")


def _end(attempt: Attempt, pid: int) -> None:
    (attempt.work_folder / "go").touch()
    wait_until(lambda: not is_running(pid), "the end of the attempt")


def _take_over(bench: Bench, attempt: Attempt) -> None:
    bench.launcher = bench.another()
    bench.launcher.adopt(attempt)


def _has_no_half_file(attempt: Attempt) -> bool:
    return not list(attempt.folder.glob("*.tmp"))


@pytest.mark.parametrize("killed", ["nobody", "the host before", "the host after"])
def test_what_ended_on_a_full_disk_without_an_owner_is_known_to_the_next_one(
    bench: Bench, disk: Path, control_path: Path, killed: str
) -> None:
    attempt, later = bench.launch(FAILS), bench.launch(FAILS)
    pid, other = _pid(bench, attempt), _pid(bench, later)
    bench.launcher.close()
    if killed == "the host before":
        _kill_host(control_path)
    ballast = fill(disk)
    _end(attempt, pid)
    _end(later, other)  # one whose end is not written keeps nobody from being told of another
    if killed == "the host after":
        _kill_host(control_path)
        wait_until(lambda: (state := look_up(pid)) is not None and is_keeper(state.parent), "the keeper's child")
    wait_until(lambda: _has_no_half_file(attempt), "the removal of what was written of the file")
    _take_over(bench, attempt)
    bench.launcher.adopt(later)
    assert not attempt.exit_file.exists()
    ballast.unlink()
    assert [(end.exit_code, end.lost) for end in bench.ends(2)] == [(3, False)] * 2
    wait_until(lambda: look_up(pid) is None and look_up(other) is None, "the processes to be let go")


def test_others_end_as_ever_while_the_end_of_one_is_not_written(
    bench: Bench, disk: Path, control_path: Path, tmp_path: Path
) -> None:
    attempt = bench.launch(FAILS)
    pid = _pid(bench, attempt)
    elsewhere = Bench(tmp_path / "elsewhere", lambda notify: LocalLauncher(notify, control_path, idle_s=0.0))
    bench.launcher.close()
    ballast = fill(disk)
    _end(attempt, pid)
    elsewhere.run(Behaviour())
    assert elsewhere.run(Behaviour()).exit_file.exists()
    elsewhere.clear()
    ballast.unlink()
    wait_until(attempt.exit_file.exists, "the exit file, though nobody asks for it")


def test_one_whose_end_was_told_to_an_owner_that_could_not_record_it_is_known_to_the_next_one(
    bench: Bench, disk: Path
) -> None:
    attempt = bench.launch(FAILS)
    pid = _pid(bench, attempt)
    ballast = fill(disk)
    _end(attempt, pid)
    assert bench.ends()[0].exit_code == 3
    bench.launcher.close()
    _take_over(bench, attempt)
    ballast.unlink()
    assert bench.ends()[0].exit_code == 3


def test_what_ended_on_a_disk_that_could_only_be_read_is_known_too(bench: Bench, disk: Path) -> None:
    attempt = bench.launch(Behaviour(hangs=True))
    pid = _pid(bench, attempt)
    bench.launcher.close()
    with only_readable_now(disk):
        os.kill(pid, signal.SIGUSR1)
        wait_until(lambda: not is_running(pid), "the end of the attempt")
        _take_over(bench, attempt)
    assert bench.ends()[0].signal == signal.SIGUSR1


def test_nothing_is_kept_of_an_attempt_whose_folder_was_removed(bench: Bench, disk: Path, control_path: Path) -> None:
    attempt = bench.launch(FAILS)
    pid, host = _pid(bench, attempt), host_pid(control_path)
    bench.launcher.close()
    fill(disk)
    _end(attempt, pid)
    attempt.folder.rename(disk / "elsewhere")
    wait_until(lambda: look_up(pid) is None, "the process to be let go")
    assert host is not None
    wait_until(lambda: not is_running(host), "the end of the idle host")


@pytest.mark.usefixtures("own_hosts")
def test_a_host_that_stays_for_an_end_is_not_said_to_have_nothing_to_do(disk: Path) -> None:
    bench = Bench(disk, lambda notify: LocalLauncher(notify, idle_s=0.0))
    attempt = bench.launch(FAILS)
    pid = _pid(bench, attempt)
    bench.launcher.close()
    ballast = fill(disk)
    _end(attempt, pid)
    wait_until(lambda: not hosts_here()[0].attempts, "the host to take in the end")
    (stopped,) = stop_idle()
    assert (stopped.ended, stopped.withheld) == (False, 1)
    ballast.unlink()
    wait_until(attempt.exit_file.exists, "the exit file")


@pytest.mark.parametrize("keeps", [True, False])
def test_a_warm_server_that_has_lost_its_host_waits_for_room_too(disk: Path, control_path: Path, keeps: bool) -> None:
    """Be there a keeper or not: one ends a server that does not see to its children, and does it itself."""
    bench = WarmBench(disk, control_path)
    attempt = hanging(bench)
    pid = int((attempt.work_folder / "ready").read_text())
    host = host_pid(control_path)
    assert host is not None
    state = look_up(host)
    assert state is not None
    if not keeps:
        os.kill(state.parent, signal.SIGKILL)
        wait_until(lambda: not is_running(state.parent), "the end of the keeper")
    _kill_host(control_path)
    ballast = fill(disk)
    let_go(attempt)
    wait_until(lambda: not is_running(pid), "the end of the attempt")
    wait_until(lambda: _has_no_half_file(attempt), "the removal of what was written of the file")
    assert bench.launcher.poll() == []
    assert bench.launcher.pids() == {}
    ballast.unlink()
    assert bench.end_of(attempt).exit_code == 3
    bench.close()
