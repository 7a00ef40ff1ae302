"""What a step's script read by name through our API: noted with its run, and looked at again before it is reused."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from msgspec.structs import replace

from hyperstep.artifact_store.tree import Reading
from hyperstep.artifact_store.walk import walk_files
from hyperstep.artifact_store.web_files import ADDRESS, FOLDER, News, look_again
from hyperstep.digest import Json
from hyperstep.errors import HyperstepError, NotFoundError
from hyperstep.pipeline.reuse import Difference
from hyperstep.pipeline.spec import DatastorePaths
from hyperstep.records.run import RunRecord
from hyperstep.run_store.base import REGISTERED_BY, NamedRecord, StoredFingerprint
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.data_paths import Found, content_digest, find_in_datastores
from hyperstep.runtime.runner.reuse.steady_inputs import ChangedWhileReadError

READS = "reads"
"""Key of a source's record."""

READS_PROPERTY = "hyperstep.reads"
"""Property of a run: JSON, a list of ``{"what", "name", "asked", "found"}``."""

SETTLED_PROPERTY = "hyperstep.settled_reads"
"""Property of a trial that has ended: the same, with the content of each dataset."""
_logger = logging.getLogger(__name__)

RUN = "run"
"""What is read, when it is a run; else the kind of a named thing."""


def with_read(run: RunRecord, read: Mapping[str, Json]) -> dict[str, str]:
    """A run's properties after its script has read something more."""
    known = _noted(run)
    noted = known if read in known else [*known, dict(read)]
    return {**run.properties, READS_PROPERTY: json.dumps(noted)}


def reads_of(runs: Iterable[RunRecord]) -> list[dict[str, Json]]:
    """What these runs read, each thing once."""
    found: dict[str, dict[str, Json]] = {}
    for run in runs:
        for read in _noted(run):
            found.setdefault(json.dumps(read, sort_keys=True), read)
    return list(found.values())


def settle_reads(home: Home, workspace: str, reads: list[dict[str, Json]], *, since: float) -> list[Json]:
    """Add the content of each dataset that was read.

    Args:
        home: Where.
        workspace: Whose datasets.
        reads: As noted.
        since: When the run started, seconds since the epoch.

    Raises:
        ChangedWhileReadError: Files of a dataset were changed after the run had started.
    """
    settled: list[Json] = []
    for read in reads:
        found = _files_of(home, workspace, read)
        if found is None:
            settled.append(read)
            continue
        if any(time > since for time in _change_times(found)):
            title = _title(read)
            raise ChangedWhileReadError(title, title=f"What is behind '{title.removeprefix('read: ')}'")
        settled.append({**read, "content": content_digest(found, Reading(home.path))[0]})
    return settled


def changed_reads(home: Home, source: StoredFingerprint, reading: Reading, *, contents: bool) -> tuple[Difference, ...]:
    """What a source read by name that is not the same now.

    Args:
        home: Where.
        source: The earlier run.
        reading: How digests are taken.
        contents: Whether the files of datasets count, or their versions only.
    """
    reads = source.record.get(READS, ())
    found: list[Difference] = []
    for read in reads if isinstance(reads, list | tuple) else ():
        if isinstance(read, Mapping):
            found.extend(_change(home, source, read, reading, contents=contents))
    return tuple(found)


def _change(
    home: Home, source: StoredFingerprint, read: Mapping[str, Json], reading: Reading, *, contents: bool
) -> Iterator[Difference]:
    if read["what"] == ADDRESS:
        yield from _address_change(home, read, reading)
        return
    workspace, root_id = source.workspace, source.root_id
    now = [_run_state(home, read)] if read["what"] == RUN else _versions(home, workspace, read, root_id)
    if read["found"] not in now:
        yield Difference(_title(read), read["found"], now[0])
    elif contents and "content" in read:
        files = _files_of(home, workspace, read)
        content = content_digest(files, replace(reading, limit_bytes=None))[0] if files else None
        if content != read["content"]:
            yield Difference(_title(read), read["content"], content)


def _address_change(home: Home, read: Mapping[str, Json], reading: Reading) -> Iterator[Difference]:
    """Ask the server; without an answer what is kept counts."""
    place = home.path / FOLDER / str(read["asked"])
    found: str | None = None
    with suppress(HyperstepError):  # it is gone, here and there
        look = look_again(place)
        if look.news is News.NO_ANSWER:
            _logger.warning("%s does not answer (%s): the file in the home counts", look.shown, look.reason)
        found = content_digest(Found(place), replace(reading, limit_bytes=None))[0]
    if found != read["found"]:
        yield Difference(_title(read), read["found"], found)


def run_state(run: RunRecord) -> str:
    """What a reader of a run can have seen of it."""
    return run.status.value if run.ended_at is None else f"{run.status.value} at {run.ended_at:.3f}"


def _run_state(home: Home, read: Mapping[str, Json]) -> str | None:
    run_id = str(read["name"])
    try:
        return run_state(home.store.journal(home.store.root_of(run_id)).run(run_id))
    except HyperstepError:
        return None


def _versions(home: Home, workspace: str, read: Mapping[str, Json], root_id: str) -> list[str | None]:
    """What a reader would get now: the asked version; of the newest that too that would be without the run's own."""
    if isinstance(read["asked"], int):
        record = _record(home, workspace, read, read["asked"])
        return [None if record is None else f"version {record.version}"]
    records = home.store.all_named(workspace, str(read["what"]), str(read["name"]))
    others = [record for record in records if record.body.get(REGISTERED_BY) != root_id]
    return [f"version {found[0].version}" if found else None for found in (records, others)]


def _record(home: Home, workspace: str, read: Mapping[str, Json], version: Json) -> NamedRecord | None:
    try:
        asked = version if isinstance(version, int) else None
        return home.store.named(workspace, str(read["what"]), str(read["name"]), asked)
    except NotFoundError:
        return None


def _files_of(home: Home, workspace: str, read: Mapping[str, Json]) -> Found | None:
    """The files behind a dataset that was read; None for what is no dataset, or is there no more."""
    if read["what"] in {RUN, ADDRESS}:
        return None
    found = str(read["found"]).removeprefix("version ")
    record = _record(home, workspace, read, int(found) if found.isdigit() else None)
    definition: Any = record.body.get("definition") if record is not None else None
    if not isinstance(definition, Mapping) or "paths" not in definition:
        return None
    paths = tuple((str(store), str(path)) for store, path in definition["paths"])
    try:
        return find_in_datastores(home, workspace, str(read["name"]), DatastorePaths(paths))
    except HyperstepError:
        return None


def _change_times(found: Found) -> Iterator[float]:
    for path in [found.path] if found.path else [file for _, file in found.files]:
        if path.is_dir():
            yield from (file.stat.st_mtime for file in walk_files(path, lambda _path, _is_folder: True))
        else:
            yield path.stat().st_mtime


def _noted(run: RunRecord) -> list[dict[str, Json]]:
    noted: list[dict[str, Json]] = json.loads(run.properties.get(READS_PROPERTY, "[]"))
    return noted


def _title(read: Mapping[str, Json]) -> str:
    return f"read: {read['what']} {read['name']}"
