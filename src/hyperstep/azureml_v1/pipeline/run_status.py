"""The statuses of pipeline and step runs as v1's ``get_status`` words them."""

from __future__ import annotations

from hyperstep.records.status import RunStatus

FINISHED = "Finished"
"""What ``get_status`` says where ``status`` and ``get_details`` say ``Completed``."""

_WAITING = (RunStatus.NOT_STARTED,)
_QUEUED = (RunStatus.QUEUED, RunStatus.PREPARING)


def pipeline_status(status: RunStatus) -> str:
    """NotStarted, Running, Failed, Finished or Canceled."""
    if status is RunStatus.COMPLETED:
        return FINISHED
    shown = status if status.is_terminal or status in _WAITING else RunStatus.RUNNING
    return str(shown.value)


def step_status(status: RunStatus) -> str:
    """As for a pipeline run, and Queued."""
    return str(RunStatus.QUEUED.value) if status in _QUEUED else pipeline_status(status)
