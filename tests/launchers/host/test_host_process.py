"""The trial host as a process: found, shared, outlived, killed, left clean."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from hyperstep.errors import LaunchError, NoHostError
from hyperstep.launchers import host_link
from hyperstep.launchers.host_link import connect, connect_or_start, host_pid
from hyperstep.launchers.local import LocalLauncher
from hyperstep.launchers.process_table import keeper_of, look_up
from hyperstep.testing.behaviour import Behaviour
from hyperstep.testing.launcher_bench import HANGS, PATIENCE_S, Bench, is_running, wait_until
from hyperstep_trial.boot_environment import boot_environment
from hyperstep_trial.import_note import NOTE_VARIABLE

NEVER_IDLE_S = 600.0
LEAVES_A_CHILD = """
import subprocess
child = subprocess.Popen(["sleep", "300"], cwd="/", stdout=subprocess.DEVNULL, start_new_session=True)
open("pid", "w").write(str(child.pid))
"""


@pytest.fixture
def bench(tmp_path: Path, control_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "attempts", lambda notify: LocalLauncher(notify, control_path, idle_s=NEVER_IDLE_S))
    yield bench
    bench.clear()


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_running(pid), "the end of the host")


def _host_of(path: Path) -> int:
    pid = host_pid(path)
    assert pid is not None
    return pid


def _launcher_of(bench: Bench) -> LocalLauncher:
    assert isinstance(bench.launcher, LocalLauncher)
    return bench.launcher


def test_there_is_no_host_until_one_is_needed(bench: Bench, control_path: Path) -> None:
    assert host_pid(control_path) is None
    bench.run(Behaviour())
    assert _launcher_of(bench).host_pid() == host_pid(control_path) is not None


@pytest.mark.parametrize(("deaths", "starts"), [(2, True), (1000, False)])
def test_a_host_that_is_killed_while_it_starts_is_followed_by_another(
    tmp_path: Path, control_path: Path, monkeypatch: pytest.MonkeyPatch, deaths: int, starts: bool
) -> None:
    interpreter = tmp_path / "python"
    said = tmp_path / "deaths"
    interpreter.write_text(
        f'#!/bin/sh\necho x >> {said}\n[ $(wc -l < {said}) -gt {deaths} ] || kill -9 $$\nexec {sys.executable} "$@"\n'
    )
    interpreter.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(interpreter))
    if starts:
        with connect_or_start(control_path, idle_s=0.0):
            assert host_pid(control_path) is not None
        assert said.read_text().count("x") == deaths + 1
    else:
        with pytest.raises(LaunchError, match="ended by signal 9"):
            connect_or_start(control_path, idle_s=0.0)


def test_adopting_starts_no_host(bench: Bench, control_path: Path) -> None:
    bench.launcher.adopt(bench.attempt(Behaviour()))
    assert bench.ends()[0].lost
    assert host_pid(control_path) is None


def test_the_next_launcher_uses_the_host_that_is_there(bench: Bench, control_path: Path) -> None:
    bench.run(Behaviour())
    first = _host_of(control_path)
    bench.launcher.close()
    bench.launcher = bench.another()
    bench.run(Behaviour())
    assert host_pid(control_path) == first


def test_an_idle_host_leaves_nothing_behind(tmp_path: Path, control_path: Path) -> None:
    bench = Bench(tmp_path, lambda notify: LocalLauncher(notify, control_path, idle_s=0.0))
    bench.run(Behaviour())
    pid = _host_of(control_path)
    bench.clear()
    wait_until(lambda: not is_running(pid), "the end of the idle host")
    assert not list(control_path.parent.iterdir())


def test_a_host_with_a_live_attempt_does_not_leave(tmp_path: Path, control_path: Path) -> None:
    bench = Bench(tmp_path, lambda notify: LocalLauncher(notify, control_path, idle_s=0.0))
    attempt = bench.launch(HANGS)
    bench.launcher.close()
    pid = _host_of(control_path)
    os.kill(bench.report(attempt)["pid"], signal.SIGKILL)
    wait_until(attempt.exit_file.exists, "the exit file, written for nobody")
    wait_until(lambda: not is_running(pid), "the end of the idle host")


def test_many_who_start_at_once_get_one_host(control_path: Path) -> None:
    pids: list[int | None] = []

    def start() -> None:
        with connect_or_start(control_path, idle_s=NEVER_IDLE_S):
            pids.append(host_pid(control_path))

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pids == [_host_of(control_path)] * len(threads)


def test_a_socket_file_left_by_a_killed_host_is_taken_over(bench: Bench, control_path: Path) -> None:
    bench.run(Behaviour())
    killed = _host_of(control_path)
    bench.launcher.close()
    _kill(killed)
    assert control_path.exists()
    bench.launcher = bench.another()
    assert bench.run(Behaviour()).exit_file.exists()
    assert host_pid(control_path) != killed


def test_a_host_has_its_own_session_and_no_descriptor_of_its_starter(bench: Bench, control_path: Path) -> None:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    bench.run(Behaviour())
    pid = _host_of(control_path)
    assert os.getsid(pid) == pid != os.getsid(0)
    os.close(writer)
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_a_host_ignores_interrupt_and_hangup(bench: Bench, control_path: Path) -> None:
    bench.run(Behaviour())
    pid = _host_of(control_path)
    os.kill(pid, signal.SIGINT)
    os.kill(pid, signal.SIGHUP)
    bench.run(Behaviour())
    assert host_pid(control_path) == pid


def test_a_terminated_host_finishes_its_attempts_and_leaves(bench: Bench, control_path: Path) -> None:
    attempt = bench.launch(HANGS)
    pid = _host_of(control_path)
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: host_pid(control_path) is None, "the host to be deaf")
    another = bench.launch(Behaviour(exit_code=3))
    assert host_pid(control_path) != pid
    assert [(end.key, end.exit_code) for end in bench.ends()] == [(another.key, 3)]
    os.kill(bench.report(attempt)["pid"], signal.SIGUSR1)
    (end,) = bench.ends()
    assert (end.key, end.signal, end.lost) == (attempt.key, signal.SIGUSR1, False)
    wait_until(lambda: not is_running(pid), "the end of the host")


def _kill_with_keeper(pid: int) -> None:
    keeper = keeper_of(pid)
    if keeper is not None:
        _kill(keeper)
    _kill(pid)


def test_attempts_of_a_killed_host_without_a_keeper_are_watched_and_lost_when_they_end(
    bench: Bench, control_path: Path
) -> None:
    attempt = bench.launch(HANGS)
    pid = bench.report(attempt)["pid"]
    killed = _host_of(control_path)
    _kill_with_keeper(killed)
    assert bench.launcher.pids() == {attempt.key: pid}
    another = bench.launch(Behaviour(exit_code=3))
    assert host_pid(control_path) != killed
    assert [(end.key, end.exit_code) for end in bench.ends()] == [(another.key, 3)]
    os.kill(pid, signal.SIGKILL)
    (end,) = bench.ends()
    assert (end.key, end.lost) == (attempt.key, True)


@pytest.mark.parametrize("kill", [_kill, _kill_with_keeper])
def test_an_attempt_of_a_killed_host_is_stopped_with_its_children(
    bench: Bench, control_path: Path, kill: Callable[[int], None]
) -> None:
    attempt = bench.launch(Behaviour(hangs=True, ignores_terminate=True, children=2, strangers=1))
    children = bench.report(attempt)["children"]
    kill(_host_of(control_path))
    bench.launcher.stop(attempt.key, 0.1)
    assert bench.ends()[0].key == attempt.key
    wait_until(lambda: not any(map(is_running, children)), "the end of all children")


def test_what_a_silent_host_was_asked_to_start_does_not_start_later(
    bench: Bench, control_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.run(Behaviour())
    pid = _host_of(control_path)
    monkeypatch.setattr(host_link, "_ANSWER_S", 0.2)
    os.kill(pid, signal.SIGSTOP)
    attempt = bench.launch(Behaviour())
    assert bench.ends()[0].lost
    os.kill(pid, signal.SIGCONT)
    wait_until(lambda: host_pid(control_path) == pid, "the host to answer again")
    assert bench.run(Behaviour()).exit_file.exists()
    assert not attempt.log_file.exists()


def test_what_a_killed_host_was_asked_to_start_is_started_by_the_next_one(bench: Bench, control_path: Path) -> None:
    bench.run(Behaviour())
    pid = _host_of(control_path)
    os.kill(pid, signal.SIGSTOP)
    attempt = bench.attempt(Behaviour(exit_code=3))
    launch = bench.launcher.begin_launch(attempt)
    assert not launch.is_known
    _kill(pid)
    wait_until(lambda: launch.is_known, "the end of the connection")
    assert launch.outcome().why_cold == ""
    assert [(end.key, end.exit_code) for end in bench.ends()] == [(attempt.key, 3)]


def test_what_was_told_to_end_is_not_started_by_the_next_host(bench: Bench, control_path: Path) -> None:
    bench.run(Behaviour())
    pid = _host_of(control_path)
    os.kill(pid, signal.SIGSTOP)
    attempt = bench.attempt(Behaviour())
    launch = bench.launcher.begin_launch(attempt)
    bench.launcher.stop(attempt.key, 0.1)
    _kill(pid)
    with pytest.raises(NoHostError, match="told to end"):
        launch.outcome()
    assert not attempt.claim_file.exists()
    assert host_pid(control_path) is None


def test_a_host_that_refuses_a_launch_rings(control_path: Path, tmp_path: Path) -> None:
    rang = threading.Event()
    bench = Bench(tmp_path / "attempts", lambda _notify: LocalLauncher(rang.set, control_path))
    launch = bench.launcher.begin_launch(bench.attempt(Behaviour(startable=False)))
    assert rang.wait(PATIENCE_S)
    assert launch.is_known
    bench.clear()


def test_a_stop_outlives_a_host_that_is_silent(
    bench: Bench, control_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = bench.launch(Behaviour(hangs=True))
    pid, host = bench.report(attempt)["pid"], _host_of(control_path)

    def is_dead() -> bool:
        bench.launcher.poll()
        state = look_up(pid)
        return state is None or state.zombie

    monkeypatch.setattr(host_link, "_ANSWER_S", 0.2)
    os.kill(host, signal.SIGSTOP)
    try:
        bench.launcher.stop(attempt.key, 0.1)
        wait_until(is_dead, "the end of the attempt")
    finally:
        os.kill(host, signal.SIGCONT)


def test_a_stop_outlives_the_host_that_was_asked(bench: Bench, control_path: Path) -> None:
    attempt = bench.launch(Behaviour(hangs=True, ignores_terminate=True))
    bench.report(attempt)
    bench.launcher.stop(attempt.key, 0.5)
    _kill(_host_of(control_path))
    assert bench.ends()[0].key == attempt.key


def test_a_stop_outlives_the_launcher_that_asked(bench: Bench) -> None:
    attempt = bench.launch(Behaviour(hangs=True, ignores_terminate=True))
    pid = bench.report(attempt)["pid"]
    bench.launcher.stop(attempt.key, 0.2)
    bench.launcher.close()
    wait_until(lambda: not is_running(pid), "the end of the attempt")


def test_a_running_attempt_has_the_host_as_parent(bench: Bench, control_path: Path) -> None:
    attempt = bench.launch(HANGS)
    assert psutil.Process(bench.launcher.pids()[attempt.key]).ppid() == host_pid(control_path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives orphans to the host")
class TestOrphans:
    def test_a_child_in_a_session_of_its_own_ends_with_its_attempt(self, bench: Bench) -> None:
        other = bench.launch(HANGS)
        attempt = bench.launch(Behaviour(strangers=2))
        assert bench.ends()[0].key == attempt.key
        children = bench.report(attempt)["children"]
        wait_until(lambda: not any(map(is_running, children)), "the end of the attempt's children")
        assert list(bench.launcher.pids()) == [other.key]

    def test_a_child_of_another_live_attempt_is_left_alone(self, bench: Bench) -> None:
        keeper = bench.launch(Behaviour(hangs=True, strangers=1, children=1))
        children = bench.report(keeper)["children"]
        bench.run(Behaviour(strangers=1))
        assert all(map(is_running, children))

    def test_a_child_that_has_left_for_elsewhere_ends_with_its_attempt_though_that_notes_its_imports(
        self, bench: Bench
    ) -> None:
        other = bench.launch(HANGS)
        attempt = bench.attempt(Behaviour())
        env = boot_environment(os.environ, "/nowhere") | {
            "HYPERSTEP_ATTEMPT_FOLDER": str(attempt.folder),
            NOTE_VARIABLE: str(attempt.folder / "note.json"),
        }
        attempt = msgspec.structs.replace(attempt, argv=(sys.executable, "-c", LEAVES_A_CHILD), env=env)
        bench.launcher.launch(attempt)
        assert bench.ends()[0].exit_code == 0
        assert (attempt.folder / "note.json").exists()
        child = int((attempt.work_folder / "pid").read_text())
        wait_until(lambda: not is_running(child), "the end of the attempt's child")
        assert list(bench.launcher.pids()) == [other.key]

    def test_a_stubborn_attempt_is_killed_with_its_children_in_other_sessions(self, bench: Bench) -> None:
        attempt = bench.launch(Behaviour(hangs=True, ignores_terminate=True, strangers=2))
        children = bench.report(attempt)["children"]
        bench.launcher.stop(attempt.key, 0.1)
        assert bench.ends()[0].signal == signal.SIGKILL
        wait_until(lambda: not any(map(is_running, children)), "the end of the attempt's children")


def test_starting_by_hand_a_second_time_changes_nothing(bench: Bench, control_path: Path) -> None:
    bench.run(Behaviour())
    first = _host_of(control_path)
    command = [sys.executable, "-m", "hyperstep.launchers.host", str(control_path)]
    assert subprocess.run(command, check=False).returncode == 0
    assert host_pid(control_path) == first


@pytest.mark.parametrize("line", [b"no json\n", b"[1]\n", b"\xff\n"])
def test_a_client_that_talks_nonsense_is_dropped(bench: Bench, control_path: Path, line: bytes) -> None:
    bench.run(Behaviour())
    connection = connect(control_path)
    assert connection is not None
    with connection:
        connection.sendall(line)
        assert connection.recv(100) == b""
    bench.run(Behaviour())


@pytest.mark.parametrize(
    ("request_line", "answer"),
    [
        (b'{"id": 1, "do": "dance"}\n', b'"unknown"'),
        (b'{"id": 1, "do": "launch"}\n', b'"start"'),
        (b'{"id": 1, "do": "pids"}\n', b'"pids": {}'),
        (b'{"id": 1, "do": "stop", "folder": "/nowhere", "grace_s": 0}\n', b'"ok": true'),
    ],
)
def test_each_request_is_answered(bench: Bench, control_path: Path, request_line: bytes, answer: bytes) -> None:
    bench.run(Behaviour())
    connection = connect(control_path)
    assert connection is not None
    with connection:
        connection.sendall(request_line)
        assert answer in connection.recv(1000)


def test_a_client_that_does_not_read_holds_up_nobody(bench: Bench, control_path: Path) -> None:
    bench.run(Behaviour())
    connection = connect(control_path)
    assert connection is not None
    with connection:
        connection.sendall(b'{"id": 1, "do": "hello"}\n' * 20_000)
        bench.run(Behaviour())


def test_an_end_is_told_though_the_folder_was_removed(bench: Bench) -> None:
    attempt = bench.launch(HANGS)
    bench.report(attempt)
    attempt.folder.rename(attempt.folder.with_name("gone"))
    bench.launcher.stop(attempt.key, 10.0)
    assert bench.ends()[0].signal == signal.SIGTERM


def test_a_host_that_cannot_start_is_a_launch_error(tmp_path: Path) -> None:
    bench = Bench(tmp_path, lambda notify: LocalLauncher(notify, Path("/nowhere/host.sock")))
    with pytest.raises(LaunchError, match="must be able to start"):
        bench.launch(Behaviour())
    assert not bench.launcher.pids()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_host_has_one_thread(bench: Bench, control_path: Path) -> None:
    bench.run(Behaviour())
    assert psutil.Process(_host_of(control_path)).num_threads() == 1
