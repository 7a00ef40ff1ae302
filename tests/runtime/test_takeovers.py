"""One owner at a time: who slept through a takeover writes nothing, commands nothing, and leaves."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench
from tests.runtime.processes_of_ours import is_gone, kill, next_owner_pid, owner_pid, runners_of
from tests.runtime.waiting_script import started, submit_waiting

from hyperstep.launchers import can_host
from hyperstep.launchers.process_table import boot_id
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import Journal, Owner
from hyperstep.runtime.inbox import post
from hyperstep.runtime.liveness import live_owner, standstill
from hyperstep.runtime.runner.ownership import take_over, this_process
from hyperstep.runtime.submission import Label, ensure_runner

pytestmark = pytest.mark.skipif(not can_host(), reason="signals of POSIX")


def is_stopped_at_rest(runner: int, records: Path) -> bool:
    """Stop a runner; let it go on for now when it is just writing, as nobody else could write then."""
    os.kill(runner, signal.SIGSTOP)
    with closing(sqlite3.connect(records, timeout=0.0)) as database:
        try:
            database.execute("begin immediate")
        except sqlite3.OperationalError:
            os.kill(runner, signal.SIGCONT)
            return False
    return True


def test_a_stopped_runner_that_wakes_after_a_takeover_does_nothing_and_leaves(
    bench: Bench, label: Label, gate: Path
) -> None:
    run_id = submit_waiting(bench, label)
    process = started(bench, run_id)
    stopped = owner_pid(bench, run_id)
    os.kill(stopped, signal.SIGSTOP)
    owner = live_owner(bench.home, run_id)
    assert owner is not None
    bench.wait_until(lambda: standstill(owner, time.time()) == f"process {stopped} is stopped")
    assert not ensure_runner(bench.home, run_id)
    assert ensure_runner(bench.home, run_id, force=True)
    second = next_owner_pid(bench, run_id, stopped)
    journal = bench.home.store.journal(run_id)
    bench.wait_until(lambda: (now := journal.owner()) is not None and now.beat > 0)
    os.kill(second, signal.SIGSTOP)  # whatever is written from here on, the first one has written
    before = (journal.version(), journal.owner())
    request = post(bench.home.root_folder(run_id), "cancel", {"run_id": run_id, "reason": "only the owner may"})
    os.kill(stopped, signal.SIGCONT)
    bench.wait_until(lambda: is_gone(stopped))
    assert (journal.version(), journal.owner()) == before
    assert not is_gone(process)
    (bench.home.root_folder(run_id) / "inbox" / f"{request}.request.json").unlink()
    os.kill(second, signal.SIGCONT)
    gate.touch()
    assert bench.wait(run_id).status is RunStatus.COMPLETED
    assert [m.value for m in journal.metrics(run_id)] == [1, 2]
    assert [a.key.number for a in journal.attempts(run_id)] == [0]
    assert f"epoch {before[1].epoch}" in (bench.home.root_folder(run_id) / "runner.log").read_text()  # type: ignore[union-attr]


def test_many_who_resume_at_once_make_one_owner(bench: Bench, label: Label, gate: Path) -> None:
    run_id = submit_waiting(bench, label)
    started(bench, run_id)
    stopped = owner_pid(bench, run_id)
    os.kill(stopped, signal.SIGSTOP)
    command = [sys.executable, "-m", "hyperstep.runtime.runner", str(bench.home.path), run_id]
    takers = [subprocess.Popen(command) for _ in range(3)]
    assert [taker.wait() for taker in takers] == [0, 0, 0]  # there is an owner, though it is stopped
    owner = bench.home.store.journal(run_id).owner()
    assert owner is not None
    assert owner.epoch == 1
    kill(stopped)
    takers = [subprocess.Popen(command) for _ in range(3)]
    next_owner_pid(bench, run_id, stopped)
    bench.wait_until(lambda: len(runners_of(run_id)) == 1)
    owner = bench.home.store.journal(run_id).owner()
    assert owner is not None
    assert owner.epoch == 2
    gate.touch()
    assert bench.wait(run_id).status is RunStatus.COMPLETED
    assert all(taker.wait() == 0 for taker in takers)


class TestTakeOver:
    def test_of_threads_that_saw_the_same_owner_one_becomes_the_next(self, bench: Bench, label: Label) -> None:
        journal = orphan(bench, label, replace(this_process(), pid_started_at=-1.0))
        gate, found = threading.Barrier(4), []

        def take() -> None:
            gate.wait()
            found.append(take_over(journal))

        threads = [threading.Thread(target=take) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [owner.epoch for owner in found if owner is not None] == [2]

    def test_nobody_takes_from_a_living_owner_but_by_force(self, bench: Bench, label: Label) -> None:
        journal = orphan(bench, label, this_process())
        assert take_over(journal) is None
        taken = take_over(journal, force=True)
        assert taken is not None
        assert taken.epoch == 2

    def test_a_process_of_an_earlier_boot_is_gone_whatever_has_its_id_now(self, bench: Bench, label: Label) -> None:
        assert boot_id()
        journal = orphan(bench, label, replace(this_process(), boot="another boot"))
        assert live_owner(bench.home, journal.root_id) is None
        taken = take_over(journal)
        assert taken is not None
        assert taken.boot == boot_id()

    def test_an_owner_elsewhere_keeps_the_run_while_it_beats(self, bench: Bench, label: Label) -> None:
        journal = orphan(bench, label, Owner(pid=7, pid_started_at=1.0, host="elsewhere"))
        over = threading.Event()

        def beat() -> None:
            while not over.wait(0.02):
                journal.beat(1, 0.0)

        beating = threading.Thread(target=beat)
        beating.start()
        assert take_over(journal, lease_s=5.0) is None
        over.set()
        beating.join()
        taken = take_over(journal, lease_s=0.2)
        assert taken is not None
        assert taken.epoch == 2


def orphan(bench: Bench, label: Label, owner: Owner) -> Journal:
    """A run that nobody was started for, owned by somebody."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hyperstep.runtime.submission.start_runner", lambda *_: True)
        run_id = submit_waiting(bench, label)
    journal = bench.home.store.journal(run_id)
    journal.acquire(owner)
    return journal


def test_a_runner_of_before_a_reboot_is_followed_and_its_attempt_is_lost(
    bench: Bench, label: Label, gate: Path
) -> None:
    run_id = submit_waiting(bench, label)
    process = started(bench, run_id)
    runner = owner_pid(bench, run_id)
    folder = bench.home.root_folder(run_id)
    bench.wait_until(lambda: is_stopped_at_rest(runner, folder / "run.db"))
    attempt = bench.home.attempt(bench.read(run_id), 0)
    attempt.claim_file.write_text(attempt.claim_file.read_text().replace(boot_id(), "another boot"))
    with closing(sqlite3.connect(folder / "run.db")) as database:
        database.execute("update owners set boot = 'another boot'")
        database.commit()
    assert live_owner(bench.home, run_id) is None
    command = [sys.executable, "-m", "hyperstep.runtime.runner", str(bench.home.path), run_id, "--inline"]
    taker = subprocess.Popen(command)
    started(bench, run_id, 1)
    gate.touch()
    assert bench.wait(run_id).status is RunStatus.COMPLETED
    assert taker.wait() == 0
    ends = [a.end for a in bench.home.store.journal(run_id).attempts(run_id)]
    assert [(end.lost, end.exit_code) for end in ends if end is not None] == [(True, None), (False, 0)]
    kill(runner)
    bench.wait_until(lambda: is_gone(process))
