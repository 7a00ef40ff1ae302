"""The dataset inputs and outputs of the run that this process executes, from its environment variables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.session import job_run_id

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.data.abstract_dataset import AbstractDataset


class InputDatasets(dict[str, Any]):
    """Dataset inputs of this process by name: a path, or the dataset itself where the mode is direct.

    Args:
        workspace: Where datasets are recorded.
    """

    def __init__(self, workspace: Workspace) -> None:
        listed = os.environ.get("AZUREML_DATASET_ENVIRONMENT_VARS", "")
        pairs = [entry.partition(":") for entry in listed.split(",") if entry]
        super().__init__({n: _input(workspace, os.environ[n], mode) for n, _, mode in pairs if n in os.environ})


class OutputDatasets(dict[str, Any]):
    """Dataset outputs of this process by name: a path, or a LinkOutput where the job names a dataset.

    Args:
        workspace: Where datasets are recorded.
    """

    def __init__(self, workspace: Workspace) -> None:
        paths = {name: os.environ[name] for name in _names("AZUREML_DATASET_FILE_OUTPUTS")}
        links = {name: LinkOutput(workspace, os.environ[name]) for name in _names("AZUREML_LINK_DATASET_OUTPUTS")}
        super().__init__({**paths, **links})


class LinkOutput:
    """An output that is a dataset which the job names.

    Args:
        workspace: Where datasets are recorded.
        key: Under which the link is recorded.
    """

    def __init__(self, workspace: Workspace, key: str) -> None:
        self._workspace = workspace
        self._key = key

    def link(self, dataset: AbstractDataset) -> None:
        """Make ``dataset`` this output; a later call replaces it.

        Raises:
            UserErrorException: It is no dataset.
            ServiceException: The runner refused, or did not answer.
        """
        from hyperstep.azureml_v1.data.linking import link_dataset  # noqa: PLC0415 - for links only

        link_dataset(self._workspace, self._key, dataset)


def input_datasets(workspace: Workspace, run_id: str) -> dict[str, Any]:
    """Each dataset input's path, or its dataset where the mode is direct; empty for another process's run."""
    return InputDatasets(workspace) if run_id == job_run_id() else {}


def output_datasets(workspace: Workspace, run_id: str) -> dict[str, Any]:
    """Each dataset output's path, or its LinkOutput; empty for another process's run."""
    return OutputDatasets(workspace) if run_id == job_run_id() else {}


def _names(variable: str) -> Iterator[str]:
    return (name for name in os.environ.get(variable, "").split(";") if name in os.environ)


def _input(workspace: Workspace, value: str, mode: str) -> Any:  # noqa: ANN401 - a path or a dataset
    if mode != "direct":
        return value
    from hyperstep.azureml_v1.data.dataset_records import input_dataset  # noqa: PLC0415 - for direct inputs only

    return input_dataset(workspace, value)
