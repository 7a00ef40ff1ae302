"""The ``config.json`` of a workspace: where it is looked for, what it says, and how it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from hyperstep.azureml_v1.exceptions import UserErrorException

_FOLDERS = (".azureml", "aml_config", "")
_FILES = ("config.json", "project.json")
_KEYS = ("subscription_id", "resource_group", "workspace_name")


class WorkspaceConfig(NamedTuple):
    """What a ``config.json`` says."""

    subscription_id: str
    resource_group: str
    workspace_name: str


def find_config(start: Path, file_name: str | None = None) -> Path | None:
    """The nearest config file: ``start`` itself when it is a file, else in it or a folder above.

    Each folder is searched in ``.azureml``, ``aml_config`` and itself, for ``config.json``, then ``project.json``.
    """
    if start.is_file():
        return start
    names = (file_name,) if file_name else _FILES
    folder = start.resolve()
    for level in (folder, *folder.parents):
        for candidate in (level / sub / name for sub in _FOLDERS for name in names):
            if candidate.is_file():
                return candidate
    return None


def read_config(path: Path) -> WorkspaceConfig:
    """Read a config file.

    Raises:
        UserErrorException: It is no JSON object, or lacks one of its three keys.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"The workspace configuration {path} must be readable JSON: {error}."
        raise UserErrorException(message) from error
    values = [str(body.get(key) or "") for key in _KEYS] if isinstance(body, dict) else []
    if not values or not all(values):
        message = f"The workspace configuration {path} must be a JSON object with the texts {', '.join(_KEYS)}."
        raise UserErrorException(message)
    return WorkspaceConfig(*values)


def write_config(config: WorkspaceConfig, folder: Path, file_name: str | None = None) -> Path:
    """Write ``<folder>/.azureml/config.json`` (or that folder itself when it is named ``.azureml``)."""
    target = folder if folder.name == ".azureml" else folder / ".azureml"
    target.mkdir(parents=True, exist_ok=True)
    path = target / (file_name or _FILES[0])
    path.write_text(json.dumps({key: getattr(config, key) for key in _KEYS}, indent=4) + "\n", encoding="utf-8")
    return path
