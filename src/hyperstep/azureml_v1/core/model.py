"""Model: registered files with a name and versions."""

from __future__ import annotations

import builtins
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.exceptions import UserErrorException, WebserviceException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.run import Run
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.run_store.base import NamedRecord

KIND = "model"
CACHE_FOLDER = "azureml-models"
"""Below the current folder: where ``get_model_path`` puts and finds models, by name and version."""

Tags = Mapping[str, object] | Sequence[Any] | None


class Model:
    """A registered model, the newest version that fits.

    Args:
        workspace: Whose.
        name: Its name.
        id: ``<name>:<version>`` instead.
        tags: Only a model with these tags: names, or ``[name, value]`` pairs.
        properties: The same for properties.
        version: This version.
        run_id: Only a model that this run made.
        model_framework: Only a model of this framework.
        expand: Accepted and not used.
        **kwargs: Accepted and not used.

    Raises:
        WebserviceException: There is none ("ModelNotFound").
    """

    def __init__(
        self,
        workspace: Workspace,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - the v1 signature
        tags: Tags = None,
        properties: Tags = None,
        version: int | str | None = None,
        run_id: str | None = None,
        model_framework: str | None = None,
        expand: bool = True,
        **kwargs: object,
    ) -> None:
        del expand, kwargs
        if id is not None:
            name, _, number = id.rpartition(":")
            version = number
        found = next(_fitting(workspace, name, version, tags, properties, run_id, model_framework), None)
        if found is None:
            raise _not_found(workspace, name, version)
        self.workspace = workspace
        self._read(found)

    def __repr__(self) -> str:
        return f"Model(workspace={self.workspace!r}, name={self.name!r}, id={self.id!r}, version={self.version!r})"

    @staticmethod
    def register(
        workspace: Workspace,
        model_path: str | os.PathLike[str],
        model_name: str,
        tags: Mapping[str, object] | None = None,
        properties: Mapping[str, object] | None = None,
        description: str | None = None,
        datasets: object = None,
        model_framework: str | None = None,
        model_framework_version: str | None = None,
        child_paths: object = None,
        sample_input_dataset: object = None,
        sample_output_dataset: object = None,
        resource_configuration: object = None,
    ) -> Model:
        """Register a local file or folder as a new version of a model.

        Args:
            workspace: Where.
            model_path: The file or folder.
            model_name: Letters, digits, ``-``, ``.``, ``_``.
            tags: Of the model.
            properties: Of the model.
            description: Of the model.
            datasets: Accepted and not used.
            model_framework: What it was made with.
            model_framework_version: In which version.
            child_paths: Accepted and not used.
            sample_input_dataset: Accepted and not used.
            sample_output_dataset: Accepted and not used.
            resource_configuration: Accepted and not used.

        Raises:
            WebserviceException: The name breaks the rule, or a framework version comes without a framework.
            FileNotFoundError: The path does not exist.
        """
        from hyperstep.azureml_v1.core.model_registration import (  # noqa: PLC0415 - it knows us
            ModelDescription,
            register_local,
        )

        del datasets, child_paths, sample_input_dataset, sample_output_dataset, resource_configuration
        described = ModelDescription.create(tags, properties, description, model_framework, model_framework_version)
        return register_local(workspace, model_path, model_name, described)

    @staticmethod
    def list(
        workspace: Workspace,
        name: str | None = None,
        tags: Tags = None,
        properties: Tags = None,
        run_id: str | None = None,
        latest: bool = False,
        dataset_id: str | None = None,
        expand: bool = True,
        page_count: int = 255,
        model_framework: str | None = None,
    ) -> builtins.list[Model]:
        """The models that fit, by name, newest version first; with ``latest`` only the newest version of each."""
        del dataset_id, expand, page_count
        found = [
            Model(workspace, record.name, version=record.version)
            for record in _fitting(workspace, name, None, tags, properties, run_id, model_framework)
        ]
        if not latest:
            return found
        newest: dict[str, Model] = {}
        for model in found:
            newest.setdefault(model.name, model)
        return [*newest.values()]

    @staticmethod
    def get_model_path(model_name: str, version: int | None = None, _workspace: Workspace | None = None) -> str:
        """A local path of a registered model: below ``azureml-models``, where it is copied to when it is not there.

        Raises:
            UserErrorException: The version is no whole number.
            WebserviceException: There is no such model ("ModelNotFound").
        """
        from hyperstep.azureml_v1.core.workspace import Workspace  # noqa: PLC0415 - it knows us

        _check_version(version)
        model = Model(_workspace or Workspace.from_config(), model_name, version=version)
        folder = Path(CACHE_FOLDER) / model.name / str(model.version)
        path = folder / model._top()
        return str(path) if path.exists() else model.download(str(folder))

    def download(
        self, target_dir: str | os.PathLike[str] = ".", exist_ok: bool = False, exists_ok: bool | None = None
    ) -> str:
        """Copy its files into a folder; returns the path of its file or folder there.

        Raises:
            WebserviceException: It is there already, and ``exist_ok`` is False.
        """
        top = Path(target_dir) / self._top()
        if top.exists() and not (exist_ok or exists_ok):
            message = f"{str(top)!r} exists already. Give exist_ok=True to replace it, or another target_dir."
            raise WebserviceException(message)
        for file in self._files:
            self.workspace.home.artifacts.fetch(str(file["digest"]), Path(target_dir) / str(file["path"]))
        return str(top)

    def add_tags(self, tags: Mapping[str, object]) -> None:
        """Add tags."""
        self.update(tags=tags)

    def remove_tags(self, tags: Sequence[str]) -> None:
        """Remove the tags of these names."""
        self._change(tags={key: value for key, value in self.tags.items() if key not in tags})

    def add_properties(self, properties: Mapping[str, object]) -> None:
        """Add properties."""
        self._change(properties={**self.properties, **{str(k): str(v) for k, v in properties.items()}})

    def update(
        self, tags: Mapping[str, object] | None = None, description: str | None = None, **kwargs: object
    ) -> None:
        """Add tags, and replace the description where given."""
        del kwargs
        merged = {**self.tags, **{str(key): str(value) for key, value in (tags or {}).items()}}
        self._change(tags=merged, description=self.description if description is None else description)

    def delete(self) -> None:
        """Forget this version; its files stay with the run that made them."""
        registry.refuse_in_job("Deleting a model")
        self.workspace.home.store.remove_named(self.workspace.name, KIND, self.name, self.version)

    def serialize(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "id": self.id,
            "name": self.name,
            "version": self.version,
            "createdTime": self.created_time.isoformat(),
            "description": self.description,
            "tags": dict(self.tags),
            "properties": dict(self.properties),
            "framework": self.model_framework,
            "frameworkVersion": self.model_framework_version,
            "experimentName": self.experiment_name,
            "runId": self.run_id,
        }

    @property
    def run(self) -> Run | None:
        """The run that made it; None when it was registered from local files."""
        from hyperstep.azureml_v1.core.run_factory import find_run  # noqa: PLC0415 - loads the run classes

        return find_run(self.workspace, self.run_id) if self.run_id else None

    def _read(self, record: NamedRecord) -> None:
        body: Mapping[str, Any] = record.body
        self._named = record
        self.name = record.name
        self.version = record.version
        self.id = f"{record.name}:{record.version}"
        self.created_time = datetime.fromtimestamp(record.created_at, UTC)
        self.tags: dict[str, str] = dict(body["tags"])
        self.properties: dict[str, str] = dict(body["properties"])
        self.description: str = body["description"]
        self.model_framework: str | None = body["framework"] or None
        self.model_framework_version: str | None = body["framework_version"] or None
        self.run_id: str | None = body["run_id"] or None
        self.experiment_name: str | None = body["experiment"] or None
        self._files: builtins.list[Mapping[str, object]] = list(body["files"])

    def _change(self, **changes: Any) -> None:  # noqa: ANN401 - entries of the body
        self._read(registry.replace_body(self.workspace.home, self._named, {**self._named.body, **changes}))

    def _top(self) -> str:
        """Name of the file, or of the folder that holds all files."""
        return str(self._files[0]["path"]).partition("/")[0]


