"""How v1 words statuses."""

from __future__ import annotations

import pytest

from hyperstep.azureml_v1.pipeline.run_status import pipeline_status, step_status
from hyperstep.records.status import RunStatus


@pytest.mark.parametrize(
    ("status", "pipeline", "step"),
    [
        (RunStatus.NOT_STARTED, "NotStarted", "NotStarted"),
        (RunStatus.QUEUED, "Running", "Queued"),
        (RunStatus.PREPARING, "Running", "Queued"),
        (RunStatus.RUNNING, "Running", "Running"),
        (RunStatus.CANCEL_REQUESTED, "Running", "Running"),
        (RunStatus.FINALIZING, "Running", "Running"),
        (RunStatus.COMPLETED, "Finished", "Finished"),
        (RunStatus.FAILED, "Failed", "Failed"),
        (RunStatus.CANCELED, "Canceled", "Canceled"),
    ],
)
def test_each_status_has_its_word(status: RunStatus, pipeline: str, step: str) -> None:
    assert (pipeline_status(status), step_status(status)) == (pipeline, step)
