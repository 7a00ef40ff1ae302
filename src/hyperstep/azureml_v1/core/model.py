"""Model: registered files with a name and versions."""

from __future__ import annotations

import builtins
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.core.model_details import (
    dataset_id,
    dataset_of,
    dataset_pairs,
    described,
    resource_values,
    text_values,
)
from hyperstep.azureml_v1.core.model_query import KIND, ModelQuery, Tags
from hyperstep.azureml_v1.core.reading import note_listing
from hyperstep.azureml_v1.core.session import in_job
from hyperstep.azureml_v1.deployment.model_serving import ModelServing
from hyperstep.azureml_v1.deployment.resource_configuration import ResourceConfiguration
from hyperstep.azureml_v1.exceptions import UserErrorException, WebserviceException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.run import Run
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.digest import Json
    from hyperstep.run_store.base import NamedRecord

CACHE_FOLDER = "azureml-models"
"""Below the current folder: where ``get_model_path`` puts and finds models, by name and version."""


class Framework:
    """Names of frameworks that v1 knows. Any other text is taken too."""

    CUSTOM: ClassVar[str] = "Custom"
    MULTI: ClassVar[str] = "Multi"
    ONNX: ClassVar[str] = "Onnx"
    SCIKITLEARN: ClassVar[str] = "ScikitLearn"
    TENSORFLOW: ClassVar[str] = "TensorFlow"


