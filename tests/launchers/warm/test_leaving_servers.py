"""Warm servers that are to go: what a library has left behind, or one that hangs, keeps neither them nor their host."""

from __future__ import annotations

import os
import selectors
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace  # noqa: TID251 - of a dataclass
from functools import partial
from pathlib import Path

import psutil
import pytest
from tests.launchers.warm.comparing import WarmBench
from tests.launchers.warm.serving import NOTHING, ask, hanging, host_of, is_gone, let_go, server_of, servers_of

from hyperstep.launchers.host.register import Register
from hyperstep.launchers.host.warm import warm_servers
from hyperstep.launchers.host.warm.warm_servers import Wanted, WarmServers
from hyperstep.testing.launcher_bench import is_running, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="warm starts need Linux")

LEAVES_A_PROCESS = """
import os, time
pid = os.fork()
if pid == 0:
    os.setsid()
    time.sleep(300)
    os._exit(0)
open({file!r}, "w").write(str(pid))
"""
FORKS_AND_HANGS = """
import os, time
os.register_at_fork(after_in_child=lambda: time.sleep(300))
"""


def test_a_process_that_a_library_has_left_behind_does_not_keep_the_host_from_its_work(
    bench: WarmBench, tmp_path: Path
) -> None:
    file = tmp_path / "left"
    text = LEAVES_A_PROCESS.format(file=str(file))
    case = replace(NOTHING, env={"PYTHONPATH": "{shared}"}, shared={"leaves.py": text}, modules=("leaves",))
    bench.end_of(bench.launch_warm(case))
    server, left = server_of(bench), int(file.read_text())
    try:
        ask(bench, "stop-servers")
        wait_until(partial(is_gone, server), "the end of the server")
        assert is_running(left)
        assert ask(bench, "hosts")["servers"] == []
    finally:
        os.kill(left, signal.SIGKILL)


def test_a_server_that_imports_ends_at_once_with_what_it_has_forked(bench: WarmBench) -> None:
    case = replace(NOTHING, env={"PYTHONPATH": "{shared}"}, shared={"hangs.py": FORKS_AND_HANGS}, modules=("hangs",))
    attempt = bench.attempt(case, warm=True)
    bench.launch(attempt)
    server = psutil.Process(server_of(bench))
    wait_until(lambda: bool(server.children()), "the child that tries whether a fork is safe")
    (child,) = server.children()
    ask(bench, "stop-servers")
    wait_until(lambda: not is_running(server.pid) and not is_running(child.pid), "the end of both")
    assert bench.end_of(attempt).succeeded


def test_a_host_leaves_though_a_server_stands_still(bench: WarmBench) -> None:
    bench.end_of(bench.launch_warm(NOTHING))
    host, server = host_of(bench), server_of(bench)
    os.kill(server, signal.SIGSTOP)
    os.kill(host, signal.SIGTERM)
    wait_until(lambda: not is_running(host) and not is_running(server), "the end of both")


@pytest.fixture
def servers() -> Iterator[WarmServers]:
    """Those of a host, without it."""
    with selectors.DefaultSelector() as selector:
        found = WarmServers(selector, Register(), linger_s=300.0)
        yield found
        for pid in found.children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def test_one_that_does_not_go_is_killed(servers: WarmServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "train.py").touch()
    servers.choose(Wanted("key", ["json"]), [sys.executable, "train.py"], {}, str(tmp_path))
    (server,) = servers._servers.values()
    while server.loaded is None:
        server.listen()
    (pid,) = servers.children
    os.kill(pid, signal.SIGSTOP)
    servers.retire_all()
    servers.end_idle(clients=True)
    assert 0 < (servers.seconds_to_next_end(clients=True) or 0) <= warm_servers.LEAVE_S
    monkeypatch.setattr(warm_servers, "LEAVE_S", 0.0)
    servers.end_idle(clients=True)
    ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert ended is not None
    assert ended.si_status == signal.SIGKILL
    assert servers.seconds_to_next_end(clients=True) is None


def test_one_that_has_an_attempt_is_left_alone(bench: WarmBench) -> None:
    attempt, server = hanging(bench), server_of(bench)
    ask(bench, "stop-servers")
    assert [each["live"] for each in servers_of(bench)] == [1]
    let_go(attempt)
    assert bench.end_of(attempt).exit_code == 3
    wait_until(partial(is_gone, server), "the end of the server")
