"""Naming a dataset as a job's output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.data.abstract_dataset import AbstractDataset
from hyperstep.azureml_v1.data.dataset_paths import stage
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.pipeline.dataset_definition import LINKED, definition_id

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.digest import Json


def link_dataset(workspace: Workspace, key: str, dataset: object) -> None:
    """Record that an output is ``dataset``; local files are copied into the default datastore.

    Raises:
        UserErrorException: It is no dataset.
        ServiceException: In a job: the runner refused, or did not answer.
    """
    if not isinstance(dataset, AbstractDataset):
        message = f"link() takes a file or tabular dataset. Received: an object of type {type(dataset).__name__}."
        raise UserErrorException(message)
    staged = dataset._with_paths(stage(dataset.paths, workspace), workspace)  # noqa: SLF001 - one area
    definition = staged._definition()  # noqa: SLF001
    body: dict[str, Json] = {"definition": definition, "id": definition_id(definition)}
    registry.put_named(workspace.home, workspace.name, LINKED, key, body)
