"""Warm servers that stand still, and hosts that lack what they need to use one."""

from __future__ import annotations

import os
import resource
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace  # noqa: TID251 - of a dataclass
from functools import partial

import psutil
import pytest
from tests.launchers.warm.comparing import WarmBench
from tests.launchers.warm.serving import (
    ENDS_WHEN_TOLD,
    LEAVES_A_CHILD,
    NOTHING,
    child_of,
    hanging,
    host_of,
    is_gone,
    launch_with_its_folder,
    let_go,
    server_of,
    servers_of,
)

from hyperstep.errors import LaunchError
from hyperstep.launchers import host_link, watch
from hyperstep.launchers.base import Launcher
from hyperstep.launchers.host.warm import silence
from hyperstep.launchers.host.warm.warm_server import WarmServer
from hyperstep.launchers.process_table import keeper_of
from hyperstep.records.attempt import AttemptEnd
from hyperstep.testing.launcher_bench import is_running, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="warm starts need Linux")


class _Looks:
    """What a launcher tells whoever looks now and then, as a runner does, and waits for no notice."""

    def __init__(self, launcher: Launcher) -> None:
        self._launcher = launcher
        self.found: list[AttemptEnd] = []

    def are_there(self) -> bool:
        self.found += self._launcher.poll()
        return bool(self.found)


