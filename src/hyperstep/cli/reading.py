"""Reading submitted runs from the store as views; nothing here writes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from msgspec.structs import replace

from hyperstep.cli.progress import RootRecords, SweepRecords, primary_metric, view_root, view_status
from hyperstep.cli.view import REMOVED, UNREADABLE, RootView, StepView, SweepView
from hyperstep.errors import HyperstepError, NotFoundError
from hyperstep.records.metric import MetricRecord
from hyperstep.records.names import BEST_TABLE, STOPPED_EARLY
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.run_store.base import Journal, RunStore

MANY_TRIALS = 200
"""A sweep with more is not read trial by trial where a summary will do."""
FEW_TRIALS = 20
"""The newest, which such a summary has."""


def read_root(store: RunStore, root_id: str, *, summary_for: str | None = None) -> RootView:
    """A root run as it stands now.

    Args:
        store: Where.
        root_id: The root run.
        summary_for: Of a sweep with many trials only the newest, the best and the one of this id are wanted, and how
            many there are of each kind. Without it all are.

    Raises:
        NotFoundError: No root run has that id.
        StoreError: Its journal cannot be read.
    """
    journal = store.journal(root_id)
    try:
        return read_journal(store, journal, summary_for=summary_for)
    finally:
        journal.close()


def read_journal(store: RunStore, journal: Journal, *, summary_for: str | None = None) -> RootView:
    """The same from an open journal; for a reused tuning step the sweep is that of its source."""
    view = view_root(read_records(journal) if summary_for is None else read_summary(journal, summary_for))
    if not any(map(_lacks_sweep, view.steps)):
        return view
    return replace(view, steps=tuple(_with_source_sweep(store, step) for step in view.steps))


def read_status(_store: RunStore, journal: Journal) -> RootView:
    """Only how a root run stands: one row, however many trials it has."""
    return view_status(journal.run(journal.root_id))


def read_records(journal: Journal) -> RootRecords:
    """The records that a view is made of."""
    root = journal.run(journal.root_id)
    runs = journal.runs()
    sweeps = {run.id: _sweep_records(journal, run) for run in runs if run.kind is RunKind.SWEEP}
    return RootRecords(root=root, runs=runs, sweeps=sweeps, decisions=journal.decisions(root.id))


def read_summary(journal: Journal, wanted: str) -> RootRecords:
    """The records of a summary; see ``read_root``."""
    root = journal.run(journal.root_id)
    runs = _above_trials(journal, root)
    sweeps: dict[str, SweepRecords] = {}
    for sweep in [run for run in runs if run.kind is RunKind.SWEEP]:
        groups = journal.count_children(sweep.id, RunKind.TRIAL, (STOPPED_EARLY,))
        if sum(groups.values()) <= MANY_TRIALS or any(group.is_reused for group in groups):
            runs += journal.runs(parent_id=sweep.id, kind=RunKind.TRIAL)
            sweeps[sweep.id] = _sweep_records(journal, sweep)
            continue
        best = _best_of(journal, sweep)
        trials = _few_trials(journal, sweep, {wanted, best})
        name, _ = primary_metric(sweep)
        metrics = {trial.id: journal.metrics(trial.id, name=name) for trial in trials}
        runs += trials
        sweeps[sweep.id] = SweepRecords(metrics, groups=groups, best=best)
    asked = None if root.kind is RunKind.PIPELINE else root.id  # a sweep's own ledger has a line for each trial
    return RootRecords(root, runs, sweeps, journal.decisions(root.id, subject=asked))


def _above_trials(journal: Journal, root: RunRecord) -> list[RunRecord]:
    """The root run, its steps, their sweeps."""
    if root.kind is not RunKind.PIPELINE:
        return [root]
    steps = journal.runs(parent_id=root.id)
    return [root, *steps, *(s for step in steps for s in journal.runs(parent_id=step.id, kind=RunKind.SWEEP))]


def _few_trials(journal: Journal, sweep: RunRecord, wanted: set[str | None]) -> list[RunRecord]:
    newest = journal.newest_children(sweep.id, RunKind.TRIAL, FEW_TRIALS)
    others = {run_id for run_id in wanted if run_id and run_id.startswith(f"{sweep.id}_")} - {run.id for run in newest}
    return [*(journal.run(run_id) for run_id in others), *newest]


def _best_of(journal: Journal, sweep: RunRecord) -> str | None:
    """The trial that the runner named at the end, or in the last row of its table of new bests."""
    if sweep.status.is_terminal:
        return sweep.properties.get("best_child_run_id")
    rows = journal.metrics(sweep.id, name=BEST_TABLE)
    row = rows[-1].value if rows else None
    return str(row["run_id"]) if isinstance(row, dict) else None


def _sweep_records(journal: Journal, sweep: RunRecord) -> SweepRecords:
    name, _ = primary_metric(sweep)
    metrics: dict[str, list[MetricRecord]] = journal.metrics_of_children(sweep.id, name=name) if name else {}
    return SweepRecords(metrics=metrics, decisions=journal.decisions(sweep.id))


def _with_source_sweep(store: RunStore, step: StepView) -> StepView:
    if not step.reused_from or not _lacks_sweep(step):
        return step
    sweep = source_sweep(store, step.reused_from)
    return replace(step, sweep=sweep or step.sweep, source_lost="" if sweep else why_lost(store, step.reused_from))


def _lacks_sweep(step: StepView) -> bool:
    return step.reused_from is not None and (step.sweep is None or not step.sweep.trials)


def source_sweep(store: RunStore, step_id: str) -> SweepView | None:
    """The sweep of an earlier step run; None when it has none, or is there no more."""
    try:
        with closing(store.journal(store.root_of(step_id))) as journal:
            steps: Sequence[StepView] = view_root(read_records(journal)).steps
    except HyperstepError:
        return None
    return next((step.sweep for step in steps if step.id == step_id), None)


def why_lost(store: RunStore, run_id: str) -> str:
    """Why what an earlier run held cannot be shown any more: ``REMOVED`` or ``UNREADABLE``; empty when it can."""
    try:
        store.journal(store.root_of(run_id)).run(run_id)
    except NotFoundError:
        return REMOVED
    except HyperstepError:
        return UNREADABLE
    return ""
