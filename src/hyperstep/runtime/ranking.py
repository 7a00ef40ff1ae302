"""Ranking trials by what they logged: the one place that says which value of a trial counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from hyperstep.records.goal import Goal
from hyperstep.records.metric import MetricRecord


def usable_values(records: Sequence[MetricRecord]) -> list[float]:
    """The finite numbers among logged values, in order; NaN, the infinities, text and None are left out."""
    found: list[float] = []
    for record in records:
        values = record.value if isinstance(record.value, list) else [record.value]
        found += [float(v) for v in values if isinstance(v, bool | int | float) and math.isfinite(v)]
    return found


def best_value(records: Sequence[MetricRecord], goal: Goal) -> float | None:
    """A trial's best usable value."""
    return goal.best(usable_values(records))


def best_trial(metrics: Mapping[str, Sequence[MetricRecord]], goal: Goal) -> tuple[str, float] | None:
    """Id and value of the best trial; of equals the one that was sampled first. None without any usable value.

    Args:
        metrics: The primary metric's records of each trial, by trial id (``<sweep id>_<index>``).
        goal: Which way is better.
    """
    best: tuple[str, float] | None = None
    for trial in sorted(metrics, key=_index):
        value = best_value(metrics[trial], goal)
        if value is not None and (best is None or goal.better(value, best[1])):
            best = (trial, value)
    return best


def _index(trial_id: str) -> int:
    tail = trial_id.rpartition("_")[2]
    return int(tail) if tail.isdigit() else 0
