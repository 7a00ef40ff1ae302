"""Datasets from what is recorded of them: registered under a name, or saved under an id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.core.reading import count_places, note_absent, note_dataset, note_listing
from hyperstep.azureml_v1.data.dataset_paths import DatasetPath
from hyperstep.azureml_v1.data.file_dataset import FileDataset
from hyperstep.azureml_v1.data.tabular_dataset import TabularDataset
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.pipeline.dataset_definition import REGISTERED, SAVED

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.digest import Json
    from hyperstep.run_store.base import NamedRecord


def dataset_by_name(workspace: Workspace, name: str, version: int | str = "latest") -> FileDataset | TabularDataset:
    """A registered dataset.

    Raises:
        UserErrorException: There is none, or the version is no number.
    """
    number = _version_number(version)
    record = registry.find_named(workspace.home, workspace.name, REGISTERED, name, number)
    if record is None:
        note_absent(workspace.name, REGISTERED, name, number)
        known = ", ".join(r.name for r in registry.newest_named(workspace.home, workspace.name, REGISTERED))
        missing = f"Workspace {workspace.name!r} has no dataset {name!r} of version {version!r}."
        message = f"{missing} It has: {known or 'none'}."
        raise UserErrorException(message)
    note_dataset(workspace.home, record, number)
    return _from_record(workspace, record)


def dataset_by_id(workspace: Workspace, identifier: str) -> FileDataset | TabularDataset:
    """A dataset by its id, registered or not.

    Raises:
        UserErrorException: No dataset of that id was ever registered or used.
    """
    record = _record_of_id(workspace, identifier)
    note_dataset(workspace.home, record, record.version)
    return _from_record(workspace, record)


def input_dataset(workspace: Workspace, identifier: str) -> FileDataset | TabularDataset:
    """A dataset that is an input of this job, by its id: it counts as an input, not as one that is read by name.

    Raises:
        UserErrorException: No dataset of that id was ever registered or used.
    """
    return _from_record(workspace, _record_of_id(workspace, identifier))


def all_datasets(workspace: Workspace) -> dict[str, FileDataset | TabularDataset]:
    """The newest version of each registered dataset, by name."""
    records = registry.newest_named(workspace.home, workspace.name, REGISTERED)
    note_listing(workspace.home, workspace.name, REGISTERED)
    for record in records:
        note_dataset(workspace.home, record, None)
    return {record.name: _from_record(workspace, record) for record in records}


def dataset_from_definition(workspace: Workspace, definition: Json) -> FileDataset | TabularDataset:
    """The dataset that a definition describes.

    Raises:
        UserErrorException: It describes none.
    """
    paths = definition.get("paths") if isinstance(definition, Mapping) else None
    if not isinstance(definition, Mapping) or not isinstance(paths, Sequence) or isinstance(paths, str):
        message = f"The recorded definition of a dataset must have paths. Received: {definition!r}."
        raise UserErrorException(message)
    pairs = [DatasetPath(*(str(part) for part in path)) for path in paths if isinstance(path, Sequence)]
    if definition.get("kind") == "TabularDataset":
        return TabularDataset._from_definition(pairs, workspace, definition)  # noqa: SLF001 - one area
    return FileDataset(pairs, workspace, str(definition.get("partition_format", "")))


def _record_of_id(workspace: Workspace, identifier: str) -> NamedRecord:
    for record in workspace.home.store.all_named(workspace.name, REGISTERED):
        if record.body.get("id") == identifier:
            return record
    saved = registry.find_named(workspace.home, workspace.name, SAVED, identifier)
    if saved is None:
        note_absent(workspace.name, SAVED, identifier)
        message = f"Workspace {workspace.name!r} has no dataset of that id. Received: {identifier!r}."
        raise UserErrorException(message)
    return saved


def _from_record(workspace: Workspace, record: NamedRecord) -> FileDataset | TabularDataset:
    dataset = dataset_from_definition(workspace, record.body.get("definition"))
    count_places(workspace.name, dataset.paths)
    if record.kind == SAVED:
        return dataset
    return dataset._registered(workspace, record)  # noqa: SLF001 - one area


def _version_number(version: int | str) -> int | None:
    if version == "latest":
        return None
    try:
        return int(version)
    except (TypeError, ValueError) as error:
        message = f"A dataset's version is a number or 'latest'. Received: {version!r}."
        raise UserErrorException(message) from error
