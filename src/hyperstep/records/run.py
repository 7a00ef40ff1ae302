"""The record of one run: a pipeline, a step, a sweep, a trial or a single script."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct, field

from hyperstep.records.status import RunStatus

NAMING = frozenset({"display_name", "description"})
"""How people name a run; kept among its properties."""


class RunKind(Enum):
    """What a run is. A pipeline run holds step runs; a tuning step's run holds one sweep; a sweep holds trials."""

    PIPELINE = "pipeline"
    STEP = "step"
    SWEEP = "sweep"
    TRIAL = "trial"
    SCRIPT = "script"
    INTERACTIVE = "interactive"
    """Started by a driver with ``start_logging`` or ``child_run``; ended by it too."""


class RunError(Struct, frozen=True):
    """Why a run failed."""

    code: str
    """``UserError`` when the user's code or input failed, ``SystemError`` otherwise."""
    message: str
    """For a person: what happened and what to do."""
    details: str = ""
    """The end of the log, or a traceback."""


class RunRecord(Struct, frozen=True):
    """One run as the store knows it. Times are seconds since the epoch, UTC."""

    id: str
    root_id: str
    """The run at the top of the tree; its own id for a root run."""
    kind: RunKind
    name: str
    workspace: str
    experiment: str
    status: RunStatus
    created_at: float
    parent_id: str | None = None
    number: int = 0
    """Position among its siblings, from 0: trial index, step order."""
    started_at: float | None = None
    ended_at: float | None = None
    folder: str = ""
    """Below the root run's folder, with forward slashes; empty for the root itself."""
    script: str = ""
    arguments: tuple[str, ...] = ()
    target: str = "local"
    properties: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    error: RunError | None = None
    reason: str = ""
    """Why the run ended as it did, when there is more to say than the status (stopped early, time limit …)."""
    reused_from: str | None = None
    """Id of the run whose results this one took over."""

    @property
    def is_root(self) -> bool:
        """True for a run that was submitted by itself."""
        return self.id == self.root_id


class ForcedRun(Struct, frozen=True):
    """A step run, or a sweep, that was computed whatever there was: what is older stands for nothing equal after it.

    That holds whatever becomes of it, and also once its root run has been removed.
    """

    workspace: str
    digest: str
    """Of what one process of it depends on: see ``fingerprint_process``."""
    run_id: str
    root_id: str
    began_at: float
    """A moment before any process of it began."""
