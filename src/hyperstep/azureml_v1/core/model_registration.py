"""Registering models: from local files, or from a run's files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.core.model import Model, recorded_model
from hyperstep.azureml_v1.core.model_details import described as describe
from hyperstep.azureml_v1.core.model_query import KIND
from hyperstep.azureml_v1.core.names import check_model_name
from hyperstep.azureml_v1.core.run_files import files, files_below
from hyperstep.azureml_v1.exceptions import ModelPathNotFoundException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.run_source import RunSource
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.digest import Json

_SHOWN_NAMES = 20


class ModelDescription(Struct, frozen=True):
    """What is said about a model beside its files: its body, and the run that made it."""

    body: Mapping[str, Json] = field(default_factory=describe)
    run_id: str = ""

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
        **links: Any,  # noqa: ANN401 - datasets, sample_input, sample_output, resources
    ) -> ModelDescription:
        """From what v1 code gives.

        Raises:
            WebserviceException: A framework version comes without a framework.
        """
        return cls(describe(tags, properties, description, framework, framework_version, **links), run_id)


def register_local(
    workspace: Workspace,
    model_path: str | os.PathLike[str],
    model_name: str,
    described: ModelDescription,
    child_paths: Sequence[str | os.PathLike[str]] | None = None,
) -> Model:
    """Register a local file or folder.

    Args:
        workspace: Where.
        model_path: The file or folder.
        model_name: Letters, digits, ``-``, ``.``, ``_``.
        described: What is said about it.
        child_paths: Only these files and folders of the folder.

    Raises:
        WebserviceException: The name breaks the rule.
        FileNotFoundError: A path does not exist, or the folder holds no file.
    """
    check_model_name(model_name)
    path = Path(model_path)
    found = [path] if path.is_file() else _files_of(path, child_paths)
    artifacts = workspace.home.artifacts
    above = Path(os.path.abspath(path)).parent  # noqa: PTH100 - a link keeps its own name, "." gets one
    listed = {
        os.path.relpath(file, above).replace(os.sep, "/"): (artifacts.put_file(file), file.stat().st_size)
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


def _files_of(folder: Path, child_paths: Sequence[str | os.PathLike[str]] | None) -> list[Path]:
    chosen = [folder] if child_paths is None else [folder / child for child in child_paths]
    missing = [path for path in chosen if not path.exists()]
    listed = sorted({file for path in chosen for file in ([path] if path.is_file() else path.rglob("*"))})
    found = [file for file in listed if file.is_file()]
    if missing or not found:
        received = str(missing[0] if missing else folder)
        message = f"model_path must be a file, or a folder that holds files. Received: {received!r} (in {Path.cwd()})."
        raise FileNotFoundError(message)
    return found


def _record(
    workspace: Workspace,
    name: str,
    listed: Mapping[str, tuple[str, int]],
    described: ModelDescription,
    experiment: str = "",
) -> Model:
    body: dict[str, Json] = {
        **described.body,
        "files": [{"path": path, "digest": digest, "size": size} for path, (digest, size) in listed.items()],
        "run_id": described.run_id,
        "experiment": experiment,
    }
    version = registry.put_named(workspace.home, workspace.name, KIND, name, body)
    return recorded_model(workspace, workspace.home.store.named(workspace.name, KIND, name, version))
