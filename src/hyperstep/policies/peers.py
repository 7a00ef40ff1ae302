"""What a policy may ask of a sweep's trials.

Symbols: a trial has a curve of values v_1 … v_k, one for each report of the primary metric. *Interval* N is the N-th
report, counted per trial. A value that is no finite number is None: it takes its interval and is never compared.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import NamedTuple

from hyperstep.records.goal import Goal

_MAXIMIZE = Goal.MAXIMIZE


class Leader(NamedTuple):
    """The best of some values."""

    trial: int
    value: float
    interval: int
    """Where the trial reported it first."""


class Peers(ABC):
    """The trials that a trial is compared with, itself included: all of a sweep, or some of them cut at an interval.

    Questions about several trials are answered for the interval that is judged; those about one trial for any up to it.
    """

    goal: Goal

    @abstractmethod
    def best_of(self, trial: int, until: int | None = None) -> float | None:
        """A trial's best usable value at intervals 1 … ``until`` (all without it)."""

    @abstractmethod
    def mean_of(self, trial: int, until: int) -> float | None:
        """Mean of a trial's usable values at intervals 1 … ``until``; never better than the best of them."""

    @abstractmethod
    def best_until(self, interval: int) -> Leader | None:
        """The best value over all trials' intervals 1 … ``interval``, also of those that never reached ``interval``.

        Of equal values, the one at the earliest interval; of these, that of the trial with the lowest number.
        """

    @abstractmethod
    def trials_until(self, interval: int) -> Iterator[int]:
        """Trials with a usable value at intervals 1 … ``interval``."""

    @abstractmethod
    def count_until(self, interval: int) -> int:
        """How many ``trials_until`` yields."""

    @abstractmethod
    def nth_best_until(self, interval: int, n: int) -> float:
        """The ``n``-th best (from 1) among the bests, over intervals 1 … ``interval``, of all trials that have one.

        Raises:
            IndexError: There are fewer than ``n``.
        """

    @abstractmethod
    def count_better_until(self, interval: int, value: float) -> int:
        """How many trials have a better best, over intervals 1 … ``interval``, than ``value``."""

    @abstractmethod
    def trials_at(self, interval: int) -> Iterator[int]:
        """Trials that reached ``interval`` and have a usable value at or before it."""

    @abstractmethod
    def count_at(self, interval: int) -> int:
        """How many ``trials_at`` yields."""

    @abstractmethod
    def median_mean_at(self, interval: int) -> float | None:
        """Median of the means over intervals 1 … ``interval`` of ``trials_at(interval)``; None without one."""

    def _turn(self, number: float) -> float:
        """From value to gain (larger is better, whatever the goal) and back."""
        return number if self.goal is _MAXIMIZE else -number

    def _turned(self, number: float | None) -> float | None:
        return None if number is None else self._turn(number)
