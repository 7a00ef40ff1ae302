"""The files that a script reads through the API: where they lie, and whether they stay as they were."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hyperstep.artifact_store.tree import Reading
from hyperstep.artifact_store.walk import files_and_empty_folders
from hyperstep.digest import Json
from hyperstep.errors import USER_FAULTS, HyperstepError
from hyperstep.pipeline.spec import DatastorePaths
from hyperstep.run_store.base import NamedRecord
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.data_paths import (
    LINK,
    Found,
    content_digest,
    content_state,
    find_in_datastores,
    recorded_outputs,
)
from hyperstep.unicode_text import original

AWAY = "away"
"""The state of files that are not there."""

OWN = "own"
"""Key of a read of files: places that the reader writes itself, which do not count."""

_MOST_LEFT_OUT = 100
"""Files that a job has uploaded where it reads. More are not listed: then they count, by their content."""

_GLOB = re.compile(r"[*?\[]")


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


def record_of_places(workspace: str, read: Mapping[str, Json]) -> NamedRecord:
    """What stands for a dataset where files were read by their places in datastores, which a job notes encodable."""
    definition = {"paths": _places(read["asked"]), OWN: _places(read.get(OWN, []))}
    return NamedRecord(workspace, str(read["what"]), str(read["name"]), 0, {"definition": definition}, 0.0)


def _places(noted: Any) -> list[list[str]]:  # noqa: ANN401 - JSON
    return [[str(store), original(str(path))] for store, path in noted]


def own_places(
    home: Home, root_id: str, run_id: str, uploaded: Iterable[tuple[str, str]], asked: Sequence[tuple[str, str]]
) -> list[list[str]]:
    """What a job writes itself, as far as it may lie where it reads: it is left out.

    Args:
        home: Where.
        root_id: Of the job.
        run_id: Of the job.
        uploaded: Datastores and names of the files that it put there before.
        asked: Datastores and paths, which may be patterns.
    """
    written = [place for place in uploaded if _may_hold(asked, place)]
    outputs = [place for place in _outputs(home, root_id, run_id) if _may_hold(asked, place)]
    few = written if len(written) <= _MOST_LEFT_OUT else []
    return [list(place) for place in sorted({*outputs, *few})]


def _outputs(home: Home, root_id: str, run_id: str) -> Iterator[tuple[str, str]]:
    journal = home.store.journal(root_id)
    above: str | None = run_id
    while above is not None:
        run = journal.run(above)
        for place in recorded_outputs(run).values():
            if place["kind"] != LINK:
                yield place["datastore"], place["path"]
        above = None if run.is_root else run.parent_id


def _may_hold(asked: Iterable[tuple[str, str]], place: tuple[str, str]) -> bool:
    store, path = place[0], place[1].strip("/")
    starts = [_GLOB.split(asked_path)[0].strip("/") for asked_store, asked_path in asked if asked_store == store]
    return any(path.startswith(start) or start.startswith(f"{path}/") for start in starts)


def _files_of(home: Home, record: NamedRecord) -> Found | None:
    definition: Any = record.body.get("definition")
    if not isinstance(definition, Mapping) or "paths" not in definition:
        return None
    paths = tuple((str(store), str(path)) for store, path in definition["paths"])
    try:
        found = find_in_datastores(home, record.workspace, record.name, DatastorePaths(paths))
        own = [home.datastore_folder(record.workspace, store) / path for store, path in definition.get(OWN, ())]
    except HyperstepError:
        return None
    return _without(found, own) if own else found


def _without(found: Found, own: Sequence[Path]) -> Found | None:
    """The files, and empty folders, that do not lie at or below these places."""
    files = found.files
    if found.path is not None:
        root = found.path
        below = files_and_empty_folders(root) if root.is_dir() else []
        files = tuple((f"{root.name}/{name}", path) for name, path in below) or ((root.name, root),)
    others = tuple((place, file) for place, file in files if not any(file.is_relative_to(mine) for mine in own))
    return Found(None, others) if others else None
