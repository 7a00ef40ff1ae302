"""Warm servers as processes: started, shared, killed, idle, of no use; and what becomes of their attempts."""

from __future__ import annotations

import os
import selectors
import signal
import sys
from dataclasses import replace  # noqa: TID251 - of a dataclass
from functools import partial
from pathlib import Path

import msgspec
import psutil
import pytest
from tests.launchers.warm.cases.case import Case
from tests.launchers.warm.comparing import WarmBench
from tests.launchers.warm.serving import (
    ENDS_WHEN_TOLD,
    LEAVES_A_CHILD,
    NOTHING,
    ask,
    child_of,
    hanging,
    host_of,
    is_gone,
    launch_with_its_folder,
    let_go,
    server_of,
    servers_of,
)

from hyperstep.launchers.host.warm import warm_server
from hyperstep.launchers.host.warm.warm_server import WarmServer
from hyperstep.launchers.host_link import connect_or_start, host_pid
from hyperstep.launchers.marker import read_exit
from hyperstep.launchers.process_table import is_host, keeper_of
from hyperstep.records.attempt import AttemptEnd, Launched
from hyperstep.testing.launcher_bench import is_running, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="warm starts need Linux")


BECOMES_A_DAEMON = """
import os, time
pid = os.fork()
if pid == 0:
    os.setsid()
    os.chdir("/")
    null = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    time.sleep(300)
open("pid", "w").write(str(pid))
"""


def _launch_until_it_is_known(bench: WarmBench, case: Case) -> Launched:
    """Launch until the answer is no longer one for now."""
    launched: list[Launched] = []

    def is_known() -> bool:
        attempt = bench.attempt(case, warm=True)
        launched.append(bench.launch(attempt))
        bench.end_of(attempt)
        return not launched[-1].for_now

    wait_until(is_known, "a lasting answer")
    return launched[-1]


def test_the_first_attempt_is_cold_and_a_later_one_warm(bench: WarmBench) -> None:
    first = bench.attempt(NOTHING, warm=True)
    launched = bench.launch(first)
    assert (launched.warm, launched.for_now) == (False, True)
    assert "starting" in launched.why_cold
    bench.end_of(first)
    assert bench.end_of(bench.launch_warm(NOTHING)).succeeded


def test_a_server_is_told_of(bench: WarmBench) -> None:
    attempt = hanging(bench)
    (server,) = servers_of(bench)
    assert server["interpreter"] == sys.executable
    assert server["modules"] == ["json"]
    assert attempt.warm is not None
    assert server["key"] == attempt.warm.key
    assert (server["forks"], server["live"]) == (2, 1)
    assert server["rss_bytes"] > 1 << 20
    assert psutil.Process(bench.launcher.pids()[attempt.key]).ppid() == server["pid"]
    assert psutil.Process(server["pid"]).ppid() == host_of(bench)
    assert [is_host(pid) for pid in (host_of(bench), server["pid"])] == [True, False]


def test_attempts_with_other_keys_have_other_servers_of_which_few_stay(bench: WarmBench) -> None:
    cases = [replace(NOTHING, env={"NUMBER": str(number)}) for number in range(6)]
    for case in cases:
        assert bench.end_of(bench.launch_warm(case)).succeeded
    wait_until(lambda: len(servers_of(bench)) == 4, "the end of the two that were used first")
    newest = [f"key of {sorted(case.env.items())}" for case in cases[2:]]
    assert [server["key"] for server in servers_of(bench)] == newest


def test_what_an_interpreter_reads_at_its_start_is_never_shared(bench: WarmBench) -> None:
    one, other = (replace(NOTHING, env={"PYTHONHASHSEED": seed}) for seed in "12")
    attempts = [msgspec.structs.replace(bench.attempt(case, warm=True), warm=None) for case in (one, other)]
    key = bench.attempt(one, warm=True).warm
    for attempt in attempts:
        bench.launch(msgspec.structs.replace(attempt, warm=key))
    assert [server["key"] for server in servers_of(bench)] == [key.key if key else ""] * 2
    for attempt in attempts:
        bench.end_of(attempt)


