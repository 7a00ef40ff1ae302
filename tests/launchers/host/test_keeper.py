"""What a trial host leaves behind when it is killed: its keeper writes how each attempt ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperstep.launchers.host.address import Address
from hyperstep.launchers.host.keeper import leave_a_keeper
from hyperstep.launchers.host.register import Register
from hyperstep.launchers.host_link import host_pid
from hyperstep.launchers.local import LocalLauncher
from hyperstep.launchers.marker import create_claim, fill_claim, read_exit
from hyperstep.launchers.process import AttemptFiles
from hyperstep.launchers.process_table import is_keeper, keeper_of
from hyperstep.testing.behaviour import Behaviour
from hyperstep.testing.launcher_bench import HANGS, Bench, is_running, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives orphans to a keeper")

WAITS = Behaviour(waits=True)


@pytest.fixture
def bench(tmp_path: Path, control_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "attempts", lambda notify: LocalLauncher(notify, control_path, idle_s=600.0))
    yield bench
    bench.clear()


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_running(pid), "the end of the host")


def _host_and_keeper(path: Path) -> tuple[int, int]:
    host = host_pid(path)
    assert host is not None
    keeper = keeper_of(host)
    assert keeper is not None
    return host, keeper


def test_exit_codes_survive_the_death_of_the_host(bench: Bench, control_path: Path) -> None:
    attempts = [
        bench.launch(Behaviour(waits=True)),
        bench.launch(Behaviour(waits=True, exit_code=3)),
        bench.launch(Behaviour(waits=True, signal=signal.SIGUSR1)),
    ]
    for attempt in attempts:
        bench.report(attempt)
    host, keeper = _host_and_keeper(control_path)
    _kill(host)
    for attempt in attempts:
        (attempt.work_folder / "go").touch()
    ends = sorted(bench.ends(3), key=lambda end: end.key)
    assert [(end.exit_code, end.signal, end.lost) for end in ends] == [
        (0, None, False),
        (3, None, False),
        (None, signal.SIGUSR1, False),
    ]
    wait_until(lambda: not is_running(keeper), "the end of a keeper with nothing left")


def test_what_ended_before_anybody_looked_is_known_too(bench: Bench, control_path: Path) -> None:
    attempt = bench.launch(Behaviour(waits=True, exit_code=3))
    bench.report(attempt)
    host, _ = _host_and_keeper(control_path)
    bench.launcher.close()
    os.kill(host, signal.SIGSTOP)
    (attempt.work_folder / "go").touch()
    wait_until(lambda: not is_running(bench.report(attempt)["pid"]), "the end of the attempt")
    _kill(host)  # its child is a zombie now, that the keeper gets
    bench.launcher = bench.another()
    bench.launcher.adopt(attempt)
    assert bench.ends()[0].exit_code == 3


def test_a_host_goes_on_without_its_keeper(bench: Bench, control_path: Path) -> None:
    attempt = bench.launch(Behaviour(waits=True, exit_code=3))
    host, keeper = _host_and_keeper(control_path)
    _kill(keeper)
    (attempt.work_folder / "go").touch()
    assert bench.ends()[0].exit_code == 3
    assert bench.run(Behaviour()).exit_file.exists()
    assert host_pid(control_path) == host
    assert keeper_of(host) is None


def test_the_next_host_listens_while_the_keeper_of_the_last_one_waits(bench: Bench, control_path: Path) -> None:
    first = bench.launch(WAITS)
    bench.report(first)
    hosts = [_host_and_keeper(control_path)]
    _kill(hosts[0][0])
    second = bench.launch(WAITS)
    bench.report(second)
    hosts.append(_host_and_keeper(control_path))
    _kill(hosts[1][0])
    assert all(is_running(keeper) for _, keeper in hosts)
    for attempt in (first, second):
        (attempt.work_folder / "go").touch()
    assert [end.exit_code for end in bench.ends(2)] == [0, 0]


def test_a_keeper_ends_what_an_attempt_left_behind_and_nothing_of_others(bench: Bench, control_path: Path) -> None:
    other = bench.launch(Behaviour(waits=True, children=1, strangers=1))
    attempt = bench.launch(Behaviour(waits=True, children=1, strangers=1))
    children, others = bench.report(attempt)["children"], bench.report(other)["children"]
    _kill(_host_and_keeper(control_path)[0])
    (attempt.work_folder / "go").touch()
    assert bench.ends()[0].key == attempt.key
    wait_until(lambda: not any(map(is_running, children)), "the end of the attempt's children")
    assert all(map(is_running, others))
    (other.work_folder / "go").touch()
    bench.ends()
    wait_until(lambda: not any(map(is_running, others)), "the end of all children")


def test_a_keeper_ignores_being_asked_to_end(bench: Bench, control_path: Path) -> None:
    attempt = bench.launch(Behaviour(waits=True, exit_code=3))
    bench.report(attempt)
    host, keeper = _host_and_keeper(control_path)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(keeper, number)
    _kill(host)
    (attempt.work_folder / "go").touch()
    assert bench.ends()[0].exit_code == 3


def test_a_keeper_holds_no_descriptor_of_the_address(bench: Bench, control_path: Path) -> None:
    bench.run(Behaviour())
    _, keeper = _host_and_keeper(control_path)
    held = [str(descriptor.readlink()) for descriptor in Path(f"/proc/{keeper}/fd").iterdir()]
    assert not [name for name in held if name.startswith("socket:") or name.endswith(".lock")]


def test_a_keeper_leaves_with_its_host(tmp_path: Path, control_path: Path) -> None:
    bench = Bench(tmp_path, lambda notify: LocalLauncher(notify, control_path, idle_s=0.0))
    bench.run(Behaviour())
    host, keeper = _host_and_keeper(control_path)
    bench.clear()
    wait_until(lambda: not is_running(host) and not is_running(keeper), "the end of the idle host and its keeper")


def test_a_zombie_that_a_keeper_holds_is_about_to_be_recorded(bench: Bench, control_path: Path) -> None:
    attempt = bench.launch(HANGS)
    pid = bench.report(attempt)["pid"]
    host, keeper = _host_and_keeper(control_path)
    os.kill(keeper, signal.SIGSTOP)
    _kill(host)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_running(pid), "the end of the attempt")
    assert bench.launcher.pids() == {}
    assert not bench.launcher.poll()
    os.kill(keeper, signal.SIGCONT)
    assert bench.ends()[0].signal == signal.SIGKILL
    assert read_exit(attempt.exit_file) is not None


FORKS = """
import os, sys
pid = os.fork()
if not pid:
    os.setsid()
    while not os.path.exists(sys.argv[1]):
        pass
    os._exit(3)
