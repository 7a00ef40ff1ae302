"""Reading submitted runs from the store as views; nothing here writes."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from hyperstep.cli.progress import RootRecords, SweepRecords, primary_metric, view_root
from hyperstep.cli.view import RootView, StepView, SweepView
from hyperstep.errors import HyperstepError
from hyperstep.records.metric import MetricRecord
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.run_store.base import Journal, RunStore


def read_root(store: RunStore, root_id: str) -> RootView:
    """A root run as it stands now.

    Raises:
        NotFoundError: No root run has that id.
        StoreError: Its journal cannot be read.
    """
    journal = store.journal(root_id)
    try:
        return read_journal(store, journal)
    finally:
        journal.close()


def read_journal(store: RunStore, journal: Journal) -> RootView:
    """The same from an open journal; for a reused tuning step the sweep is that of its source."""
    view = view_root(read_records(journal))
    if not any(map(_lacks_sweep, view.steps)):
        return view
    return replace(view, steps=tuple(_with_source_sweep(store, step) for step in view.steps))


def read_records(journal: Journal) -> RootRecords:
    """The records that a view is made of."""
    root = journal.run(journal.root_id)
    runs = journal.runs()
    sweeps = {run.id: _sweep_records(journal, run) for run in runs if run.kind is RunKind.SWEEP}
    return RootRecords(root=root, runs=runs, sweeps=sweeps, decisions=journal.decisions(root.id))


def _sweep_records(journal: Journal, sweep: RunRecord) -> SweepRecords:
    name, _ = primary_metric(sweep)
    metrics: dict[str, list[MetricRecord]] = journal.metrics_of_children(sweep.id, name=name) if name else {}
    return SweepRecords(metrics=metrics, decisions=journal.decisions(sweep.id))


def _with_source_sweep(store: RunStore, step: StepView) -> StepView:
    if not step.reused_from or not _lacks_sweep(step):
        return step
    return replace(step, sweep=source_sweep(store, step.reused_from) or step.sweep)


def _lacks_sweep(step: StepView) -> bool:
    return step.reused_from is not None and (step.sweep is None or not step.sweep.trials)


def source_sweep(store: RunStore, step_id: str) -> SweepView | None:
    """The sweep of an earlier step run; None when it has none, or is there no more."""
    try:
        journal = store.journal(store.root_of(step_id))
        steps: Sequence[StepView] = view_root(read_records(journal)).steps
    except HyperstepError:
        return None
    journal.close()
    return next((step.sweep for step in steps if step.id == step_id), None)
