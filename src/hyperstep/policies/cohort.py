"""The curves of a sweep's trials, with the questions that policies ask of them.

Symbols: a trial has a curve of values v_1 … v_k, one for each report of the primary metric. *Interval* N is the N-th
report, counted per trial. A value that is no finite number is None: it takes its interval and is never compared.
"""

from __future__ import annotations

from collections.abc import Mapping

from hyperstep.records.goal import Goal


class Cohort:
    """All trials of one sweep, running and ended.

    Args:
        goal: Which way is better.
    """

    def __init__(self, goal: Goal) -> None:
        self.goal = goal

    def report(self, trial: int, value: float | None) -> int:
        """Append a value to a trial's curve; returns the interval (from 1) that it takes."""
        raise NotImplementedError

    def forget(self, trial: int) -> None:
        """Empty a trial's curve: its attempt was lost and starts anew."""
        raise NotImplementedError

    def curve(self, trial: int) -> tuple[float | None, ...]:
        """All values a trial has reported."""
        raise NotImplementedError

    def best_of(self, trial: int, until: int | None = None) -> float | None:
        """A trial's best usable value at intervals 1 … ``until`` (all without it)."""
        raise NotImplementedError

    def mean_of(self, trial: int, until: int) -> float | None:
        """Mean of a trial's usable values at intervals 1 … ``until``."""
        raise NotImplementedError

    def best_until(self, interval: int) -> tuple[int, float] | None:
        """The best trial and its value, over all trials' intervals 1 … ``interval``."""
        raise NotImplementedError

    def means_at(self, interval: int) -> Mapping[int, float]:
        """Mean over intervals 1 … ``interval`` of each trial that has reached ``interval``."""
        raise NotImplementedError

    def bests_until(self, interval: int) -> Mapping[int, float]:
        """Best over intervals 1 … ``interval`` of each trial that has a usable value there."""
        raise NotImplementedError
