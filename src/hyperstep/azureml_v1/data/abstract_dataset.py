"""What every dataset has: an id by definition, and names and versions in a workspace."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.core.session import in_job
from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
    from hyperstep.digest import Json
    from hyperstep.run_store.base import NamedRecord

KIND = "dataset"
SAVED_KIND = "saved_dataset"


class AbstractDataset:
    """What a dataset means (its definition), and its registration when it has one. Made by ``Dataset.File``."""

    _kind = ""
    """The word in the definition that tells the class."""

    def __init__(self) -> None:
        self._workspace: Workspace | None = None
        self._registration: NamedRecord | None = None

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
        known = registry.find_named(workspace.home, workspace.name, KIND, name)
        if known is not None and known.body.get("definition") == self._definition():
            return self._registered(workspace, known)
        if known is not None and not create_new_version:
            taken = f"Dataset {name!r} is registered already, for other data."
            message = f"{taken} Give create_new_version=True, or another name."
            raise UserErrorException(message)
        body: dict[str, Json] = {
            "definition": self._definition(),
            "id": definition_id(self._definition()),
            "description": description,
            "tags": {str(key): str(value) for key, value in (tags or {}).items()},
        }
        version = registry.put_named(workspace.home, workspace.name, KIND, name, body)
        return self._registered(workspace, workspace.home.store.named(workspace.name, KIND, name, version))

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
        workspace.home.store.remove_named(registration.workspace, KIND, registration.name)
        self._registration = None

    def _definition(self) -> dict[str, Json]:
        raise NotImplementedError

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


def definition_id(definition: Mapping[str, Json]) -> str:
    """Id of a dataset: a UUID made from the digest of its definition."""
    from hyperstep.digest import digest_json  # noqa: PLC0415 - keeps imports light

    return str(uuid.UUID(digest_json(definition)[:32]))


def _save(workspace: Workspace, identifier: str, definition: Mapping[str, Json]) -> None:
    if not in_job() and registry.find_named(workspace.home, workspace.name, SAVED_KIND, identifier) is None:
        registry.put_named(workspace.home, workspace.name, SAVED_KIND, identifier, {"definition": definition})
