"""The trials of a sweep in order of their primary metric."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from hyperstep.azureml_v1.core.run_source import RunSource
from hyperstep.azureml_v1.train.rehydration import sweep_definition
from hyperstep.records.goal import Goal
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.ranking import best_value, counted_values


class RankedTrial(Struct, frozen=True):
    """A trial with its best value."""

    run_id: str
    hyperparameters: str | None
    """JSON text."""
    best: float | None
    """Best usable value of the primary metric; None without one."""
    status: RunStatus


def trials_of(source: RunSource) -> list[RunRecord]:
    """The trials of a sweep, in the order in which they were sampled."""
    return sorted(source.journal.runs(parent_id=source.run_id, kind=RunKind.TRIAL), key=lambda run: run.number)


def rank_trials(source: RunSource, *, reverse: bool = False) -> list[RankedTrial]:
    """All trials of a sweep, best first (or worst first); those without a usable value last.

    Equals stay in the order in which they were sampled.
    """
    metric = sweep_definition(source)["metric"]
    goal = Goal(metric["goal"])
    logged = source.journal.metrics_of_children(source.run_id, name=metric["name"])
    trials = [
        RankedTrial(
            run_id=run.id,
            hyperparameters=run.properties.get("hyperparameters"),
            best=best_value(logged.get(run.id, []), goal, counted_values(run.properties)),
            status=run.status,
        )
        for run in trials_of(source)
    ]
    return order_trials(trials, goal, reverse=reverse)


def best_of(sources: Sequence[RunSource], excluded: Collection[str]) -> tuple[RunSource, RankedTrial] | None:
    """The best trial of several sweeps over one metric; of equals the one of the first sweep.

    Args:
        sources: The sweeps; the first one says which way the metric is to go.
        excluded: Statuses of trials that do not count.

    Returns:
        Its sweep and the trial; None when no trial that counts has a usable value.
    """
    goal = Goal(sweep_definition(sources[0])["metric"]["goal"])
    best: tuple[RunSource, RankedTrial] | None = None
    for source in sources:
        counted = (trial for trial in rank_trials(source) if trial.status.value not in excluded)
        first = next(counted, None)
        if first is None or first.best is None:
            continue
        if best is None or best[1].best is None or goal.better(first.best, best[1].best):
            best = (source, first)
    return best


def order_trials(trials: Sequence[RankedTrial], goal: Goal, *, reverse: bool = False) -> list[RankedTrial]:
    """Sort trials by their best value; pure."""
    descending = (goal is Goal.MAXIMIZE) is not reverse
    valued = [(trial.best, trial) for trial in trials if trial.best is not None]
    ordered = sorted(valued, key=lambda pair: pair[0], reverse=descending)
    return [trial for _, trial in ordered] + [trial for trial in trials if trial.best is None]
