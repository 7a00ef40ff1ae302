"""The sweep as a state machine: events in, instructions out. No clock, no chance, no I/O."""

from __future__ import annotations

from collections.abc import Iterable

from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.events import SweepEvent
from hyperstep.sweep.instructions import Instruction


class SweepController:
    """Decides what a sweep does next.

    Args:
        config: The sweep.
    """

    def __init__(self, config: SweepConfig) -> None:
        self.config = config

    @classmethod
    def replay(cls, config: SweepConfig, events: Iterable[SweepEvent]) -> SweepController:
        """The controller as it stands after ``events``; what it instructed then has been done already."""
        raise NotImplementedError

    def handle(self, event: SweepEvent) -> list[Instruction]:
        """Take an event in; returns what is to be done now, in order."""
        raise NotImplementedError
