"""Secrets of a workspace: environment variables, and a file in the home that only its owner can read.

They are never printed, logged, or kept in the records of runs.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace

_NAME = re.compile(r"[A-Za-z0-9-]{1,127}", re.ASCII)
_OWNER_ONLY = 0o600


class KeyVaultContentType(Enum):
    """What a secret's text is."""

    text_plain = "text/plain"
    application_json = "application/json"
    not_provided = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


class Keyvault:
    """The secrets of a workspace.

    A secret ``my-password`` is the environment variable ``MY_PASSWORD`` when that is set; else what ``set_secret`` has
    kept in a file of the home, readable by its owner only and not encrypted.

    Args:
        workspace: Whose.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def __repr__(self) -> str:
        return f"Keyvault(workspace={self._workspace.name!r})"

    def set_secret(
        self, name: str, value: str, content_type: KeyVaultContentType = KeyVaultContentType.not_provided
    ) -> None:
        """Keep a secret.

        Raises:
            UserErrorException: The name is not 1 to 127 letters, digits and ``-``.
        """
        self._change({_check_name(name): {"value": str(value), "type": content_type.value}})

    def set_secrets(self, secrets_batch: Mapping[str, str]) -> None:
        """Keep several secrets.

        Raises:
            UserErrorException: A name is not 1 to 127 letters, digits and ``-``.
        """
        self._change({_check_name(name): {"value": str(value), "type": ""} for name, value in secrets_batch.items()})

    def get_secret(self, name: str) -> str:
        """A secret's text.

        Raises:
            UserErrorException: It is not known; the message says how to give it.
        """
        value = self.get_secrets([name])[name]
        if value is None:
            message = (
                f"Workspace {self._workspace.name!r} has no secret {name!r}. Set the environment variable "
                f"{_variable(name)}, or keep it once with workspace.get_default_keyvault().set_secret({name!r}, value)."
            )
            raise UserErrorException(message)
        return value

    def get_secrets(self, secrets: Iterable[str]) -> dict[str, str | None]:
        """The texts of several secrets; None for those that are not known."""
        kept = self._read()
        found = {name: os.environ.get(_variable(_check_name(name))) for name in secrets}
        return {name: kept.get(name, {}).get("value") if value is None else value for name, value in found.items()}

    def get_secret_content_type(self, name: str) -> str | None:
        """What a kept secret's text is; None when that was not said."""
        return self._read().get(name, {}).get("type") or None

    def delete_secret(self, name: str) -> None:
        """Forget a kept secret."""
        self.delete_secrets([name])

    def delete_secrets(self, secrets: Iterable[str]) -> None:
        """Forget kept secrets."""
        self._change(dict.fromkeys(secrets))

    def list_secrets(self) -> list[str]:
        """Names of the kept secrets."""
        return sorted(self._read())

    @property
    def _file(self) -> Path:
        return self._workspace.home.path / "secrets" / f"{self._workspace.name}.json"

    def _read(self) -> dict[str, dict[str, str]]:
        if not self._file.exists():
            return {}
        kept: dict[str, dict[str, str]] = json.loads(self._file.read_text(encoding="utf-8"))
        return kept

    def _change(self, changes: Mapping[str, dict[str, str] | None]) -> None:
        merged = {name: entry for name, entry in {**self._read(), **changes}.items() if entry is not None}
        self._file.parent.mkdir(mode=0o700, exist_ok=True)
        temporary = self._file.with_suffix(f".{os.getpid()}.tmp")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(merged, stream)
        temporary.replace(self._file)


def _variable(name: str) -> str:
    return name.upper().replace("-", "_")


def _check_name(name: object) -> str:
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    message = f"A secret's name has 1 to 127 letters, digits and '-'. Received: {name!r}."
    raise UserErrorException(message)
