"""Dataset: making datasets, and finding registered ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.data.abstract_dataset import KIND, SAVED_KIND, AbstractDataset
from hyperstep.azureml_v1.data.dataset_factory import FileDatasetFactory
from hyperstep.azureml_v1.data.dataset_paths import DatasetPath
from hyperstep.azureml_v1.data.file_dataset import FileDataset
from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.digest import Json
    from hyperstep.run_store.base import NamedRecord


class Dataset(AbstractDataset):
    """Makes datasets (``Dataset.File.from_files``) and finds registered ones."""

    File = FileDatasetFactory

    @staticmethod
    def get_by_name(workspace: Workspace, name: str, version: int | str = "latest", **kwargs: object) -> FileDataset:
        """A registered dataset.

        Args:
            workspace: Where.
            name: Its name.
            version: A number, or ``latest``.
            **kwargs: Accepted and not used.

        Raises:
            UserErrorException: There is none, or the version is no number.
        """
        del kwargs
        record = registry.find_named(workspace.home, workspace.name, KIND, name, _version_number(version))
        if record is None:
            known = ", ".join(r.name for r in registry.newest_named(workspace.home, workspace.name, KIND))
            missing = f"Workspace {workspace.name!r} has no dataset {name!r} of version {version!r}."
            message = f"{missing} It has: {known or 'none'}."
            raise UserErrorException(message)
        return _from_record(workspace, record)

    @staticmethod
    def get_by_id(workspace: Workspace, id: str, **kwargs: object) -> FileDataset:  # noqa: A002 - the v1 signature
        """A dataset by its id, registered or not.

        Raises:
            UserErrorException: No dataset of that id was ever registered or used.
        """
        del kwargs
        for record in workspace.home.store.all_named(workspace.name, KIND):
            if record.body.get("id") == id:
                return _from_record(workspace, record)
        saved = registry.find_named(workspace.home, workspace.name, SAVED_KIND, id)
        if saved is None:
            message = f"Workspace {workspace.name!r} has no dataset of that id. Received: {id!r}."
            raise UserErrorException(message)
        return _from_definition(workspace, saved.body.get("definition"))

    @staticmethod
    def get_all(workspace: Workspace) -> dict[str, FileDataset]:
        """The newest version of each registered dataset, by name."""
        records = registry.newest_named(workspace.home, workspace.name, KIND)
        return {record.name: _from_record(workspace, record) for record in records}


def _from_record(workspace: Workspace, record: NamedRecord) -> FileDataset:
    return _from_definition(workspace, record.body.get("definition"))._registered(workspace, record)  # noqa: SLF001


def _from_definition(workspace: Workspace, definition: Json) -> FileDataset:
    paths = definition.get("paths") if isinstance(definition, Mapping) else None
    if not isinstance(paths, Sequence) or isinstance(paths, str):
        message = f"The recorded definition of a dataset must have paths. Received: {definition!r}."
        raise UserErrorException(message)
    pairs = [[str(part) for part in path] for path in paths if isinstance(path, Sequence)]
    return FileDataset([DatasetPath(*pair) for pair in pairs], workspace)


def _version_number(version: int | str) -> int | None:
    if version == "latest":
        return None
    try:
        return int(version)
    except (TypeError, ValueError) as error:
        message = f"A dataset's version is a number or 'latest'. Received: {version!r}."
        raise UserErrorException(message) from error
