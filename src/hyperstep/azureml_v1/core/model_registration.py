"""Registering models: from local files, or from a run's files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.core.model import KIND, Model
from hyperstep.azureml_v1.core.names import check_model_name
from hyperstep.azureml_v1.core.run_files import files, files_below
from hyperstep.azureml_v1.exceptions import ModelPathNotFoundException, WebserviceException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.run_source import RunSource
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.digest import Json

_SHOWN_NAMES = 20


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """What is said about a model beside its files."""

    tags: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    framework: str = ""
    framework_version: str = ""
    run_id: str = ""
    experiment: str = ""

    @classmethod
    def create(
        cls,
        tags: Mapping[str, object] | None,
        properties: Mapping[str, object] | None,
        description: str | None,
        framework: str | None,
        framework_version: str | None,
        *,
        run_id: str = "",
    ) -> ModelDescription:
        """From what v1 code gives.

        Raises:
            WebserviceException: A framework version comes without a framework.
        """
        if framework_version and not framework:
            message = f"model_framework_version needs model_framework. Received: {framework_version!r}."
            raise WebserviceException(message)
        return cls(
            tags={str(key): str(value) for key, value in (tags or {}).items()},
            properties={str(key): str(value) for key, value in (properties or {}).items()},
            description=description or "",
            framework=framework or "",
            framework_version=framework_version or "",
            run_id=run_id,
        )


def register_local(
    workspace: Workspace, model_path: str | os.PathLike[str], model_name: str, described: ModelDescription
) -> Model:
    """Register a local file or folder.

    Raises:
        WebserviceException: The name breaks the rule.
        FileNotFoundError: The path does not exist, or the folder holds no file.
    """
    check_model_name(model_name)
    path = Path(model_path)
    found = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    if not path.exists() or not found:
        message = f"model_path must be a file, or a folder that holds files. Received: {str(path)!r} (in {Path.cwd()})."
        raise FileNotFoundError(message)
    artifacts = workspace.home.artifacts
    listed = {
        file.relative_to(path.parent if path.name else path).as_posix(): (artifacts.put_file(file), file.stat().st_size)
        for file in found
    }
    return _record(workspace, model_name, listed, described)


def register_from_run(
    source: RunSource, experiment: Experiment, model_name: str, model_path: str, described: ModelDescription
) -> Model:
    """Register a file or folder of a run.

    Raises:
        WebserviceException: The name breaks the rule.
        ModelPathNotFoundException: The run has no such file or folder; the message lists its files.
    """
    check_model_name(model_name)
    found = files_below(source, model_path)
    if not found:
        known = ", ".join(file.path for file in files(source)[:_SHOWN_NAMES])
        message = f"Run {source.run_id} has no file or folder {model_path!r}. Its files: {known or 'none'}."
        raise ModelPathNotFoundException(message)
    above = model_path.strip("/").removeprefix("./").rpartition("/")[0]
    listed = {file.path.removeprefix(f"{above}/" if above else ""): (file.stored(source), file.size) for file in found}
    return _record(experiment.workspace, model_name, listed, described, experiment.name)


def _record(
    workspace: Workspace,
    name: str,
    listed: Mapping[str, tuple[str, int]],
    described: ModelDescription,
    experiment: str = "",
) -> Model:
    body: dict[str, Json] = {
        "files": [{"path": path, "digest": digest, "size": size} for path, (digest, size) in listed.items()],
        "tags": dict(described.tags),
        "properties": dict(described.properties),
        "description": described.description,
        "framework": described.framework,
        "framework_version": described.framework_version,
        "run_id": described.run_id,
        "experiment": experiment,
    }
    version = registry.put_named(workspace.home, workspace.name, KIND, name, body)
    return Model(workspace, name, version=version)
