"""An environment as files in a folder, and wheels that environments name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.environment import Environment
    from hyperstep.azureml_v1.core.workspace import Workspace

DEFINITION = "azureml_environment.json"
CONDA = "conda_dependencies.yml"
DOCKERFILE = "BaseDockerfile"


def write_files(environment: Environment, folder: Path, *, overwrite: bool) -> None:
    """Write an environment's definition, its conda file and its Dockerfile into a folder.

    Raises:
        UserErrorException: The folder exists, and ``overwrite`` is False.
    """
    if folder.exists() and not overwrite:
        message = f"The folder {folder} exists already. Give another one, or overwrite=True."
        raise UserErrorException(message)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DEFINITION).write_text(json.dumps(environment.as_dict(), indent=4) + "\n", encoding="utf-8")
    if environment.python.conda_dependencies is not None:
        environment.python.conda_dependencies.save(folder / CONDA)
    if environment.docker.base_dockerfile:
        (folder / DOCKERFILE).write_text(environment.docker.base_dockerfile, encoding="utf-8")


def read_definition(folder: Path) -> dict[str, Any]:
    """The definition in a folder.

    Raises:
        UserErrorException: There is none, or it is no JSON object.
    """
    file = folder / DEFINITION
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"An environment is read from {file}, which must be readable JSON: {error}."
        raise UserErrorException(message) from error
    if not isinstance(body, dict) or "name" not in body:
        message = f"The file {file} must hold an environment's definition with its name. Received: {body!r}."
        raise UserErrorException(message)
    return body


def keep_wheel(workspace: Workspace, file: Path, *, exist_ok: bool) -> str:
    """Keep a wheel with the workspace; returns its address for a list of pip packages.

    Raises:
        UserErrorException: There is no such file, or one of its name is kept and ``exist_ok`` is False.
    """
    if not file.is_file() or file.suffix != ".whl":
        message = f"A wheel is a file that exists and ends in .whl. Received: {str(file)!r}."
        raise UserErrorException(message)
    target = workspace.home.path / "workspaces" / workspace.name / "wheels" / file.name
    if target.exists() and not exist_ok:
        message = f"Workspace {workspace.name!r} has a wheel {file.name} already. Give exist_ok=True to use it."
        raise UserErrorException(message)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return target.as_uri()


def text_of(text_or_file: str | Path) -> str:
    """The content of a file, or the text itself when no such file exists."""
    text = str(text_or_file)
    is_path = isinstance(text_or_file, Path) or "\n" not in text
    return Path(text).read_text(encoding="utf-8") if is_path and Path(text).is_file() else text