class TestKilled:
    def test_attempts_of_a_killed_server_live_on_and_end_as_ever(self, bench: WarmBench) -> None:
        attempt, server = hanging(bench), server_of(bench)
        os.kill(server, signal.SIGKILL)
        wait_until(lambda: not psutil.pid_exists(server), "the end of the server")
        assert psutil.Process(bench.launcher.pids()[attempt.key]).ppid() == host_of(bench)
        let_go(attempt)
        assert bench.end_of(attempt).exit_code == 3

    def test_another_server_takes_the_place_of_a_killed_one(self, bench: WarmBench) -> None:
        bench.end_of(bench.launch_warm(NOTHING))
        killed = server_of(bench)
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: not psutil.pid_exists(killed), "the end of the server")
        bench.end_of(bench.launch_warm(NOTHING))
        assert server_of(bench) != killed

    def test_a_server_that_dies_again_and_again_is_not_started_again(self, bench: WarmBench) -> None:
        for _ in range(3):
            bench.end_of(bench.launch_warm(NOTHING))
            killed = server_of(bench)
            os.kill(killed, signal.SIGKILL)
            wait_until(partial(is_gone, killed), "the end of the server")
        launched = _launch_until_it_is_known(bench, NOTHING)
        assert launched == Launched(why_cold="the warm server ended")

    def test_exit_codes_outlive_the_host(self, bench: WarmBench) -> None:
        attempt, server = hanging(bench), server_of(bench)
        os.kill(host_of(bench), signal.SIGKILL)
        wait_until(lambda: host_pid(bench.launcher.control_path) is None, "the end of the host")
        assert list(bench.launcher.pids()) == [attempt.key]
        let_go(attempt)
        end = bench.end_of(attempt)
        assert (end.exit_code, end.lost) == (3, False)
        wait_until(lambda: not is_running(server), "the end of the server")

    def test_signals_outlive_the_host_too(self, bench: WarmBench) -> None:
        attempt = hanging(bench)
        os.kill(host_of(bench), signal.SIGKILL)
        wait_until(lambda: host_pid(bench.launcher.control_path) is None, "the end of the host")
        bench.launcher.stop(attempt.key, 10.0)
        assert bench.end_of(attempt).signal == signal.SIGTERM

    @pytest.mark.parametrize("host_first", [True, False])
    def test_exit_codes_outlive_both_by_the_keeper(self, bench: WarmBench, host_first: bool) -> None:
        attempt, server, host = hanging(bench), server_of(bench), host_of(bench)
        for pid in (host, server) if host_first else (server, host):
            os.kill(pid, signal.SIGKILL)
            wait_until(partial(is_gone, pid), "its end")
        let_go(attempt)
        end = bench.end_of(attempt)
        assert (end.exit_code, end.lost) == (3, False)

    def test_an_attempt_without_server_host_and_keeper_is_lost(self, bench: WarmBench) -> None:
        attempt, server, host = hanging(bench), server_of(bench), host_of(bench)
        keeper = keeper_of(host)
        assert keeper is not None
        for pid in (keeper, host, server):
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not is_running(server), "the end of all")
        let_go(attempt)
        assert bench.end_of(attempt).lost

    def test_a_server_without_a_host_is_no_orphan_of_a_cold_attempt(self, bench: WarmBench) -> None:
        attempt, server, host = hanging(bench), server_of(bench), host_of(bench)
        cold = bench.attempt(ENDS_WHEN_TOLD, warm=False)
        bench.launch(cold)
        os.kill(host, signal.SIGKILL)
        wait_until(partial(is_gone, host), "the end of the host")
        let_go(cold)
        assert bench.end_of(cold).exit_code == 3
        assert is_running(server)
        let_go(attempt)
        assert bench.end_of(attempt).exit_code == 3
        wait_until(lambda: not is_running(server), "the end of the server")

    def test_spares_end_with_their_server(self, bench: WarmBench) -> None:
        bench.end_of(bench.launch_warm(NOTHING))
        server = psutil.Process(server_of(bench))
        wait_until(lambda: len(server.children()) == 2, "two spares")
        spares = server.children()
        server.kill()
        wait_until(lambda: not any(spare.is_running() for spare in spares), "the end of the spares")

    def test_a_killed_spare_is_replaced(self, bench: WarmBench) -> None:
        bench.end_of(bench.launch_warm(NOTHING))
        server = psutil.Process(server_of(bench))
        wait_until(lambda: len(server.children()) == 2, "two spares")
        killed = server.children()
        for spare in killed:
            spare.kill()
        wait_until(lambda: not any(is_running(spare.pid) for spare in killed), "the end of both")
        attempts = [bench.attempt(NOTHING, warm=True) for _ in range(4)]
        for attempt in attempts:
            bench.launch(attempt)
            assert bench.end_of(attempt).succeeded

    def test_while_a_server_stands_still_attempts_are_cold(self, bench: WarmBench) -> None:
        bench.end_of(bench.launch_warm(NOTHING))
        server = server_of(bench)
        wait_until(lambda: len(psutil.Process(server).children()) == 2, "two spares")
        os.kill(server, signal.SIGSTOP)
        attempts = [bench.attempt(NOTHING, warm=True) for _ in range(4)]
        launched = [bench.launch(attempt) for attempt in attempts]
        assert [each.warm for each in launched[2:]] == [False, False]
        assert launched[-1] == Launched(why_cold="the warm server made no process in time", for_now=True)
        os.kill(server, signal.SIGCONT)
        assert all(bench.end_of(attempt).succeeded for attempt in attempts)
        bench.end_of(bench.launch_warm(NOTHING))
        assert server_of(bench) == server

    def test_one_that_stands_still_for_long_is_ended_and_its_attempts_go_on(
        self, bench: WarmBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        selector = selectors.DefaultSelector()
        server = WarmServer("key", [sys.executable], ["json"], dict(os.environ), str(bench.folder), selector)
        os.kill(server.pid, signal.SIGSTOP)
        monkeypatch.setattr(warm_server, "_SPARE_S", 0.01)
        assert server.take_spare() is None
        server.end_if_still()
        assert not server.fault
        monkeypatch.setattr(warm_server, "_STILL_S", 0.0)
        server.end_if_still()
        assert "stood still" in server.fault
        assert os.waitstatus_to_exitcode(os.waitpid(server.pid, 0)[1]) == -signal.SIGKILL
        selector.close()


class TestOfNoUse:
    def _lasting(self, bench: WarmBench, module: str, text: str) -> str:
        case = replace(NOTHING, env={"PYTHONPATH": "{shared}"}, shared={f"{module}.py": text}, modules=(module,))
        launched = _launch_until_it_is_known(bench, case)
        assert not launched.warm
        return launched.why_cold

    def test_a_module_that_ends_the_process(self, bench: WarmBench) -> None:
        assert "while it imported" in self._lasting(bench, "ends", "import os\nos._exit(3)")

    def test_a_module_that_starts_a_thread(self, bench: WarmBench) -> None:
        text = "import threading, time\nthreading.Thread(target=time.sleep, args=(300,), daemon=True).start()"
        assert "thread" in self._lasting(bench, "threaded", text)

    def test_cuda_that_is_in_use(self, bench: WarmBench) -> None:
        text = (
            "import sys, types\nsys.modules['torch.cuda'] = m = types.ModuleType('c')\nm.is_initialized = lambda: True"
        )
        assert "CUDA" in self._lasting(bench, "uses_cuda", text)

    def test_children_that_do_not_get_to_their_script(self, bench: WarmBench) -> None:
        text = "import os\nos.register_at_fork(after_in_child=lambda: os._exit(5))"
        assert "ended with 5" in self._lasting(bench, "ends_children", text)

    def test_a_module_that_cannot_be_imported_is_left_out(self, bench: WarmBench) -> None:
        case = replace(
            NOTHING, modules=("nowhere_to_be_found", "json"), script="import sys\nprint('json' in sys.modules)"
        )
        attempt = bench.launch_warm(case)
        assert bench.end_of(attempt).succeeded
        assert attempt.log_file.read_text() == "True\n"
        (skipped,) = servers_of(bench)[0]["skipped"]
        assert skipped.startswith("nowhere_to_be_found: ModuleNotFoundError")

    def test_nobody_waits_for_a_module_that_hangs(self, bench: WarmBench) -> None:
        case = replace(
            NOTHING,
            env={"PYTHONPATH": "{shared}"},
            shared={"hangs.py": "import time\ntime.sleep(300)"},
            modules=("hangs",),
        )
        for _ in range(3):
            attempt = bench.attempt(case, warm=True)
            launched = bench.launch(attempt)
            assert (launched.warm, launched.for_now) == (False, True)
            assert bench.end_of(attempt).succeeded
        os.kill(server_of(bench), signal.SIGKILL)

    def test_an_own_module_that_a_library_has_the_name_of(self, bench: WarmBench) -> None:
        case = replace(NOTHING, script="import json\nprint(json.mine)", files={"json.py": "mine = 1"})
        bench.end_of(bench.launch_warm(replace(NOTHING, name=case.name)))
        attempt = bench.attempt(case, warm=True)
        assert "a module json" in bench.launch(attempt).why_cold
        bench.end_of(attempt)
        assert attempt.log_file.read_text() == "1\n"

    @pytest.mark.parametrize(
        ("options", "env", "words"),
        [
            (("-I",), {}, "started with -I"),
            (("-E",), {}, "started with -E"),
            ((), {"PYTHONPATH": "lib"}, "PYTHONPATH"),
            ((), {"PYTHONINSPECT": "1"}, "PYTHONINSPECT"),
        ],
    )
    def test_a_start_that_cannot_be_warm(
        self, bench: WarmBench, options: tuple[str, ...], env: dict[str, str], words: str
    ) -> None:
        attempt = bench.attempt(replace(NOTHING, options=options, env=env), warm=True)
        launched = bench.launch(attempt)
        assert (launched.warm, launched.for_now) == (False, False)
        assert words in launched.why_cold
        bench.end_of(attempt)


class TestEnd:
    def test_a_server_that_is_told_to_stop_sees_its_attempts_to_their_end(self, bench: WarmBench) -> None:
        attempt, server = hanging(bench), server_of(bench)
        assert ask(bench, "stop-servers")["stopped"] == 1
        assert is_running(server)
        let_go(attempt)
        assert bench.end_of(attempt).exit_code == 3
        wait_until(lambda: not servers_of(bench), "the end of the server")
        assert not psutil.pid_exists(server)

    def test_a_host_that_leaves_takes_its_servers_along(self, bench: WarmBench) -> None:
        bench.end_of(bench.launch_warm(NOTHING))
        host, server = host_of(bench), server_of(bench)
        os.kill(host, signal.SIGTERM)
        wait_until(lambda: not is_running(host), "the end of the host")
        assert not is_running(server)

    def test_where_nobody_is_left_a_server_ends_at_once_in_ci(
        self, tmp_path: Path, control_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CI", "true")
        connect_or_start(control_path, idle_s=0.0).close()
        bench = WarmBench(tmp_path, control_path)
        bench.end_of(bench.launch_warm(NOTHING))
        host, server = host_of(bench), server_of(bench)
        bench.close()
        wait_until(lambda: not is_running(host), "the end of the host")
        assert not is_running(server)

    def test_elsewhere_it_waits_for_the_next_run(
        self, tmp_path: Path, control_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("CI", raising=False)
        bench = WarmBench(tmp_path / "one", control_path)
        bench.end_of(bench.launch_warm(NOTHING))
        server = server_of(bench)
        bench.close()
        other = WarmBench(tmp_path / "other", control_path)
        attempt = other.attempt(NOTHING, warm=True)
        assert other.launch(attempt).warm
        other.end_of(attempt)
        assert server_of(other) == server
        other.close()


class TestAsEver:
    def test_a_limit_of_time_holds(self, bench: WarmBench) -> None:
        bench.end_of(bench.launch_warm(NOTHING))
        attempt = msgspec.structs.replace(
            bench.attempt(ENDS_WHEN_TOLD, warm=True), max_duration_s=0.3, stop_grace_s=0.1
        )
        assert bench.launch(attempt).warm
        end = bench.end_of(attempt)
        assert (end.timed_out, end.signal) == (True, signal.SIGTERM)

    def test_children_that_an_attempt_leaves_in_sessions_of_their_own_are_ended(self, bench: WarmBench) -> None:
        script = (
            "import os, subprocess, time\n"
            "pids = [subprocess.Popen(['sleep', '300'], start_new_session=True).pid]\n"
            "pid = os.fork()\n"
            "if pid == 0:\n    os.setsid()\n    time.sleep(300)\n"
            "open('pids', 'w').write(f'{pids[0]} {pid}')\n"
        )
        other = hanging(bench)
        attempt = bench.launch_warm(Case("strangers", script, modules=("json",)))
        assert bench.end_of(attempt).succeeded
        pids = [int(pid) for pid in (attempt.work_folder / "pids").read_text().split()]
        wait_until(lambda: not any(map(is_running, pids)), "the end of what was left behind")
        assert list(bench.launcher.pids()) == [other.key]
        let_go(other)

    def test_a_child_that_has_left_for_elsewhere_is_ended_though_the_attempt_notes_its_imports(
        self, bench: WarmBench
    ) -> None:
        other = hanging(bench)
        attempt = launch_with_its_folder(bench, LEAVES_A_CHILD + "import colorsys\n")
        assert bench.end_of(attempt).succeeded
        assert (attempt.folder / "note.json").exists()
        wait_until(lambda: not is_running(child_of(attempt)), "the end of what was left behind")
        assert list(bench.launcher.pids()) == [other.key]
        let_go(other)

    def test_a_fork_that_has_left_for_elsewhere_is_ended_too(self, bench: WarmBench) -> None:
        other = hanging(bench)
        attempt = bench.launch_warm(Case("daemon", BECOMES_A_DAEMON, modules=("json",)))
        assert bench.end_of(attempt).succeeded
        wait_until(lambda: not is_running(child_of(attempt)), "the end of what was left behind")
        assert list(bench.launcher.pids()) == [other.key]
        let_go(other)

    def test_the_exit_file_is_as_a_cold_ones(self, bench: WarmBench) -> None:
        attempt = hanging(bench)
        let_go(attempt)
        end: AttemptEnd = bench.end_of(attempt)
        marker = read_exit(attempt.exit_file)
        assert marker is not None
        assert (marker.exit_code, marker.ended_at) == (3, end.ended_at)


def test_a_thousand_warm_attempts_leave_nothing(bench: WarmBench) -> None:
    bench.end_of(bench.launch_warm(NOTHING))
    host, server = psutil.Process(host_of(bench)), psutil.Process(server_of(bench))
    wait_until(lambda: len(server.children()) == 2, "two spares")
    before = [process.num_fds() for process in (host, server)]
    resident = [process.memory_info().rss for process in (host, server)]
    for _ in range(100):
        attempts = [bench.attempt(NOTHING, warm=True) for _ in range(10)]
        assert all(bench.launch(attempt).warm for attempt in attempts)
        assert all(bench.end_of(attempt).succeeded for attempt in attempts)
    wait_until(lambda: len(server.children()) == 2, "two spares and nobody else")
    wait_until(lambda: [process.num_fds() for process in (host, server)] == before, "as few descriptors as before")
    grown = [process.memory_info().rss - before for process, before in zip((host, server), resident, strict=True)]
    assert max(grown) < 1 << 20
    ask(bench, "stop-servers")
    wait_until(lambda: not host.children(recursive=True), "the end of all processes")
