"""Steps that run one after another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hyperstep.errors import InvalidInputError


class StepSequence:
    """A series: every step of an item waits for every step of the item before.

    Args:
        steps: A list of steps, lists of steps (which run side by side) and further sequences.

    Raises:
        InvalidInputError: ``steps`` is neither None nor a list.
    """

    def __init__(self, steps: list[Any] | None = None) -> None:
        self._steps = _checked(steps)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._steps)


def _checked(steps: object) -> list[Any]:
    if steps is None:
        return []
    if isinstance(steps, list):
        return steps
    rule = "A StepSequence takes a list of steps."
    raise InvalidInputError(rule, received=steps, remedy="Put the steps in a list.")
