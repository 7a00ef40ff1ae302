"""The statuses of a run, and which may follow which."""

from __future__ import annotations

from enum import Enum


class RunStatus(Enum):
    """Where a run is in its life. Values are the words that the v1 API shows."""

    NOT_STARTED = "NotStarted"
    QUEUED = "Queued"
    PREPARING = "Preparing"
    RUNNING = "Running"
    CANCEL_REQUESTED = "CancelRequested"
    FINALIZING = "Finalizing"
    COMPLETED = "Completed"
    FAILED = "Failed"
    CANCELED = "Canceled"

    @property
    def is_terminal(self) -> bool:
        """True for the three statuses that nothing follows."""
        return self in _TERMINAL

    def may_become(self, later: RunStatus) -> bool:
        """Whether a run in this status may be set to ``later`` (a status may always be repeated)."""
        return self is later or later in _FOLLOWERS[self]


_TERMINAL = frozenset({RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELED})
_ENDING = _TERMINAL | {RunStatus.CANCEL_REQUESTED, RunStatus.FINALIZING}

_FOLLOWERS: dict[RunStatus, frozenset[RunStatus]] = {
    RunStatus.NOT_STARTED: _ENDING | {RunStatus.QUEUED, RunStatus.PREPARING, RunStatus.RUNNING},
    RunStatus.QUEUED: _ENDING | {RunStatus.PREPARING, RunStatus.RUNNING},
    RunStatus.PREPARING: _ENDING | {RunStatus.RUNNING, RunStatus.QUEUED},
    RunStatus.RUNNING: _ENDING | {RunStatus.QUEUED},
    RunStatus.CANCEL_REQUESTED: _TERMINAL | {RunStatus.FINALIZING},
    RunStatus.FINALIZING: _TERMINAL,
    RunStatus.COMPLETED: frozenset(),
    RunStatus.FAILED: frozenset(),
    RunStatus.CANCELED: frozenset(),
}
"""A running run goes back to Queued only when its attempt was lost and is retried."""
