"""The dataset inputs and outputs of the run that this process executes, from its environment variables."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.session import job_run_id

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace


def input_datasets(workspace: Workspace, run_id: str) -> dict[str, Any]:
    """Each dataset input's path, or its dataset where the mode is direct; empty for another process's run."""
    if run_id != job_run_id():
        return {}
    listed = os.environ.get("AZUREML_DATASET_ENVIRONMENT_VARS", "")
    pairs = [entry.partition(":") for entry in listed.split(",") if entry]
    return {name: _input(workspace, os.environ[name], mode) for name, _, mode in pairs if name in os.environ}


def output_datasets(run_id: str) -> dict[str, Any]:
    """Each dataset output's path; empty for another process's run."""
    if run_id != job_run_id():
        return {}
    names = os.environ.get("AZUREML_DATASET_FILE_OUTPUTS", "").split(";")
    return {name: os.environ[name] for name in names if name in os.environ}


def _input(workspace: Workspace, value: str, mode: str) -> Any:  # noqa: ANN401 - a path or a dataset
    if mode != "direct":
        return value
    from hyperstep.azureml_v1.core.dataset import Dataset  # noqa: PLC0415 - for direct inputs only

    return Dataset.get_by_id(workspace, value)
