"""The primary metric and which way is better."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from msgspec import Struct


class Goal(Enum):
    """Which way the primary metric is to go."""

    MAXIMIZE = "maximize"
    MINIMIZE = "minimize"

    def better(self, left: float, right: float) -> bool:
        """Whether ``left`` is strictly better than ``right``."""
        return left > right if self is _MAXIMIZE else left < right

    def best(self, values: Iterable[float]) -> float | None:
        """The best of ``values``; None when there are none."""
        return max(values, default=None) if self is _MAXIMIZE else min(values, default=None)


_MAXIMIZE = Goal.MAXIMIZE
"""Asked for with each value: an attribute of an Enum class costs more than a name."""


class PrimaryMetric(Struct, frozen=True):
    """What a sweep optimizes."""

    name: str
    """Exactly as the training script logs it."""
    goal: Goal