class TestStandingStill:
    def test_attempts_of_one_that_stands_still_end_though_nothing_else_is_launched(self, bench: WarmBench) -> None:
        ends, stopped, lives = (hanging(bench) for _ in range(3))
        server = server_of(bench)
        os.kill(server, signal.SIGSTOP)
        let_go(ends)
        bench.launcher.stop(stopped.key, 10.0)
        assert bench.end_of(ends).exit_code == 3
        assert bench.end_of(stopped).signal == signal.SIGTERM
        wait_until(partial(is_gone, server), "the end of the server")
        assert list(bench.launcher.pids()) == [lives.key]
        let_go(lives)
        assert bench.end_of(lives).exit_code == 3

    def test_one_that_stands_still_while_its_attempts_run_is_left_alone(
        self, bench: WarmBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(silence, "_LOOK_S", 0.0)
        monkeypatch.setattr(silence, "_SILENT_S", 0.0)
        selector = selectors.DefaultSelector()
        server = WarmServer("key", [sys.executable], ["json"], dict(os.environ), str(bench.folder), selector)
        os.kill(server.pid, signal.SIGSTOP)
        looks = silence.Silence()
        looks.look({os.getpid(): server})
        assert not server.fault
        ended = subprocess.Popen([sys.executable, "-c", ""])
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        looks.look({ended.pid: server})
        assert "did not tell" in server.fault
        ended.wait()
        os.waitpid(server.pid, 0)
        selector.close()

    def test_an_end_that_a_server_can_tell_only_to_a_host_that_stands_still_is_lost(
        self, bench: WarmBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(host_link, "_STOPPED_S", 0.3)
        monkeypatch.setattr(watch, "_STUCK_S", 0.3)
        attempt = hanging(bench)
        host = host_of(bench)
        os.kill(host, signal.SIGSTOP)
        bench.launcher.stop(attempt.key, 10.0)  # which the host leaves unanswered
        ends = _Looks(bench.launcher)
        wait_until(ends.are_there, "the end, by looking as a runner does")
        assert ends.found[0].lost
        os.kill(host, signal.SIGCONT)
        wait_until(attempt.exit_file.exists, "what the host makes of it in the end")


@contextmanager
def _limited(pid: int, what: int, limit: int) -> Iterator[None]:
    """A process of ours may use no more of it for a while."""
    before = resource.prlimit(pid, what)
    resource.prlimit(pid, what, (limit, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, what, before)


def _spares_other_than(server: psutil.Process, known: list[int]) -> list[int]:
    """The two that wait, once there are two that are not known."""
    wait_until(lambda: len(server.children()) == 2 and not _pids(server) & set(known), "two spares")
    return sorted(_pids(server))


def _pids(server: psutil.Process) -> set[int]:
    return {child.pid for child in server.children()}


def _let_it_read(bench: WarmBench) -> None:
    """The host reads a packet of its server for each request that it answers, where there is one."""
    for _ in range(6):
        servers_of(bench)


class TestWant:
    """Of what the host needs itself."""

    def test_an_attempt_whose_claim_cannot_be_written_leaves_nothing(self, bench: WarmBench) -> None:
        bench.end_of(bench.launch_warm(NOTHING))
        server = psutil.Process(server_of(bench))
        attempt = bench.attempt(ENDS_WHEN_TOLD, warm=True)
        with _limited(host_of(bench), resource.RLIMIT_FSIZE, 0), pytest.raises(LaunchError):
            bench.launch(attempt)
        wait_until(lambda: servers_of(bench)[0]["live"] == 0, "the server to have no attempt")
        wait_until(lambda: len(server.children()) == 2, "two spares and nobody else")
        assert bench.end_of(bench.launch_warm(NOTHING)).succeeded
        assert server_of(bench) == server.pid

    def test_a_host_without_a_free_descriptor_takes_no_spare_and_lives(self, bench: WarmBench) -> None:
        bench.end_of(bench.launch_warm(NOTHING))
        host, server = host_of(bench), psutil.Process(server_of(bench))
        first = _spares_other_than(server, [])
        os.kill(host, signal.SIGSTOP)
        for spare in first:
            os.kill(spare, signal.SIGKILL)
        second = _spares_other_than(server, first)
        with _limited(host, resource.RLIMIT_NOFILE, 3):
            os.kill(host, signal.SIGCONT)
            wait_until(lambda: not any(map(is_running, second)), "the end of those that the host could not take")
            assert server_of(bench) == server.pid
        assert host_of(bench) == host
        assert bench.end_of(bench.launch_warm(NOTHING)).succeeded
        assert server_of(bench) == server.pid

    def test_a_spare_that_dies_holds_no_descriptor_of_the_host(self, bench: WarmBench) -> None:
        bench.end_of(bench.launch_warm(NOTHING))
        host, server = psutil.Process(host_of(bench)), psutil.Process(server_of(bench))
        spares = _spares_other_than(server, [])
        _let_it_read(bench)
        before = host.num_fds()
        for _ in range(3):
            for spare in spares:
                os.kill(spare, signal.SIGKILL)
            spares = _spares_other_than(server, spares)
            _let_it_read(bench)
        wait_until(lambda: host.num_fds() == before, "the host to hold as many descriptors as before")


REAPS = """
import os
waitid = os.waitid
def reaping(kind, pid, options):
    ended = waitid(kind, pid, options)
    if ended is not None and ended.si_status == 3:
        os.waitpid(pid, 0)
    return waitid(kind, pid, options)
os.waitid = reaping
"""


@pytest.mark.parametrize("without_host", [False, True])
def test_an_attempt_whose_end_a_library_has_taken_is_lost_and_no_failure_of_its_own(
    bench: WarmBench, without_host: bool
) -> None:
    shared = {"PYTHONPATH": "{shared}"}
    attempt = hanging(bench, replace(ENDS_WHEN_TOLD, env=shared, shared={"reaps.py": REAPS}, modules=("reaps",)))
    if without_host:
        host = host_of(bench)
        os.kill(host, signal.SIGKILL)
        wait_until(partial(is_gone, host), "the end of the host")
    let_go(attempt)
    end = bench.end_of(attempt)
    assert (end.exit_code, end.lost) == (None, True)
    assert not attempt.exit_file.exists()


def _sleeps(pid: int) -> int:
    """How often a process has waited for something so far, be it for time to go by."""
    return int(psutil.Process(pid).num_ctx_switches().voluntary)


class TestWithoutItsHost:
    def test_one_that_stands_still_is_ended_by_the_keeper_which_writes_how_its_attempts_end(
        self, bench: WarmBench
    ) -> None:
        ends, lives = hanging(bench), hanging(bench)
        server, host = server_of(bench), host_of(bench)
        os.kill(server, signal.SIGSTOP)
        os.kill(host, signal.SIGKILL)
        wait_until(partial(is_gone, host), "the end of the host")
        let_go(ends)
        assert bench.end_of(ends).exit_code == 3
        assert not is_running(server)
        assert list(bench.launcher.pids()) == [lives.key]
        let_go(lives)
        assert bench.end_of(lives).exit_code == 3

    @pytest.mark.parametrize("late", [False, True])
    def test_what_an_attempt_left_behind_elsewhere_is_ended_by_the_keeper(self, bench: WarmBench, late: bool) -> None:
        other = hanging(bench)
        attempt = launch_with_its_folder(bench, LEAVES_A_CHILD + ENDS_WHEN_TOLD.script)
        wait_until((attempt.work_folder / "ready").exists, "its start")
        server, host = server_of(bench), host_of(bench)
        keeper = keeper_of(host)
        assert keeper is not None
        if late:
            os.kill(keeper, signal.SIGSTOP)
        os.kill(host, signal.SIGKILL)
        wait_until(lambda: not is_running(host), "the end of the host")
        let_go(attempt)
        assert bench.end_of(attempt).exit_code == 3
        os.kill(keeper, signal.SIGCONT)
        wait_until(lambda: not is_running(child_of(attempt)), "the end of what was left behind")
        assert is_running(server)
        let_go(other)
        assert bench.end_of(other).exit_code == 3
        wait_until(lambda: not is_running(server), "the end of the server")

    def test_one_without_an_open_file_left_keeps_an_end_until_it_can_be_written(self, bench: WarmBench) -> None:
        attempt = hanging(bench)
        server, host = server_of(bench), host_of(bench)
        keeper = keeper_of(host)
        assert keeper is not None
        for pid in (keeper, host):  # a keeper would end the server and write it
            os.kill(pid, signal.SIGKILL)
            wait_until(partial(is_gone, pid), "its end")
        soft, hard = resource.prlimit(server, resource.RLIMIT_NOFILE)
        resource.prlimit(server, resource.RLIMIT_NOFILE, (0, hard))
        slept = _sleeps(server)
        let_go(attempt)
        wait_until(lambda: not is_running(server) or _sleeps(server) > slept + 2, "the server to be refused, twice")
        resource.prlimit(server, resource.RLIMIT_NOFILE, (soft, hard))
        assert bench.end_of(attempt).exit_code == 3
