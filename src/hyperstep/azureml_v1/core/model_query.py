"""Which recorded models fit what is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.core.reading import note_absent, note_listing, note_named
from hyperstep.azureml_v1.exceptions import ModelNotFoundException, WebserviceException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.run_store.base import NamedRecord

KIND = "model"
_NOT_FOUND = 404

Tags = Mapping[str, object] | Sequence[Any] | None
"""Names, or pairs of a name and a value; also a mapping of names to values."""


class AbsentModelException(WebserviceException, ModelNotFoundException):
    """No such model: v1 raises the one or the other class, by where it was looked for, so this is both."""


class ModelQuery(NamedTuple):
    """What a model must be; None for anything."""

    name: str | None = None
    version: int | str | None = None
    tags: Tags = None
    properties: Tags = None
    run_id: str | None = None
    framework: str | None = None
    dataset_id: str | None = None

    def fitting(self, workspace: Workspace) -> Iterator[NamedRecord]:
        """The recorded models that fit, by name, newest version first."""
        return filter(self._fits, workspace.home.store.all_named(workspace.name, KIND, self.name))

    def first(self, workspace: Workspace) -> NamedRecord:
        """The newest version that fits.

        Raises:
            AbsentModelException: There is none ("ModelNotFound").
        """
        found = next(self.fitting(workspace), None)
        self._note(workspace, found)
        if found is not None:
            return found
        known = ", ".join(record.name for record in registry.newest_named(workspace.home, workspace.name, KIND))
        message = f"ModelNotFound: workspace {workspace.name!r} has no {self._wanted}. It has: {known or 'none'}."
        raise AbsentModelException(message, status_code=_NOT_FOUND)

    @property
    def _wanted(self) -> str:
        """What is looked for, in words."""
        version = "version" if self.version is None else f"version {self.version}"
        what = "model" if self.name is None else f"{version} of model {self.name!r}"
        return what if self == ModelQuery(self.name, self.version) else f"{what} that fits"

    def _note(self, workspace: Workspace, found: NamedRecord | None) -> None:
        """What a job asked for by name, and by version, is noted as such; anything else as a look through all."""
        by_name = self == ModelQuery(self.name, self.version) and self.name is not None
        if by_name and found is not None:
            note_named(found, None if self.version is None else found.version)
        elif by_name and self.version is None:
            note_absent(workspace.name, KIND, str(self.name))
        else:
            note_listing(workspace.home, workspace.name, KIND, self.name)

    def _fits(self, record: NamedRecord) -> bool:
        body: Mapping[str, Any] = record.body
        return (
            (self.version is None or str(record.version) == str(self.version))
            and self.run_id in {None, body["run_id"]}
            and self.framework in {None, body["framework"]}
            and (self.dataset_id is None or self.dataset_id in _dataset_ids(body))
            and _has(body["tags"], self.tags)
            and _has(body["properties"], self.properties)
        )


def _dataset_ids(body: Mapping[str, Any]) -> list[str]:
    return [identifier for _, identifier in body.get("datasets", [])]


def _has(values: Mapping[str, str], wanted: Tags) -> bool:
    if isinstance(wanted, Mapping):
        return all(values.get(str(key)) == str(value) for key, value in wanted.items())
    for item in wanted or ():
        name, *rest = [item] if isinstance(item, str) else item
        if name not in values or (rest and values[name] != str(rest[0])):
            return False
    return True
