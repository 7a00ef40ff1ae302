"""What a sweep knows of one of its trials."""

from __future__ import annotations

from dataclasses import dataclass

from hyperstep.records.status import RunStatus
from hyperstep.samplers.base import Point


@dataclass(slots=True)
class TrialState:
    """One trial, changed by the controller only.

    Statuses: Queued (waits for a slot, or its process starts), Running, and the three terminal ones.
    """

    index: int
    """Position in the list of trials, from 0."""
    point: Point
    attempt: int = 0
    """Number of the newest attempt that was launched."""
    occupies_slot: bool = True
    """An attempt was launched and has not ended; false while a lost trial waits to be launched again."""
    status: RunStatus = RunStatus.QUEUED
    lost_attempts: int = 0
    """Attempts ended from outside: the process is gone without a word, or a signal ended it that was not ours."""
    starved_attempts: int = 0
    """Those among them that the system ended for want of memory."""
    last_loss: str = ""
    """How the newest of them ended, for people."""
    stop_reason: str = ""
    """Why it was told to stop; set once, empty before."""
    stopped_by_policy: bool = False
    unusable_values: int = 0
    """Values of the primary metric that were no finite numbers."""
    metrics: tuple[str, ...] = ()
    """Names of all metrics that it logged, known when it has ended."""
    reason: str = ""
    """Why it ended as it did, for people."""
    error: str = ""
    """What failed."""

    @property
    def ended(self) -> bool:
        """True in the three terminal statuses."""
        return self.status.is_terminal
