"""A trial host, or its keeper, that stands still: nobody waits for it, and nothing is lost when it goes on."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hyperstep.file_lock import locked
from hyperstep.launchers import glance, host_link, watch
from hyperstep.launchers.control_path import default_control_path
from hyperstep.launchers.host import address
from hyperstep.launchers.host_link import connect, connect_or_start, host_pid
from hyperstep.launchers.hosts import hosts_here, stop_idle
from hyperstep.launchers.local import LocalLauncher
from hyperstep.launchers.process_table import is_stopped, keeper_of
from hyperstep.records.attempt import AttemptEnd
from hyperstep.testing.behaviour import Behaviour
from hyperstep.testing.launcher_bench import HANGS, Bench, is_running, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who listens")

WAITS = Behaviour(waits=True)


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_link, "_STOPPED_S", 0.3)
    monkeypatch.setattr(watch, "_STUCK_S", 0.3)
    monkeypatch.setattr(glance, "PATIENCE_S", 1.0)


@pytest.fixture
def bench(tmp_path: Path, control_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "attempts", lambda notify: LocalLauncher(notify, control_path, idle_s=0.0))
    yield bench
    bench.clear()


def _stop_host(path: Path) -> int:
    pid = host_pid(path)
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: is_stopped(pid), "the host to stand still")
    return pid


def _polled(bench: Bench) -> list[AttemptEnd]:
    """The next ends, by looking as a runner does: that is how it learns that nobody will tell it of one."""
    ends: list[AttemptEnd] = []
    while not ends:
        time.sleep(0.02)
        ends = bench.launcher.poll()
    return ends


def _aside(path: Path, pid: int) -> Path:
    return path.with_name(f"{path.stem}-{pid}.sock")


def test_another_host_serves_while_one_stands_still_and_each_leaves_its_address_clean(control_path: Path) -> None:
    with connect_or_start(control_path, idle_s=0.0):
        stopped = _stop_host(control_path)
        assert connect(control_path) is None
        with connect_or_start(control_path, idle_s=0.0):
            other = host_pid(control_path)
            assert other not in {None, stopped}
            assert host_pid(_aside(control_path, stopped)) is None
            os.kill(stopped, signal.SIGCONT)
            assert host_pid(_aside(control_path, stopped)) == stopped
    wait_until(lambda: not is_running(stopped) and not is_running(other), "the end of both")
    assert list(control_path.parent.iterdir()) == []


def test_one_that_leaves_first_does_not_take_the_address_of_its_successor_with_it(control_path: Path) -> None:
    with connect_or_start(control_path, idle_s=0.0):
        stopped = _stop_host(control_path)
    with connect_or_start(control_path, idle_s=0.0):
        other = host_pid(control_path)
        os.kill(stopped, signal.SIGCONT)
        wait_until(lambda: not is_running(stopped), "the end of the one that had stood still")
        assert host_pid(control_path) == other


def test_what_is_left_of_one_that_was_killed_is_removed_by_the_next(control_path: Path) -> None:
    with connect_or_start(control_path, idle_s=0.0):
        stopped = _stop_host(control_path)
    with connect_or_start(control_path, idle_s=0.0):
        second = _stop_host(control_path)
    os.kill(stopped, signal.SIGKILL)
    wait_until(lambda: not is_running(stopped), "the end of the first")
    assert _aside(control_path, stopped).exists()
    with connect_or_start(control_path, idle_s=0.0):
        assert not _aside(control_path, stopped).exists()
        assert _aside(control_path, second).exists()
        os.kill(second, signal.SIGKILL)


@pytest.mark.parametrize("goes_on", [False, True])
def test_one_whose_socket_was_moved_by_somebody_who_then_died_keeps_nobody_out(
    control_path: Path, goes_on: bool
) -> None:
    with connect_or_start(control_path, idle_s=0.0):
        stopped = _stop_host(control_path)
        control_path.rename(_aside(control_path, stopped))
        if goes_on:
            os.kill(stopped, signal.SIGCONT)
        with connect_or_start(control_path, idle_s=0.0):
            other = host_pid(control_path)
            assert other not in {None, stopped}
            os.kill(stopped, signal.SIGCONT)
            assert host_pid(_aside(control_path, stopped)) == stopped
    wait_until(lambda: not is_running(stopped) and not is_running(other), "the end of both")
    assert list(control_path.parent.iterdir()) == []


def test_one_that_was_stopped_while_it_left_keeps_nobody_out(control_path: Path) -> None:
    with connect_or_start(control_path, idle_s=0.0):
        stopped = _stop_host(control_path)
        control_path.unlink()  # as it did last
        with connect_or_start(control_path, idle_s=0.0):
            os.kill(stopped, signal.SIGKILL)


def _fill_backlog(path: Path) -> None:
    """Connect, and go, until no more can: a host that stands still keeps all who have waited for it."""
    with suppress(BlockingIOError):
        while True:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.setblocking(False)
                connection.connect(str(path))


@pytest.mark.usefixtures("own_hosts")
def test_one_that_no_more_can_connect_to_is_known_to_stand_still_all_the_same() -> None:
    path = default_control_path()
    with connect_or_start(path, idle_s=0.0):
        stopped = _stop_host(path)
        _fill_backlog(path)
        (state,) = hosts_here()
        assert (state.pid, state.stands_still) == (stopped, True)
        with connect_or_start(path, idle_s=0.0):
            assert host_pid(path) not in {None, stopped}
            os.kill(stopped, signal.SIGCONT)
            wait_until(lambda: host_pid(_aside(path, stopped)) == stopped, "it to come to us")


def test_who_stands_still_while_moving_another_is_not_waited_for(
    control_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "_MOVE_S", 0.1)
    with connect_or_start(control_path, idle_s=0.0), locked(control_path.with_suffix(".move")):
        stopped = _stop_host(control_path)
        with connect_or_start(control_path, idle_s=0.0):
            assert host_pid(control_path) not in {None, stopped}
            os.kill(stopped, signal.SIGCONT)


def test_the_socket_of_one_that_is_gone_is_removed_without_its_lock_too(control_path: Path) -> None:
    with connect_or_start(control_path, idle_s=0.0):
        stopped = _stop_host(control_path)
        control_path.rename(_aside(control_path, stopped))
        os.kill(stopped, signal.SIGKILL)
        wait_until(lambda: not is_running(stopped), "its end")
    with connect_or_start(control_path, idle_s=0.0):
        other = host_pid(control_path)
        assert other is not None
    wait_until(lambda: not is_running(other), "the end of the other")
    assert list(control_path.parent.iterdir()) == []


def test_an_attempt_of_a_host_that_stands_still_is_ended_all_the_same(bench: Bench, control_path: Path) -> None:
    attempt = bench.launch(HANGS)
    pid = bench.report(attempt)["pid"]
    stopped = _stop_host(control_path)
    bench.launcher.stop(attempt.key, 0.1)
    assert _polled(bench)[0].lost  # who would tell how stands still
    assert not is_running(pid)
    os.kill(stopped, signal.SIGCONT)


def test_it_is_noticed_though_nobody_asks_it_for_anything(bench: Bench, control_path: Path) -> None:
    attempt = bench.launch(WAITS)
    bench.report(attempt)
    stopped = _stop_host(control_path)
    (attempt.work_folder / "go").touch()
    assert _polled(bench)[0].lost
    os.kill(stopped, signal.SIGCONT)


def test_one_that_goes_on_in_time_tells_as_ever(
    bench: Bench, control_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_link, "_STOPPED_S", 3600.0)
    attempt = bench.launch(Behaviour(waits=True, exit_code=4))
    bench.report(attempt)
    stopped = _stop_host(control_path)
    (attempt.work_folder / "go").touch()
    for _ in range(20):
        assert bench.launcher.poll() == []
    os.kill(stopped, signal.SIGCONT)
    assert _polled(bench)[0].exit_code == 4


def test_the_next_attempt_goes_to_another_host(bench: Bench, control_path: Path) -> None:
    first = bench.launch(WAITS)
    stopped = _stop_host(control_path)
    between = bench.launch(Behaviour())  # it may have been started: nobody knows
    assert [(end.key, end.lost) for end in bench.ends()] == [(between.key, True)]
    bench.launch(Behaviour(exit_code=4))
    assert bench.ends()[0].exit_code == 4
    (first.work_folder / "go").touch()
    os.kill(stopped, signal.SIGCONT)
    assert bench.ends()[0].exit_code == 0


def test_an_end_that_only_a_keeper_that_stands_still_could_tell_is_lost(bench: Bench, control_path: Path) -> None:
    attempt = bench.launch(WAITS)
    bench.report(attempt)
    host = host_pid(control_path)
    assert host is not None
    keeper = keeper_of(host)
    assert keeper is not None
    os.kill(keeper, signal.SIGSTOP)
    os.kill(host, signal.SIGKILL)
    (attempt.work_folder / "go").touch()
    assert bench.ends()[0].lost
    os.kill(keeper, signal.SIGCONT)


@pytest.mark.usefixtures("own_hosts")
def test_it_is_listed_as_what_it_is_wherever_it_listens() -> None:
    with connect_or_start(default_control_path(), idle_s=0.0):
        stopped = _stop_host(default_control_path())
        (state,) = hosts_here()
        assert (state.pid, state.stands_still) == (stopped, True)
        with connect_or_start(default_control_path(), idle_s=0.0):
            assert {each.pid: each.stands_still for each in hosts_here()}.pop(stopped)
            assert {each.pid: each.stands_still for each in stop_idle()}.pop(stopped)
        os.kill(stopped, signal.SIGCONT)
