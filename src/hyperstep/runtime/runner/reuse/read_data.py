"""The files behind a dataset that a script reads by name: where they lie, and whether they stay as they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hyperstep.artifact_store.tree import Reading
from hyperstep.errors import USER_FAULTS, HyperstepError
from hyperstep.pipeline.spec import DatastorePaths
from hyperstep.run_store.base import NamedRecord
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.data_paths import Found, content_digest, content_state, find_in_datastores

AWAY = "away"
"""The state of files that are not there."""


def data_state(home: Home, record: NamedRecord) -> str:
    """The state of a dataset's files (no file is read); empty text when it cannot be told."""
    found = _files_of(home, record)
    if found is None:
        return AWAY
    try:
        return content_state(found)
    except (*USER_FAULTS, OSError):
        return ""


def data_content(home: Home, record: NamedRecord, reading: Reading) -> str | None:
    """The digest of a dataset's files; None when they are not there.

    Raises:
        InvalidInputError: They went away while they were read.
    """
    found = _files_of(home, record)
    return None if found is None else content_digest(found, reading)[0]


def _files_of(home: Home, record: NamedRecord) -> Found | None:
    definition: Any = record.body.get("definition")
    if not isinstance(definition, Mapping) or "paths" not in definition:
        return None
    paths = tuple((str(store), str(path)) for store, path in definition["paths"])
    try:
        return find_in_datastores(home, record.workspace, record.name, DatastorePaths(paths))
    except HyperstepError:
        return None
