"""A runner that dies is followed by the next one, though nobody looks: the trial host starts it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.processes_of_ours import (
    current_host,
    is_gone,
    kill,
    next_owner_pid,
    owner_pid,
    replace_owner,
    runners_of,
)
from tests.runtime.waiting_script import started, submit_waiting

from hyperstep.launchers import can_host
from hyperstep.launchers.guard import guarded_runners
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.runtime.guarding import start_runner
from hyperstep.runtime.liveness import live_owner
from hyperstep.runtime.submission import Label, submit_step

pytestmark = pytest.mark.skipif(not can_host(), reason="there are no trial hosts")


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
    first = replace_owner(bench, run_id)
    replace_owner(bench, run_id, first)
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
    assert_completed_once(bench, run_id)


ENDS_AS_TOLD = """
import os, pathlib, sys, time
from hyperstep_trial import Run
code = int(sys.argv[sys.argv.index("--code") + 1])
Run.get_context().log("acc", code)
pathlib.Path("outputs/up").touch()
while not os.path.exists(os.environ["GATE"]):
    time.sleep(0.01)
sys.exit(code)
"""


@pytest.fixture
def _three_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYPERSTEP_SLOTS", "3")


@pytest.mark.usefixtures("own_hosts", "_three_slots")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives orphans to a keeper")
@pytest.mark.parametrize("with_runner", [False, True])
def test_what_ends_after_its_host_was_killed_is_recorded_as_it_ended_and_does_not_run_again(
    bench: Bench, label: Label, gate: Path, *, with_runner: bool
) -> None:
    config = sweep_config(total=3, concurrent=3, space={"code": ["choice", [[0, 3, 5]]]})
    sweep_id = submit_step(bench.home, bench.tuning_step(ENDS_AS_TOLD, config), label).id
    journal = bench.home.store.journal(sweep_id)
    bench.wait_until(lambda: len(list(bench.home.root_folder(sweep_id).rglob("outputs/up"))) == 3)
    runner, host = owner_pid(bench, sweep_id), current_host()
    if with_runner:
        os.kill(runner, signal.SIGSTOP)
    kill(host)
    if with_runner:
        kill(runner)
    gate.touch()
    if with_runner:
        bench.wait_until(lambda: live_owner(bench.home, sweep_id) is None)
        start_runner(bench.home, sweep_id)
    assert bench.wait(sweep_id).status is RunStatus.COMPLETED
    trials = journal.runs(kind=RunKind.TRIAL)
    ends = [[(a.end.exit_code, a.end.lost) for a in journal.attempts(t.id) if a.end] for t in trials]
    assert ends == [[(0, False)], [(3, False)], [(5, False)]]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who listens")
@pytest.mark.usefixtures("own_hosts")
def test_a_run_whose_host_stands_still_and_whose_runner_is_gone_is_taken_over_by_another_host(
    bench: Bench, label: Label, gate: Path
) -> None:
    run_id = submit_waiting(bench, label)
    process, first, host = started(bench, run_id), owner_pid(bench, run_id), current_host()
    os.kill(host, signal.SIGSTOP)
    kill(first)
    start_runner(bench.home, run_id)
    second = next_owner_pid(bench, run_id, first)
    assert not is_gone(process)
    assert current_host() != host
    assert guarded_runners() == {str(bench.home.root_folder(run_id).resolve()): second}
    os.kill(host, signal.SIGCONT)  # it starts a runner for the one that it has lost, which finds that the run is owned
    gate.touch()
    assert_completed_once(bench, run_id)