with open(sys.argv[1] + ".pid", "w") as file:
    file.write(str(pid))
while not os.path.exists(sys.argv[1] + ".leave"):
    pass
"""


def test_an_attempt_that_was_forked_by_a_child_of_the_host_is_recorded_once_that_child_has_left(
    bench: Bench, control_path: Path, tmp_path: Path
) -> None:
    """As attempts of a warm server are."""
    go, register = tmp_path / "go", Register()
    attempt = bench.attempt(Behaviour())
    read_end, write_end = os.pipe()
    keeper = os.fork()
    if not keeper:
        try:
            address = Address.take(control_path)
            assert address is not None
            leave_a_keeper(address, register)
            # this is the host
            files = AttemptFiles(
                *(str(p) for p in (attempt.work_folder, attempt.log_file, attempt.claim_file, attempt.exit_file))
            )
            register.note_attempt(files, None)
            server = subprocess.Popen([sys.executable, "-S", "-c", FORKS, str(go)])
            wait_until(lambda: go.with_name("go.pid").exists() and go.with_name("go.pid").read_text(), "the fork")
            claim = create_claim(attempt.claim_file)
            fill_claim(claim, int(go.with_name("go.pid").read_text()), parent=server.pid)
            os.write(write_end, str(os.getpid()).encode())
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    host = int(os.read(read_end, 100))
    os.close(read_end)
    os.close(write_end)
    wait_until(lambda: is_keeper(keeper), "the keeper")
    wait_until(lambda: not is_running(host), "the end of the host")  # a real one adopts what its children leave
    go.with_name("go.leave").touch()
    go.touch()
    wait_until(lambda: not is_running(keeper), "the end of the keeper")
    os.waitpid(keeper, 0)
    marker = read_exit(attempt.exit_file)
    assert marker is not None
    assert marker.exit_code == 3
    control_path.unlink()


def test_only_keepers_are_keepers() -> None:
    assert not is_keeper(os.getpid())
    assert not is_keeper(2**22 + 1)
    assert keeper_of(os.getpid()) is None


def _files(name: str) -> AttemptFiles:
    return AttemptFiles(*(f"/{name}/{part}" for part in ("work", "log", "claim", "exit")))


class TestRegister:
    def test_what_was_noted_is_read_by_a_fork(self) -> None:
        register = Register()
        register.note_attempt(_files("a"), None)
        register.note_helper(7)
        reader, writer = os.pipe()
        if not os.fork():
            os.write(writer, repr([(entry.files, entry.helper) for entry in register.entries()]).encode())
            os._exit(0)
        os.wait()
        assert os.read(reader, 10_000).decode() == repr([(_files("a"), 0), (None, 7)])
        os.close(reader)
        os.close(writer)

    def test_a_slot_is_used_again_so_that_the_size_is_that_of_what_runs_at_once(self) -> None:
        register = Register()
        for number in range(1000):
            register.give_back(register.note_attempt(_files(str(number) * 50), None))
            register.give_back(register.note_attempt(_files(str(number)), None))
        assert [entry.files for entry in register.entries()] == [_files("999")]

    def test_a_path_without_end_is_left_out(self) -> None:
        register = Register()
        register.note_attempt(_files("x" * 40_000), None)
        register.note_helper(7)
        assert [entry.helper for entry in register.entries()] == [7]
