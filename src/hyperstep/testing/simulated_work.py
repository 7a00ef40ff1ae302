"""What simulated trials do: how long they take, what they report, how they end. Follows from the trial's number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_MULTIPLIER, _INCREMENT, _MODULUS = 6_364_136_223_846_793_005, 1_442_695_040_888_963_407, 1 << 64
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Work:
    """What one attempt of a trial does unless it is stopped."""

    values: tuple[float, ...]
    """Its reports of the primary metric, in order."""
    seconds_each: float
    """Between two reports, and from the last one to its end."""
    exit_code: int = 0


Works = Callable[[int, int], Work]
"""The work of a trial's attempt, by their numbers."""


def learning_curves(reports: int = 10, failing: float = 0.01) -> Works:
    """Trials that get better with each report towards a level of their own; some exit with 1 instead of 0.

    Args:
        reports: How many each makes.
        failing: The share of trials that fail, from 0 to 1.
    """

    def work(trial: int, attempt: int) -> Work:
        level, pace, luck = (_share(3 * (trial + (attempt << 40)) + part) for part in range(3))
        values = tuple(level * (1 - 0.5 ** (epoch + 1)) for epoch in range(reports))
        return Work(values, 1.0 + pace, exit_code=int(luck < failing))

    return work


def _share(number: int) -> float:
    """A number in [0, 1) that looks drawn at random, the same everywhere."""
    for _ in range(_ROUNDS):
        number = (number * _MULTIPLIER + _INCREMENT) % _MODULUS
        number ^= number >> 33
    return (number >> 11) * 2.0**-53
