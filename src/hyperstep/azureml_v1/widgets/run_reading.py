"""What a live panel shows of a run, read from the records in one go."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

from msgspec import Struct

from hyperstep.azureml_v1.core.run_source import RunSource
from hyperstep.azureml_v1.train.rehydration import sweep_definition
from hyperstep.azureml_v1.train.trial_ranking import rank_trials
from hyperstep.records.goal import Goal
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.ranking import counted_values, usable_values

_MOST_CURVES = 60
"""Of how many trials, the best ones first, the metric is drawn."""


class TrialView(Struct, frozen=True):
    """A trial."""

    run_id: str
    index: int
    status: RunStatus
    best: float | None
    """Best value of the primary metric so far; None without one."""
    reason: str
    """Why it was stopped, and whose results it has when it did not run; else empty."""
    point: Mapping[str, object]
    """Its hyperparameters by name."""
    curve: tuple[float, ...]
    """Its values of the primary metric in the order in which they were logged."""


class SweepView(Struct, frozen=True):
    """What a tuning run has found so far."""

    metric: str
    goal: Goal
    planned: int
    """How many trials there will be at most."""
    trials: tuple[TrialView, ...]
    """Best first; those without a value last."""

    @property
    def best(self) -> TrialView | None:
        """The best trial so far."""
        first = self.trials[0] if self.trials else None
        return first if first is not None and first.best is not None else None

    @property
    def finished(self) -> int:
        """How many trials have ended."""
        return sum(trial.status.is_terminal for trial in self.trials)


class RunView(Struct, frozen=True):
    """A run with those below it."""

    id: str
    kind: RunKind
    name: str
    status: RunStatus
    reason: str
    reused_from: str | None
    seconds: float | None
    """How long it has run; None before it began."""
    log: str
    """Path of its log; empty while there is none."""
    sweep: SweepView | None
    children: tuple[RunView, ...]
    above: str = ""
    """Name of the run above; empty at the top."""

    @property
    def title(self) -> str:
        """What a sweep is called: its step's name, if it has one."""
        return self.above or self.name

    @property
    def label(self) -> str:
        """What it is called among others: a step's sweep has no name of its own, so its id."""
        return self.id if self.above and self.kind is RunKind.SWEEP else self.name


def read_run(source: RunSource, above: str = "") -> RunView:
    """A run as it is now. Trials are in the sweep's view, not among the children.

    Args:
        source: The run.
        above: Name of the run above.
    """
    run = source.record()
    is_sweep = run.kind is RunKind.SWEEP
    below = [] if is_sweep else sorted(source.journal.runs(parent_id=run.id), key=lambda record: record.number)
    log = source.log_file() if run.kind is not RunKind.PIPELINE else None
    return RunView(
        id=run.id,
        kind=run.kind,
        name=run.name,
        status=run.status,
        reason=run.reason or (run.error.message if run.error else ""),
        reused_from=run.reused_from,
        seconds=_seconds(run),
        log=str(log or ""),
        sweep=_read_sweep(source) if is_sweep else None,
        children=tuple(read_run(RunSource(source.workspace, child.id), run.name) for child in below),
        above=above,
    )


def _read_sweep(source: RunSource) -> SweepView:
    config = sweep_definition(source)
    metric = config["metric"]
    ranked = rank_trials(source)
    records = {run.id: run for run in source.journal.runs(parent_id=source.run_id, kind=RunKind.TRIAL)}
    logged = source.journal.metrics_of_children(source.run_id, name=metric["name"])
    trials = tuple(
        TrialView(
            run_id=trial.run_id,
            index=records[trial.run_id].number,
            status=trial.status,
            best=trial.best,
            reason=_reason(records[trial.run_id]),
            point=json.loads(trial.hyperparameters or "{}"),
            curve=tuple(usable_values(logged.get(trial.run_id, []), counted_values(records[trial.run_id].properties)))
            if place < _MOST_CURVES
            else (),
        )
        for place, trial in enumerate(ranked)
        if trial.run_id in records
    )
    return SweepView(metric["name"], Goal(metric["goal"]), int(config["limits"]["max_total"]), trials)


def _reason(trial: RunRecord) -> str:
    reused = f"reused from {trial.reused_from}" if trial.reused_from else ""
    return "; ".join(text for text in (trial.reason, reused) if text)


def _seconds(run: RunRecord) -> float | None:
    if run.started_at is None:
        return None
    return max(0.0, (run.ended_at or time.time()) - run.started_at)
