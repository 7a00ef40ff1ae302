"""What a dataset is, as plain data: its kind, how its files are read, and where they lie.

A definition is a mapping with ``kind`` (``FileDataset`` or ``TabularDataset``), ``paths`` (pairs of a datastore's name
and a path below it), and for tables ``format`` and ``transforms``. It is complete: equal definitions mean equal data.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from hyperstep.digest import Json, digest_json

REGISTERED = "dataset"
"""Kind of the records of registered datasets."""

SAVED = "saved_dataset"
"""Kind of the records of datasets by id, registered or not."""

LINKED = "linked_dataset"
"""Kind of the records of what jobs have linked to their outputs."""

FILES: Mapping[str, Json] = {"kind": "FileDataset"}
"""The definition of plain files, without their paths."""


def definition_id(definition: Mapping[str, Json]) -> str:
    """Id of a dataset: a UUID made from the digest of its definition."""
    return str(uuid.UUID(digest_json(definition)[:32]))


def with_paths(definition: Mapping[str, Json], paths: Iterable[tuple[str, str]]) -> dict[str, Json]:
    """The same definition over other files."""
    return {**definition, "paths": [list(path) for path in paths]}


def without_paths(definition: Mapping[str, Json]) -> dict[str, Json]:
    """What a definition says beside where its files lie."""
    return {key: value for key, value in definition.items() if key != "paths"}


def registration_body(
    definition: Mapping[str, Json], description: str | None, tags: Mapping[str, object]
) -> dict[str, Json]:
    """The record of a registered dataset."""
    return {
        "definition": dict(definition),
        "id": definition_id(definition),
        "description": description,
        "tags": {str(key): str(value) for key, value in tags.items()},
    }