def _check_version(version: object) -> None:
    if version is not None and not isinstance(version, int):
        message = f"A model's version is a whole number. Received: {version!r}."
        raise UserErrorException(message)


def _fitting(
    workspace: Workspace,
    name: str | None,
    version: int | str | None,
    tags: Tags,
    properties: Tags,
    run_id: str | None,
    framework: str | None,
) -> Iterator[NamedRecord]:
    for record in workspace.home.store.all_named(workspace.name, KIND, name):
        body: Mapping[str, Any] = record.body
        if (
            (version is None or str(record.version) == str(version))
            and run_id in {None, body["run_id"]}
            and framework in {None, body["framework"]}
            and _has(body["tags"], tags)
            and _has(body["properties"], properties)
        ):
            yield record


def _has(values: Mapping[str, str], wanted: Tags) -> bool:
    if isinstance(wanted, Mapping):
        return all(values.get(str(key)) == str(value) for key, value in wanted.items())
    for item in wanted or ():
        name, *rest = [item] if isinstance(item, str) else item
        if name not in values or (rest and values[name] != str(rest[0])):
            return False
    return True


def _not_found(workspace: Workspace, name: str | None, version: int | str | None) -> WebserviceException:
    known = ", ".join(record.name for record in registry.newest_named(workspace.home, workspace.name, KIND))
    message = (
        f"ModelNotFound: workspace {workspace.name!r} has no model {name!r} of version {version!r} that fits. "
        f"It has: {known or 'none'}."
    )
    return WebserviceException(message, status_code=404)
