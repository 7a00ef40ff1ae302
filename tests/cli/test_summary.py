"""A sweep of hundreds of trials is shown by a summary that says what a look at each trial would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hyperstep.cli import reading
from hyperstep.cli.reading import FEW_TRIALS, MANY_TRIALS, read_root
from hyperstep.cli.render_tables import trials_table
from hyperstep.cli.view import SweepView
from hyperstep.cli.wording import counts
from hyperstep.errors import StoreError
from hyperstep.records.metric import MetricKind, MetricRecord
from hyperstep.records.names import BEST_TABLE
from hyperstep.records.run import RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import Journal, RunStore
from hyperstep.run_store.sqlite.journal import SqliteJournal
from hyperstep.run_store.sqlite.store import SqliteRunStore
from hyperstep.testing.run_store import root_run, trial_run

SWEEP, BEST = "HD_root", 17
PROPERTIES = {"primary_metric_config": '{"name": "acc", "goal": "maximize"}', "max_total_runs": "1000"}
STATUSES = (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELED, RunStatus.CANCELED, RunStatus.RUNNING)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    store = SqliteRunStore(tmp_path)
    yield store
    store.close()


@pytest.mark.parametrize("ended", [True, False])
def test_a_summary_counts_and_names_the_best_as_a_whole_look_does(store: RunStore, ended: bool) -> None:
    _fill(store, MANY_TRIALS + 50, ended=ended)
    whole, summary = _sweep(store), _sweep(store, SWEEP)
    assert summary.best == whole.best
    assert (whole.best.number if whole.best else None) == BEST
    assert (summary.count, summary.total, counts(summary)) == (whole.count, whole.total, counts(whole))
    newest = whole.trials[-FEW_TRIALS:]
    assert summary.trials == (whole.trials[BEST], *newest)
    assert trials_table(summary)[-1].startswith(f"{FEW_TRIALS + 1} of {MANY_TRIALS + 50} trials")
    assert len(trials_table(whole)) == whole.count + 1


def test_the_trial_that_was_asked_for_is_in_it(store: RunStore) -> None:
    _fill(store, MANY_TRIALS + 50, ended=True)
    assert [trial.number for trial in _sweep(store, f"{SWEEP}_3").trials][:2] == [3, BEST]


@pytest.mark.parametrize("reused", [None, "HD_1_0"])
def test_fewer_trials_and_reused_ones_are_all_looked_at(store: RunStore, reused: str | None) -> None:
    _fill(store, MANY_TRIALS + 50 if reused else MANY_TRIALS, ended=True, reused=reused)
    assert _sweep(store, SWEEP) == _sweep(store)


def _sweep(store: RunStore, summary_for: str | None = None) -> SweepView:
    (sweep,) = read_root(store, SWEEP, summary_for=summary_for).sweeps
    return sweep


def test_the_records_of_a_source_that_cannot_be_read_are_let_go_of(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(store, 1, ended=True)
    closed: list[Journal] = []
    close = SqliteJournal.close

    def note(journal: SqliteJournal) -> None:
        closed.append(journal)
        close(journal)

    monkeypatch.setattr(SqliteJournal, "close", note)

    def refuse(_journal: Journal) -> None:
        msg = "Records must be readable."
        raise StoreError(msg)

    monkeypatch.setattr(reading, "read_records", refuse)
    assert reading.source_sweep(store, SWEEP) is None
    assert len(closed) == 1


def _fill(store: RunStore, trials: int, *, ended: bool, reused: str | None = None) -> None:
    sweep = root_run(SWEEP, status=RunStatus.RUNNING, properties=PROPERTIES)
    journal: Journal = store.create([sweep], folder="f", spec=None)
    with journal.transaction(0) as writer:
        for number in range(trials):
            writer.put_run(_trial(number, reused))
            value = 9.0 if number in {BEST, BEST + 1} else number / trials
            writer.add_scalars(f"{SWEEP}_{number}", 0, [(0, "acc", 0.0, None, 0.0), (1, "acc", value, None, 0.0)])
        row = {"run_id": f"{SWEEP}_{BEST}"}
        writer.add_metrics([MetricRecord(SWEEP, 0, 0, BEST_TABLE, MetricKind.ROW, row)])
        if ended:
            writer.put_run(_ended(sweep))


def _trial(number: int, reused: str | None) -> RunRecord:
    status = STATUSES[number % len(STATUSES)] if number not in {BEST, BEST + 1} else RunStatus.COMPLETED
    stopped = {"stopped_early": "true"} if number % len(STATUSES) == 3 else {}
    return trial_run(number, SWEEP, status=status, properties=stopped, reused_from=reused if number == 1 else None)


def _ended(sweep: RunRecord) -> RunRecord:
    best = {"best_child_run_id": f"{SWEEP}_{BEST}", "score": "9.0"}
    return replace(sweep, status=RunStatus.COMPLETED, properties={**PROPERTIES, **best})
