"""What follows a run reads as much of it as somebody is shown, and leaves the cores to the trials."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from hyperstep.cli.display import Feed
from hyperstep.cli.reading import read_status
from hyperstep.cli.watching import Watcher
from hyperstep.errors import StoreError
from hyperstep.records import RunKind, RunRecord, RunStatus
from hyperstep.run_store import open_run_store
from hyperstep.run_store.base import RunStore
from hyperstep.runtime.runner.ownership import this_process

TRIALS = 300
_RULE = "The records can be read."


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """One that holds a sweep with many trials."""
    found = open_run_store(tmp_path)
    root = RunRecord("root", "root", RunKind.SWEEP, "s", "local", "e", RunStatus.RUNNING, 1.0)
    trials = [
        RunRecord(f"root_{n}", "root", RunKind.TRIAL, "t", "local", "e", RunStatus.RUNNING, 1.0, "root", number=n)
        for n in range(TRIALS)
    ]
    found.create([root, *trials], folder="f", spec={})
    return found


def test_a_view_for_somebody_has_the_trials(store: RunStore) -> None:
    watcher = Watcher(store, root_ids=("root",))
    assert watcher.look()
    (view,) = watcher.views
    assert len(view.sweeps[0].trials) == TRIALS


def test_where_only_the_status_matters_no_trial_is_read(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = Watcher(store, root_ids=("root",), read=read_status)

    def refuse(*_arguments: object, **_options: object) -> None:
        message = "the trials were read"
        raise AssertionError(message)

    monkeypatch.setattr(type(store.journal("root")), "runs", refuse)
    assert watcher.look()
    (view,) = watcher.views
    assert (view.id, view.status, view.steps) == ("root", RunStatus.RUNNING, ())


def test_an_end_is_seen_however_long_the_last_look_took(store: RunStore) -> None:
    watcher = Watcher(store, root_ids=("root",))
    feed = Feed(lambda: watcher)
    assert feed.look()
    watcher.rest(began=0.0, ended=time.monotonic())  # the next is due in hours
    assert not feed.look()
    journal = store.journal("root")
    with journal.transaction(journal.acquire(this_process()).epoch) as writer:
        writer.put_run(replace(journal.run("root"), status=RunStatus.COMPLETED))
    assert feed.look()
    assert feed.views[0].status is RunStatus.COMPLETED
    assert not feed.look()


def test_a_glance_that_fails_once_is_no_lasting_fault(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = Watcher(store, root_ids=("root",))
    feed = Feed(lambda: watcher)
    assert feed.look()
    watcher.rest(began=0.0, ended=time.monotonic())

    def refuse() -> bool:
        raise StoreError(_RULE)

    with monkeypatch.context() as patch:
        patch.setattr(watcher, "sees_an_end", refuse)
        assert not feed.look()
        assert feed.fault is not None
    assert not feed.look()
    assert feed.fault is None


def test_looking_takes_a_twentieth_of_the_time_at_most(store: RunStore) -> None:
    watcher = Watcher(store, root_ids=("root",))
    watcher.rest(began=100.0, ended=101.0)
    assert not watcher.is_due(120.9)
    assert watcher.is_due(121.0)