class Model(ModelServing):
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

    Framework = Framework

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
            name, _, version = id.rpartition(":")
        query = ModelQuery(name, version, tags, properties, run_id, model_framework)
        self.workspace = workspace
        self._read(query.first(workspace))

    def __repr__(self) -> str:
        described = f"tags={self.tags!r}, properties={self.properties!r}"
        names = f"name={self.name!r}, id={self.id!r}, version={self.version!r}"
        return f"Model(workspace={self.workspace!r}, {names}, {described})"

    @staticmethod
    def register(
        workspace: Workspace,
        model_path: str | os.PathLike[str],
        model_name: str,
        tags: Mapping[str, object] | None = None,
        properties: Mapping[str, object] | None = None,
        description: str | None = None,
        datasets: Sequence[Any] | None = None,
        model_framework: str | None = None,
        model_framework_version: str | None = None,
        child_paths: Sequence[str | os.PathLike[str]] | None = None,
        sample_input_dataset: Any = None,  # noqa: ANN401 - any dataset class
        sample_output_dataset: Any = None,  # noqa: ANN401
        resource_configuration: ResourceConfiguration | None = None,
    ) -> Model:
        """Register a local file or folder as a new version of a model. It may lie outside the current folder.

        Args:
            workspace: Where.
            model_path: The file or folder.
            model_name: Letters, digits, ``-``, ``.``, ``_``.
            tags: Of the model.
            properties: Of the model.
            description: Of the model.
            datasets: Pairs of a purpose ("training" …) and a dataset.
            model_framework: What it was made with.
            model_framework_version: In which version.
            child_paths: Only these files and folders of the folder.
            sample_input_dataset: What it takes, for example.
            sample_output_dataset: What it gives, for example.
            resource_configuration: Kept.

        Raises:
            WebserviceException: The name breaks the rule, or a framework version comes without a framework.
            FileNotFoundError: A path does not exist.
        """
        from hyperstep.azureml_v1.core.model_registration import (  # noqa: PLC0415 - it knows us
            ModelDescription,
            register_local,
        )

        body = described(
            tags,
            properties,
            description,
            model_framework,
            model_framework_version,
            datasets,
            sample_input_dataset,
            sample_output_dataset,
            resource_configuration,
        )
        return register_local(workspace, model_path, model_name, ModelDescription(body), child_paths)

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
        del expand, page_count
        query = ModelQuery(name, None, tags, properties, run_id, model_framework, dataset_id)
        fitting = list(query.fitting(workspace))
        note_listing(workspace.home, workspace.name, KIND, name)
        found = [recorded_model(workspace, record) for record in fitting]
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
        _check_version(version)
        model = Model(_workspace or _current_workspace(), model_name, version=version)
        return model._cached()

    @staticmethod
    def _get_model_path_remote(model_name: str, version: int | None, workspace: Workspace) -> str:
        return Model.get_model_path(model_name, version, workspace)

    @staticmethod
    def deserialize(workspace: Workspace, model_payload: Mapping[str, Any]) -> Model:
        """The recorded model that ``serialize()`` described.

        Raises:
            WebserviceException: The payload has no id, or there is no such model any more ("ModelNotFound").
        """
        identifier = model_payload.get("id")
        if not isinstance(identifier, str):
            message = f"The payload of a model is what serialize() gives. Received: {model_payload!r}."
            raise WebserviceException(message)
        return Model(workspace, id=identifier)

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

    def get_sas_urls(self) -> dict[str, str]:
        """An address of each file by name: of a local copy, below ``azureml-models``."""
        folder = Path(self._cached()).absolute().parent
        return {str(file["path"]): (folder / str(file["path"])).as_uri() for file in self._files}

    def add_tags(self, tags: Mapping[str, object]) -> None:
        """Add tags."""
        self.update_tags_properties(add_tags=tags)

    def remove_tags(self, tags: Sequence[str]) -> None:
        """Remove the tags of these names."""
        self.update_tags_properties(remove_tags=tags)

    def add_properties(self, properties: Mapping[str, object]) -> None:
        """Add properties. One that it has keeps its value.

        Raises:
            WebserviceException: It has one of them, with another value.
        """
        self.update_tags_properties(add_properties=properties)

    def update_tags_properties(
        self,
        add_tags: Mapping[str, object] | None = None,
        remove_tags: Sequence[str] | None = None,
        add_properties: Mapping[str, object] | None = None,
    ) -> None:
        """Add tags and properties and remove tags at one time.

        Raises:
            WebserviceException: It has one of the properties, with another value.
        """
        tags, properties = text_values(add_tags), text_values(add_properties)
        gone = {remove_tags} if isinstance(remove_tags, str) else set(remove_tags or ())

        def change(body: Mapping[str, Any]) -> dict[str, Json]:
            _check_properties(body["properties"], properties)
            kept = {key: value for key, value in {**body["tags"], **tags}.items() if key not in gone}
            return {**body, "tags": kept, "properties": {**body["properties"], **properties}}

        self._read(registry.change_body(self.workspace.home, self._named, change))

    def update(
        self,
        tags: Mapping[str, object] | None = None,
        description: str | None = None,
        sample_input_dataset: Any = None,  # noqa: ANN401 - any dataset class
        sample_output_dataset: Any = None,  # noqa: ANN401
        resource_configuration: ResourceConfiguration | None = None,
    ) -> None:
        """Replace its tags, description, sample datasets and resources, each where given.

        Raises:
            WebserviceException: A value is of another type.
        """
        given: dict[str, Json] = {
            "tags": None if tags is None else text_values(tags),
            "description": description,
            "sample_input": dataset_id(sample_input_dataset) or None,
            "sample_output": dataset_id(sample_output_dataset) or None,
            "resources": resource_values(resource_configuration),
        }
        self._change({name: value for name, value in given.items() if value is not None})

    def add_dataset_references(self, datasets: Sequence[Any]) -> None:
        """Add pairs of a purpose and a dataset.

        Raises:
            WebserviceException: An item is no such pair.
        """
        pairs = dataset_pairs(datasets)

        def change(body: Mapping[str, Any]) -> dict[str, Json]:
            known: builtins.list[Json] = [*body.get("datasets", [])]
            return {**body, "datasets": known + [pair for pair in pairs if pair not in known]}

        self._read(registry.change_body(self.workspace.home, self._named, change))

    def delete(self) -> None:
        """Forget this version; its files stay with the run that made them."""
        registry.remove_named(self.workspace.home, self._named)

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
            "datasets": [{"name": purpose, "id": identifier} for purpose, identifier in self._body("datasets", [])],
            "resourceConfiguration": self._body("resources", None),
        }

    @property
    def run(self) -> Run | None:
        """The run that made it; None when it was registered from local files."""
        from hyperstep.azureml_v1.core.run_factory import find_run  # noqa: PLC0415 - loads the run classes

        return find_run(self.workspace, self.run_id) if self.run_id else None

    @property
    def datasets(self) -> dict[str, builtins.list[Any]]:
        """Its datasets by purpose."""
        found: dict[str, builtins.list[Any]] = {}
        for purpose, identifier in self._body("datasets", []):
            found.setdefault(purpose, []).append(dataset_of(self.workspace, identifier))
        return found

    @property
    def sample_input_dataset(self) -> Any:  # noqa: ANN401 - any dataset class
        """What it takes, for example."""
        return dataset_of(self.workspace, self._body("sample_input", ""))

    @property
    def sample_output_dataset(self) -> Any:  # noqa: ANN401 - any dataset class
        """What it gives, for example."""
        return dataset_of(self.workspace, self._body("sample_output", ""))

    @property
    def resource_configuration(self) -> ResourceConfiguration | None:
        """The resources that were given for it."""
        values = self._body("resources", None)
        return None if values is None else ResourceConfiguration.deserialize(values)

    @property
    def url(self) -> str:
        """Its address in the workspace."""
        return f"aml://asset/{self.workspace.name}/models/{self.id}"

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

    def _body(self, name: str, default: Any) -> Any:  # noqa: ANN401 - entries of the body
        return self._named.body.get(name, default)

    def _change(self, changes: Mapping[str, Json]) -> None:
        self._read(registry.change_body(self.workspace.home, self._named, lambda body: {**body, **changes}))

    def _cached(self) -> str:
        """Its path below the cache folder, where it is copied to when a file of it is not there."""
        folder = Path(CACHE_FOLDER) / self.name / str(self.version)
        if all((folder / str(file["path"])).exists() for file in self._files):
            return str(folder / self._top())
        return self.download(str(folder), exist_ok=True)

    def _top(self) -> str:
        """Name of the file, or of the folder that holds all files."""
        return str(self._files[0]["path"]).partition("/")[0]


def recorded_model(workspace: Workspace, record: NamedRecord) -> Model:
    """The model that a record is of; that it was made of it is no read."""
    model = object.__new__(Model)
    model.workspace = workspace
    model._read(record)
    return model


def _current_workspace() -> Workspace:
    from hyperstep.azureml_v1.core.workspace import Workspace, job_workspace  # noqa: PLC0415 - it knows us

    return job_workspace() if in_job() else Workspace.from_config()


def _check_version(version: object) -> None:
    if version is not None and not isinstance(version, int):
        message = f"A model's version is a whole number. Received: {version!r}."
        raise UserErrorException(message)


def _check_properties(known: Mapping[str, str], added: Mapping[str, Json]) -> None:
    changed = [name for name, value in added.items() if known.get(name, value) != value]
    if changed:
        message = f"A property of a model keeps its value; use a tag for what changes. Received: {', '.join(changed)}."
        raise WebserviceException(message)
