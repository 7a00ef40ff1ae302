"""What every dataset has: an id by definition, and names and versions in a workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.core.session import in_job
from hyperstep.azureml_v1.data.dataset_paths import DatasetPath, matched_files, note_paths
from hyperstep.azureml_v1.data.partition_format import compile_partition_format
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.pipeline.dataset_definition import REGISTERED, SAVED, definition_id, registration_body

if TYPE_CHECKING:
    from pathlib import Path

    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
    from hyperstep.digest import Json
    from hyperstep.run_store.base import NamedRecord


class AbstractDataset:
    """What a dataset means (its definition), and its registration when it has one.

    Made by ``Dataset.File`` and ``Dataset.Tabular``.

    Args:
        paths: Its files, folders and patterns.
        workspace: Whose datastores; None when all paths are local.
        partition_format: Columns that its files' paths hold.
    """

    _kind = ""
    """The word in the definition that tells the class."""

    def __init__(
        self, paths: Sequence[DatasetPath] = (), workspace: Workspace | None = None, partition_format: str = ""
    ) -> None:
        self._paths = tuple(paths)
        self._workspace = workspace
        self._partition_format = partition_format
        self._registration: NamedRecord | None = None

    def __repr__(self) -> str:
        places = ", ".join(f"{path.datastore}/{path.path}" if path.datastore else path.path for path in self._paths)
        registered = f" {self.name}:{self.version}" if self.name else ""
        return f"<{type(self).__name__}{registered} of {places}>"

    @staticmethod
    def get_by_name(workspace: Workspace, name: str, version: int | str = "latest", **kwargs: object) -> Any:  # noqa: ANN401 - a file or a tabular dataset, which know this class
        """A registered dataset.

        Args:
            workspace: Where.
            name: Its name.
            version: A number, or ``latest``.
            **kwargs: Accepted and not used.

        Raises:
            UserErrorException: There is none, or the version is no number.
        """
        from hyperstep.azureml_v1.data.dataset_records import dataset_by_name  # noqa: PLC0415 - it knows us

        del kwargs
        return dataset_by_name(workspace, name, version)

    @staticmethod
    def get_by_id(workspace: Workspace, id: str, **kwargs: object) -> Any:  # noqa: A002, ANN401 - the v1 signature; see get_by_name
        """A dataset by its id, registered or not.

        Raises:
            UserErrorException: No dataset of that id was ever registered or used.
        """
        from hyperstep.azureml_v1.data.dataset_records import dataset_by_id  # noqa: PLC0415 - it knows us

        del kwargs
        return dataset_by_id(workspace, id)

    @staticmethod
    def get_all(workspace: Workspace) -> dict[str, Any]:
        """The newest version of each registered dataset, by name."""
        from hyperstep.azureml_v1.data.dataset_records import all_datasets  # noqa: PLC0415 - it knows us

        return dict(all_datasets(workspace))

    @property
    def paths(self) -> tuple[DatasetPath, ...]:
        """Its files, folders and patterns (no part of the v1 API)."""
        return self._paths

    @property
    def partition_keys(self) -> list[str]:
        """The columns of its partition format; empty without one."""
        return list(compile_partition_format(self._partition_format).names) if self._partition_format else []

    @property
    def data_changed_time(self) -> datetime | None:
        """When the newest of its files was last written, in UTC; None when there is no file."""
        times = [file.stat().st_mtime for _, file in self._files()]
        return datetime.fromtimestamp(max(times), UTC) if times else None

    def get_partition_key_values(self, partition_keys: list[str] | None = None) -> list[dict[str, Any]]:
        """Each combination of its partition columns' values that some file has, in order of the files.

        Args:
            partition_keys: Only these columns; all without it.

        Raises:
            UserErrorException: It has no partition format, or no such column.
        """
        keys = self.partition_keys if partition_keys is None else partition_keys
        unknown = [key for key in keys if key not in self.partition_keys]
        if not self._partition_format or unknown:
            known = ", ".join(self.partition_keys) or "none"
            message = f"Partition keys are columns of the partition_format. Received: {unknown}. There are: {known}."
            raise UserErrorException(message)
        pattern = compile_partition_format(self._partition_format)
        found: list[dict[str, Any]] = []
        for place, _ in self._files():
            values = pattern.values(f"/{place}")
            chosen = {key: values[key] for key in keys}
            if chosen not in found:
                found.append(chosen)
        return found

    @property
    def id(self) -> str:
        """Of this definition: equal definitions have equal ids. Recorded, so that a job can find it."""
        identifier = definition_id(self._definition())
        if self._workspace is not None:
            _save(self._workspace, identifier, self._definition())
        return identifier

    @property
    def name(self) -> str | None:
        """Registered name; None when it is not registered."""
        return self._registration.name if self._registration else None

    @property
    def version(self) -> int | None:
        """Registered version; None when it is not registered."""
        return self._registration.version if self._registration else None

    @property
    def description(self) -> str | None:
        """As registered."""
        text = self._registration.body.get("description") if self._registration else None
        return None if text is None else str(text)

    @property
    def tags(self) -> dict[str, str]:
        """As registered."""
        tags = self._registration.body.get("tags") if self._registration else None
        return {str(key): str(value) for key, value in tags.items()} if isinstance(tags, Mapping) else {}

    def as_named_input(self, name: str) -> DatasetConsumptionConfig:
        """This dataset as an input of that name.

        Raises:
            UserErrorException: The name cannot be a variable's.
        """
        from hyperstep.azureml_v1.data.dataset_consumption_config import (  # noqa: PLC0415 - it knows us
            DatasetConsumptionConfig,
        )

        return DatasetConsumptionConfig(name, self)

    def register(
        self,
        workspace: Workspace,
        name: str,
        description: str | None = None,
        tags: Mapping[str, object] | None = None,
        create_new_version: bool = False,
    ) -> Self:
        """Give it a name in a workspace. The same definition under the same name stays the version that it is.

        Raises:
            UserErrorException: The name belongs to another definition, and ``create_new_version`` is False.
        """
        known = registry.find_named(workspace.home, workspace.name, REGISTERED, name)
        if known is not None and known.body.get("definition") == self._definition():
            return self._registered(workspace, known)
        if known is not None and not create_new_version:
            taken = f"Dataset {name!r} is registered already, for other data."
            message = f"{taken} Give create_new_version=True, or another name."
            raise UserErrorException(message)
        body = registration_body(self._definition(), description, tags or {})
        version = registry.put_named(workspace.home, workspace.name, REGISTERED, name, body)
        return self._registered(workspace, workspace.home.store.named(workspace.name, REGISTERED, name, version))

    def add_tags(self, tags: Mapping[str, object] | None = None) -> Self:
        """Add tags to the registration.

        Raises:
            UserErrorException: It is not registered.
        """
        return self._change(tags={**self.tags, **{str(k): str(v) for k, v in (tags or {}).items()}})

    def remove_tags(self, tags: list[str] | None = None) -> Self:
        """Remove tags from the registration.

        Raises:
            UserErrorException: It is not registered.
        """
        return self._change(tags={key: value for key, value in self.tags.items() if key not in (tags or [])})

    def update(self, description: str | None = None, tags: Mapping[str, object] | None = None) -> Self:
        """Replace the registration's description and tags, where given.

        Raises:
            UserErrorException: It is not registered.
        """
        changes: dict[str, Any] = {} if description is None else {"description": description}
        return self._change(**changes, **({} if tags is None else {"tags": {k: str(v) for k, v in tags.items()}}))

    def unregister_all_versions(self) -> None:
        """Forget its name in the workspace; the data stays.

        Raises:
            UserErrorException: It is not registered.
        """
        registration, workspace = self._require_registration()
        registry.refuse_in_job("Removing a dataset's registration")
        workspace.home.store.remove_named(registration.workspace, REGISTERED, registration.name)
        self._registration = None

    def _definition(self) -> dict[str, Json]:
        return {"kind": self._kind, "paths": [list(path) for path in self._paths]}

    def _with_paths(self, paths: Sequence[DatasetPath], workspace: Workspace) -> Self:
        """The same over other files."""
        raise NotImplementedError

    def _files(self) -> list[tuple[str, Path]]:
        """Each file with its place below their common root; whoever asks for them reads them."""
        note_paths(self._paths, self._workspace)
        return matched_files(self._paths, self._workspace)

    def _registered(self, workspace: Workspace, record: NamedRecord) -> Self:
        self._workspace = workspace
        self._registration = record
        return self

    def _change(self, **changes: Any) -> Self:  # noqa: ANN401 - entries of the body
        registration, workspace = self._require_registration()
        self._registration = registry.replace_body(workspace.home, registration, {**registration.body, **changes})
        return self

    def _require_registration(self) -> tuple[NamedRecord, Workspace]:
        if self._registration is None or self._workspace is None:
            message = "Only a registered dataset can be changed. Register it first: dataset.register(workspace, name)."
            raise UserErrorException(message)
        return self._registration, self._workspace


def _save(workspace: Workspace, identifier: str, definition: Mapping[str, Json]) -> None:
    if not in_job() and registry.find_named(workspace.home, workspace.name, SAVED, identifier) is None:
        registry.put_named(workspace.home, workspace.name, SAVED, identifier, {"definition": definition})
