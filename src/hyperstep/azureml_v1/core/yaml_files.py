"""YAML files that hold a mapping."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hyperstep.azureml_v1.exceptions import UserErrorException


def read_mapping(path: Path, kind: str, content: str) -> dict[str, Any]:
    """What a YAML file holds.

    Args:
        path: Which file.
        kind: What it is called in errors: ``conda file``.
        content: Whose keys it must hold: ``conda environment``.

    Raises:
        UserErrorException: It cannot be read, is no YAML, or holds something else than a mapping.
    """
    import yaml  # noqa: PLC0415 - only where a file is read

    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        message = f"The {kind} {path} must be readable YAML: {error}."
        raise UserErrorException(message) from error
    if not isinstance(document, dict):
        message = f"The {kind} {path} must hold the keys of a {content}. Received: {document!r}."
        raise UserErrorException(message)
    return document
