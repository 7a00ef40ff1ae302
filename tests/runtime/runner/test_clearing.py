"""What ended attempts need no more is removed, by a later owner if need be; what a process wrote stays."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from hyperstep.artifact_store.snapshot import (
    Snapshot,
    SnapshotLimits,
    remove_snapshot,
    take_snapshot,
    write_snapshot,
)
from hyperstep.records import RunKind, RunRecord, RunStatus
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.clearing import Clearing
from hyperstep.runtime.runner.context import Envelope, RunnerContext
from hyperstep.runtime.runner.ownership import this_process

STATUSES = (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.RUNNING, RunStatus.FINALIZING)
"""Of the runs of one root, one each."""


@pytest.fixture
def snapshot(home: Home, tmp_path: Path) -> Snapshot:
    (tmp_path / "source" / "inner").mkdir(parents=True)
    for name in ("train.py", "inner/model.py"):
        (tmp_path / "source" / name).write_text(name)
    return take_snapshot(tmp_path / "source", home.artifacts, SnapshotLimits(None, None))


@pytest.fixture
def runs(home: Home, snapshot: Snapshot) -> Sequence[RunRecord]:
    """Runs with two attempts each, as their processes left them."""
    properties = {"ContentSnapshotId": snapshot.digest}
    root = RunRecord("root", "root", RunKind.SWEEP, "s", "local", "e", RunStatus.RUNNING, 1.0, properties=properties)
    runs = [
        RunRecord(
            f"r{n}",
            "root",
            RunKind.TRIAL,
            "t",
            "local",
            "e",
            status,
            1.0,
            "root",
            folder=f"t{n}",
            properties=properties,
        )
        for n, status in enumerate(STATUSES)
    ]
    home.store.create([root, *runs], folder="f", spec={})
    for run in runs:
        for number in (0, 1):
            work = home.attempt(run, number).work_folder
            work.parent.mkdir(parents=True)
            write_snapshot(snapshot, home.artifacts, work)
            (work / "inner" / "made.txt").touch()
        (home.run_folder(run) / "checkpoint").mkdir()
        (home.run_folder(run) / "checkpoint" / "state").touch()
    return runs


def left_in(home: Home, run: RunRecord, number: int) -> set[str]:
    work = home.attempt(run, number).work_folder
    return {path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file()}


def context_of(home: Home) -> RunnerContext:
    journal = home.store.journal("root")
    return RunnerContext(home, journal, journal.acquire(this_process()).epoch, Envelope("python", 1, 1.0))


WHOLE = {"train.py", "inner/model.py", "inner/made.txt"}


def test_what_is_begun_is_done_once_the_slots_are_taken_again(
    home: Home, snapshot: Snapshot, runs: Sequence[RunRecord]
) -> None:
    clearing = Clearing(context_of(home))
    clearing.begin(snapshot.digest, home.attempt(runs[0], 1), completed=True)
    assert clearing._waiting.unfinished_tasks == 0
    assert left_in(home, runs[0], 1) == WHOLE
    clearing.go_on()
    clearing.settle()
    assert left_in(home, runs[0], 1) == {"inner/made.txt"}


def test_an_ended_attempt_is_cleared_by_the_time_that_the_root_run_is_seen_to_have_ended(
    home: Home, snapshot: Snapshot, runs: Sequence[RunRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_end = threading.Event()

    def remove_late(*arguments: Any) -> None:
        assert at_the_end.wait(60)
        remove_snapshot(*arguments)

    monkeypatch.setattr("hyperstep.runtime.runner.clearing.remove_snapshot", remove_late)
    context = context_of(home)
    clearing = Clearing(context)

    def settle() -> None:
        at_the_end.set()
        clearing.settle()

    context.before_the_end = settle
    clearing.begin(snapshot.digest, home.attempt(runs[0], 1), completed=True)
    with context.transaction() as unit:
        unit.change_run("root", status=RunStatus.COMPLETED)
    assert left_in(home, runs[0], 1) == {"inner/made.txt"}
    assert left_in(home, runs[0], 0) == WHOLE
    assert not (home.run_folder(runs[0]) / "checkpoint").exists()


def test_a_run_that_did_not_complete_keeps_its_checkpoint(
    home: Home, snapshot: Snapshot, runs: Sequence[RunRecord]
) -> None:
    clearing = Clearing(context_of(home))
    clearing.begin(snapshot.digest, home.attempt(runs[1], 1), completed=False)
    clearing.settle()
    assert left_in(home, runs[1], 1) == {"inner/made.txt"}
    assert (home.run_folder(runs[1]) / "checkpoint" / "state").exists()


def test_what_a_dead_owner_left_of_ended_runs_is_cleared_and_no_live_run_is_touched(
    home: Home, runs: Sequence[RunRecord]
) -> None:
    clearing = Clearing(context_of(home))
    clearing.take_up()
    clearing.settle()
    made = {"inner/made.txt"}
    assert [left_in(home, run, 1) for run in runs] == [made, made, WHOLE, made]
    assert [left_in(home, run, 0) for run in runs] == [WHOLE] * 4
    assert [(home.run_folder(run) / "checkpoint").exists() for run in runs] == [False, True, True, True]


def test_what_is_not_done_when_it_is_left_stays_for_the_next_owner(
    home: Home, snapshot: Snapshot, runs: Sequence[RunRecord]
) -> None:
    left, next_one = Clearing(context_of(home)), Clearing(context_of(home))
    left.leave()
    left.begin(snapshot.digest, home.attempt(runs[0], 1), completed=True)
    left.settle()
    assert left_in(home, runs[0], 1) == WHOLE
    next_one.take_up()
    next_one.settle()
    assert left_in(home, runs[0], 1) == {"inner/made.txt"}


def test_what_cannot_be_cleared_is_noted_and_the_rest_is_cleared(
    home: Home, snapshot: Snapshot, runs: Sequence[RunRecord], capsys: pytest.CaptureFixture[str]
) -> None:
    clearing = Clearing(context_of(home))
    clearing.begin("0" * 64, home.attempt(runs[0], 1), completed=True)
    clearing.begin(snapshot.digest, home.attempt(runs[1], 1), completed=True)
    clearing.settle()
    assert left_in(home, runs[0], 1) == WHOLE
    assert left_in(home, runs[1], 1) == {"inner/made.txt"}
    assert f"{home.attempt(runs[0], 1).work_folder} could not be cleared" in "".join(capsys.readouterr())
