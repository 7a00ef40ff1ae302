"""What a sweep knows of one of its trials."""

from __future__ import annotations

from msgspec import Struct

from hyperstep.records.status import RunStatus
from hyperstep.samplers.base import Point


class TrialState(Struct):
    """One trial, changed by the controller only.

    Statuses: Queued (waits for a slot, or its process starts), Running, and the three terminal ones; in a deterministic
    sweep also Finalizing (its process is gone, verdicts on it are still to be taken).
    """

    index: int
    """Position in the list of trials, from 0."""
    point: Point
    attempt: int = 0
    """Number of the newest attempt that was launched."""
    occupies_slot: bool = True
    """An attempt was launched and has not ended; false while a lost trial waits to be launched again."""
    status: RunStatus = RunStatus.QUEUED
    failed_attempts: int = 0
    """How many attempts failed by themselves."""
    lost_attempts: int = 0
    """Attempts ended from outside: the process is gone without a word, or a signal ended it that was not ours."""
    starved_attempts: int = 0
    """Those among them that the system ended for want of memory."""
    last_loss: str = ""
    """How something from outside ended the newest attempt, for people; empty when nothing did."""
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
    outcome: RunStatus | None = None
    """In a deterministic sweep: how its last process ended; it may turn out to have been stopped before."""
    judged_at: int = 0
    """In a deterministic sweep: the last interval at which a verdict on it was taken."""
    settled: bool = False
    """In a deterministic sweep: its curve is final."""
    counted_values: int | None = None
    """How many of its values count, the others being set aside: in a deterministic sweep, or where a finished trial
    stands for it that this sweep's policy stops earlier; None for all."""
    reused_from: str = ""
    """The finished trial that stands for it; empty for one that runs."""
    is_partial: bool = False
    """A policy had stopped that trial: it stands for this one only if this sweep's policy stops it within its curve."""
    runs_anew: bool = False
    """No finished trial may stand for it: one was tried, and this sweep's policy let it go on."""

    @property
    def is_gone(self) -> bool:
        """No process of it runs or will."""
        return self.outcome is not None or self.ended

    @property
    def ended(self) -> bool:
        """True in the three terminal statuses."""
        return self.status.is_terminal
