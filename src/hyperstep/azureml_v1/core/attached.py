"""The full run object behind a job's own run: what its script reads."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.script_run import ScriptRun
from hyperstep.azureml_v1.core.workspace import job_workspace

if TYPE_CHECKING:
    from hyperstep_trial.run import Run as JobRun


def attach(run: JobRun) -> ScriptRun:
    """The reading side of the run that this process executes. The store is opened read-only."""
    name = os.environ.get("AZUREML_ARM_PROJECT_NAME", "")
    experiment = Experiment(job_workspace(), name, _skip_name_validation=True, _create_in_cloud=False)
    return ScriptRun(experiment, run.id)
