"""Ranking trials by what they logged: the one place that says which value of a trial counts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from types import MappingProxyType

from hyperstep.digest import Json
from hyperstep.records.goal import Goal
from hyperstep.records.metric import MetricRecord

COUNTED_VALUES = "counted_values"
"""Property of a trial of a deterministic sweep: how many of its values of the primary metric count; absent for all."""


def counted_values(properties: Mapping[str, str]) -> int | None:
    """How many values of the primary metric of a trial with these properties count; None for all."""
    counted = properties.get(COUNTED_VALUES)
    return None if counted is None else int(counted)


def usable_values(records: Sequence[MetricRecord], counted: int | None = None) -> list[float]:
    """The finite numbers among logged values, in order; NaN, the infinities, text and None are left out.

    Args:
        records: Of one metric.
        counted: Only so many values, usable or not, are looked at; all without it.
    """
    numbers = (value for value in logged_values(records, counted) if isinstance(value, bool | int | float))
    return [float(number) for number in numbers if math.isfinite(number)]


def logged_values(records: Sequence[MetricRecord], counted: int | None = None) -> Iterator[Json]:
    """All logged values, usable or not, in order; arguments as for ``usable_values``."""
    values = chain.from_iterable(r.value if isinstance(r.value, list) else [r.value] for r in records)
    return islice(values, counted)


def best_value(records: Sequence[MetricRecord], goal: Goal, counted: int | None = None) -> float | None:
    """A trial's best usable value; ``counted`` as for ``usable_values``."""
    return goal.best(usable_values(records, counted))


def best_trial(
    metrics: Mapping[str, Sequence[MetricRecord]], goal: Goal, counted: Mapping[str, int | None] = MappingProxyType({})
) -> tuple[str, float] | None:
    """Id and value of the best trial; of equals the one that was sampled first. None without any usable value.

    Args:
        metrics: The primary metric's records of each trial, by trial id (``<sweep id>_<index>``).
        goal: Which way is better.
        counted: How many values of a trial count; all of those that are absent.
    """
    best: tuple[str, float] | None = None
    for trial in sorted(metrics, key=_index):
        value = best_value(metrics[trial], goal, counted.get(trial))
        if value is not None and (best is None or goal.better(value, best[1])):
            best = (trial, value)
    return best


def _index(trial_id: str) -> int:
    tail = trial_id.rpartition("_")[2]
    return int(tail) if tail.isdigit() else 0
