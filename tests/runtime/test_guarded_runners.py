"""A runner that dies is followed by the next one, though nobody looks: the trial host starts it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from tests.runtime.bench import Bench
from tests.runtime.processes_of_ours import (
    current_host,
    is_gone,
    kill,
    next_owner_pid,
    owner_pid,
    runners_of,
)
from tests.runtime.waiting_script import started, submit_waiting

from hyperstep.launchers import can_host
from hyperstep.launchers.guard import guarded_runners
from hyperstep.records.status import RunStatus
from hyperstep.runtime.liveness import live_owner
from hyperstep.runtime.submission import Label

pytestmark = pytest.mark.skipif(not can_host(), reason="there are no trial hosts")


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that the trials wait for."""
    path = tmp_path / "gate"
    monkeypatch.setenv("GATE", str(path))
    return path


def assert_completed_once(bench: Bench, run_id: str) -> None:
    assert bench.wait(run_id).status is RunStatus.COMPLETED
    journal = bench.home.store.journal(run_id)
    assert [attempt.key.number for attempt in journal.attempts(run_id)] == [0]
    assert [m.value for m in journal.metrics(run_id)] == [1, 2]
    bench.wait_until(lambda: not runners_of(run_id))


def test_the_host_is_the_parent_of_a_runner_which_holds_none_of_our_descriptors(
    bench: Bench, label: Label, gate: Path
) -> None:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    run_id = submit_waiting(bench, label)
    os.close(writer)
    assert os.read(reader, 1) == b""
    os.close(reader)
    pid = owner_pid(bench, run_id)
    assert Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1] == str(current_host())
    assert os.getsid(pid) == pid
    gate.touch()
    assert_completed_once(bench, run_id)


def test_a_killed_runner_is_followed_by_one_that_adopts_the_live_process(
    bench: Bench, label: Label, gate: Path
) -> None:
    run_id = submit_waiting(bench, label)
    process = started(bench, run_id)
    first = owner_pid(bench, run_id)
    kill(first)
    second = next_owner_pid(bench, run_id, first)
    kill(second)
    next_owner_pid(bench, run_id, first, second)
    assert not is_gone(process)
    gate.touch()
    assert_completed_once(bench, run_id)


def test_an_exit_while_no_runner_lives_is_recorded_by_the_next_one(bench: Bench, label: Label, gate: Path) -> None:
    run_id = submit_waiting(bench, label)
    process = started(bench, run_id)
    first = owner_pid(bench, run_id)
    os.kill(first, signal.SIGSTOP)
    gate.touch()
    bench.wait_until(lambda: is_gone(process))
    kill(first)
    assert_completed_once(bench, run_id)


@pytest.mark.usefixtures("own_hosts")
def test_a_runner_whose_host_was_killed_is_guarded_by_the_next_host(bench: Bench, label: Label, gate: Path) -> None:
    run_id = submit_waiting(bench, label)
    process = started(bench, run_id)
    runner, host = owner_pid(bench, run_id), current_host()
    kill(host)
    bench.wait_until(lambda: is_gone(host))

    folder = str(bench.home.root_folder(run_id).resolve())
    bench.wait_until(lambda: guarded_runners().get(folder) == runner)
    assert live_owner(bench.home, run_id) is not None
    kill(runner)
    next_owner_pid(bench, run_id, runner)
    assert not is_gone(process)
    gate.touch()
    run = bench.wait(run_id)
    assert run.status is RunStatus.COMPLETED
    assert [m.value for m in bench.home.store.journal(run_id).metrics(run_id)] == [1, 2]
