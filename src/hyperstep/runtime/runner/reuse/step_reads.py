"""What a step's script read by name through our API: noted with its run, and looked at again before it is reused."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from hyperstep.artifact_store.tree import Reading
from hyperstep.artifact_store.web_files import ADDRESS, FOLDER, Look, News, look_again
from hyperstep.digest import Json, digest_json, is_same
from hyperstep.errors import USER_FAULTS, HyperstepError, NotFoundError
from hyperstep.pipeline.reuse import Difference
from hyperstep.records.run import RunRecord
from hyperstep.run_store.base import CHANGED_BY, REGISTERED_BY, NamedRecord, StoredFingerprint
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.data_paths import Found, content_digest
from hyperstep.runtime.runner.reuse.read_kinds import (
    DATASETS,
    FILES,
    KEPT,
    LISTING,
    MARKS,
    PIPELINE,
    READS,
    READS_PROPERTY,
    RESULT,
    ROOTS,
    RUN,
    SETTLED_PROPERTY,
    SHOWN_DIGITS,
    STATE,
    STEP,
    STEPS,
    each_kept_read,
)
from hyperstep.runtime.runner.reuse.steady_inputs import ChangedWhileReadError
from hyperstep.runtime.runner.reuse.step_facts import Around

_logger = logging.getLogger(__name__)


def with_read(run: RunRecord, read: Mapping[str, Json]) -> dict[str, str]:
    """A run's properties after its script has read something more."""
    known = _noted(run)
    noted = known if read in known else [*known, dict(read)]
    return {**run.properties, READS_PROPERTY: json.dumps(noted)}


def reads_of(runs: Iterable[RunRecord]) -> list[dict[str, Json]]:
    """What these runs read, each thing once; of one that another stands for what that one had read."""
    found: dict[str, dict[str, Json]] = {}
    for run in runs:
        for read in settled_reads(run) if run.reused_from else _noted(run):
            found.setdefault(json.dumps(read, sort_keys=True), read)
    return list(found.values())


def settled_reads(run: RunRecord) -> list[dict[str, Json]]:
    """What a trial read that has ended, or what the one had read that stands for it."""
    settled: list[dict[str, Json]] = json.loads(run.properties.get(SETTLED_PROPERTY, "[]"))
    return settled


def carried_reads(source: RunRecord) -> dict[str, str]:
    """The property of a run that ``source`` stands for: what that one had read, as that one's reads."""
    reads = [{ROOTS: [source.root_id], **read} for read in settled_reads(source)]
    return {SETTLED_PROPERTY: json.dumps(reads)} if reads else {}


def settle_reads(home: Home, workspace: str, reads: list[dict[str, Json]]) -> list[Json]:
    """Add the content of all data that were read.

    Args:
        home: Where.
        workspace: Whose data.
        reads: As noted.

    Raises:
        ChangedWhileReadError: Files are not as they were when the script got them.
    """
    return [_settled(home, workspace, read) if _is_data(read) and "content" not in read else read for read in reads]


def _is_data(read: Mapping[str, Json]) -> bool:
    return read["what"] == FILES or _is_dataset(read)


def _is_dataset(read: Mapping[str, Json]) -> bool:
    return read["what"] in DATASETS and read["asked"] != LISTING and read["found"] is not None


def _settled(home: Home, workspace: str, read: dict[str, Json]) -> Json:
    """The read with the content of its data, taken before the state is looked at, so that it is that state's."""
    from hyperstep.runtime.runner.reuse.read_data import data_content, data_state  # noqa: PLC0415 - few read datasets

    record = _record_found(home, str(read.get("workspace", workspace)), read)
    with suppress(*USER_FAULTS, OSError):  # it has gone away
        content = None if record is None else data_content(home, record, Reading(home.path))
        if record is not None and read.get(STATE) and data_state(home, record) == read[STATE]:
            return {**{key: value for key, value in read.items() if key != STATE}, "content": content}
    title = _title(read)
    raise ChangedWhileReadError(title, title=f"What is behind '{title.removeprefix('read: ')}'")


def changed_reads(
    home: Home,
    source: StoredFingerprint,
    reading: Reading,
    *,
    contents: bool,
    around: Around | None = None,
    ask: Callable[[Path], Look] = look_again,
) -> tuple[Difference, ...]:
    """What a source read by name that is not the same now.

    Args:
        home: Where.
        source: The earlier run.
        reading: How digests are taken.
        contents: Whether the files of datasets count, or their versions only.
        around: The pipeline that a step is of.
        ask: Asks a server about the file that is kept of it.
    """
    found: list[Difference] = []
    for read in each_kept_read(source.record.get(READS)):
        if str(read["what"]).startswith(RESULT):
            continue
        if read["what"] in {STEP, STEPS, PIPELINE}:
            from hyperstep.runtime.runner.reuse.sibling_reads import sibling_change  # noqa: PLC0415 - few read them

            found.extend(sibling_change(home, read, around or Around()))
        elif read["what"] == ADDRESS:
            found.extend(_address_change(home, read, reading, ask))
        else:
            found.extend(_change(home, source, read, reading, contents=contents))
    return tuple(found)


def _change(
    home: Home, source: StoredFingerprint, read: Mapping[str, Json], reading: Reading, *, contents: bool
) -> Iterator[Difference]:
    workspace, roots = str(read.get("workspace", source.workspace)), _own_roots(source, read)
    now = _found_now(home, workspace, read, roots)
    if read["found"] not in now:
        yield Difference(_title(read), read["found"], now[0])
        return
    if read.get(MARKS) is not None:
        marks = _marks_now(home, workspace, read, roots)
        if not is_same(marks, read[MARKS]):
            yield Difference(_title(read), read[MARKS], marks)
            return
    if contents and "content" in read:
        from hyperstep.runtime.runner.reuse.read_data import data_content  # noqa: PLC0415 - few read datasets

        record = _record_found(home, workspace, read)
        unlimited = replace(reading, limit_bytes=None)
        content = None if record is None else data_content(home, record, unlimited)
        if content != read["content"]:
            yield Difference(_title(read), read["content"], content)


def _address_change(
    home: Home, read: Mapping[str, Json], reading: Reading, ask: Callable[[Path], Look]
) -> Iterator[Difference]:
    """Ask the server; without an answer what is kept counts."""
    place = home.path / FOLDER / str(read["asked"])
    found: str | None = None
    with suppress(HyperstepError):  # it is gone, here and there
        look = ask(place)
        if look.news is News.NO_ANSWER:
            _logger.warning("%s does not answer (%s): the file in the home counts", look.shown, look.reason)
        found = content_digest(Found(place), replace(reading, limit_bytes=None))[0]
    if found != read["found"]:
        yield Difference(_title(read), read["found"], found)


def run_state(home: Home, root_id: str, run_id: str) -> str | None:
    """What a reader of a run can have seen of it; None when it is not there.

    Once all of its tree has ended, whatever is written to that tree counts: metrics, tags, files, runs below it.
    """
    try:
        journal = home.store.journal(root_id)
        run, root = journal.run(run_id), journal.run(root_id)
    except HyperstepError:
        return None
    if run.ended_at is None:
        return run.status.value
    records = f", records {journal.version()}" if root.ended_at is not None else ""
    return f"{run.status.value} at {run.ended_at:.3f}{records}"


def is_of_one_tree(home: Home, root_id: str, other: str) -> bool:
    """Whether one of two root runs is the other, or was submitted from within it: they go on at the same time."""
    return root_id in _roots_above(home, other) or other in _roots_above(home, root_id)


def _roots_above(home: Home, root_id: str) -> frozenset[str]:
    """A root run, and those that it was submitted from."""
    found = {root_id}
    with suppress(HyperstepError):  # one above is gone
        above = home.store.journal(root_id).run(root_id).parent_id
        while above is not None:
            root = home.store.root_of(above)
            found.add(root)
            above = home.store.journal(root).run(root).parent_id
    return frozenset(found)


def run_list_state(home: Home, workspace: str, experiment: str | None) -> str:
    """What can be seen by looking through runs that were submitted and have ended; None for all experiments.

    Those that go on are left out: the reader's own is one of them, and a plan has none.
    """
    roots = home.store.roots(workspace=workspace, experiment=experiment)
    marks = [[run.id, run.status.value, dict(run.tags)] for run in roots if run.ended_at is not None]
    return f"{len(marks)} runs, {digest_json(marks)[:SHOWN_DIGITS]}"


def marks_of(record: NamedRecord) -> dict[str, Json]:
    """What can be seen of a version beside its files, and can be changed without a new one."""
    return {key: record.body.get(key) for key in ("tags", "properties", "description")}


def _own_roots(source: StoredFingerprint, read: Mapping[str, Json]) -> tuple[str, ...]:
    roots = read.get(ROOTS)
    return tuple(map(str, roots)) if isinstance(roots, list | tuple) else (source.root_id,)


def _marks_now(home: Home, workspace: str, read: Mapping[str, Json], roots: tuple[str, ...]) -> Json:
    """Those of the version that was read; where the reader's own run has changed them, as they were read."""
    record = _record_found(home, workspace, read)
    is_own = record is not None and not {record.body.get(REGISTERED_BY), record.body.get(CHANGED_BY)}.isdisjoint(roots)
    return read[MARKS] if is_own or record is None else marks_of(record)


def _found_now(home: Home, workspace: str, read: Mapping[str, Json], roots: tuple[str, ...]) -> list[Json]:
    """What a reader may find now."""
    name = str(read["name"])
    match read["what"]:
        case what if what == FILES:
            return [read["found"]]
        case what if what == RUN and read["asked"] == LISTING:
            return [run_list_state(home, workspace, name or None)]
        case what if what == RUN:
            return [_run_state(home, name)]
    return [*_versions(home, workspace, read, roots)]


def _run_state(home: Home, run_id: str) -> str | None:
    try:
        return run_state(home, home.store.root_of(run_id), run_id)
    except HyperstepError:
        return None


def _versions(home: Home, workspace: str, read: Mapping[str, Json], roots: tuple[str, ...]) -> list[str | None]:
    """What a reader would get now: the asked version; of the newest that too that would be without the run's own."""
    name = str(read["name"]) or None
    if read["asked"] == LISTING:
        listed = home.store.all_named(workspace, str(read["what"]), name)
        return [listing_state(listed, roots[: count + 1]) for count in range(len(roots))]
    if read["asked"] == KEPT:
        return [kept_state(home.store.all_named(workspace, str(read["what"]), name))]
    if isinstance(read["asked"], int):
        record = _record(home, workspace, read, read["asked"])
        return [None if record is None else f"version {record.version}"]
    records = home.store.all_named(workspace, str(read["what"]), str(read["name"]))
    others = [record for record in records if record.body.get(REGISTERED_BY) not in roots]
    return [f"version {found[0].version}" if found else None for found in (records, others)]


def listing_state(records: Iterable[NamedRecord], roots: Collection[str]) -> str:
    """What can be seen by looking through versions, without those that the reader's own runs registered."""
    others = [record for record in records if record.body.get(REGISTERED_BY) not in roots]
    marks = [[each.name, each.version, each.body.get("tags"), each.body.get("properties")] for each in others]
    return f"{len(others)} versions, {digest_json(marks)[:SHOWN_DIGITS]}"


def kept_state(records: Iterable[NamedRecord]) -> str:
    """What can be seen of records that are kept by an id."""
    seen: list[list[Json]] = [[record.name, record.body] for record in records]
    return f"{len(seen)} kept, {digest_json(seen)[:SHOWN_DIGITS]}"


def _record(home: Home, workspace: str, read: Mapping[str, Json], version: Json) -> NamedRecord | None:
    try:
        asked = version if isinstance(version, int) else None
        return home.store.named(workspace, str(read["what"]), str(read["name"]), asked)
    except NotFoundError:
        return None


def _record_found(home: Home, workspace: str, read: Mapping[str, Json]) -> NamedRecord | None:
    """The version that was read; None when there was none, or it is there no more. Of files what stands for one."""
    if read["what"] == FILES:
        from hyperstep.runtime.runner.reuse.read_data import record_of_places  # noqa: PLC0415 - few read data

        return record_of_places(workspace, read)
    version = str(read["found"]).removeprefix("version ")
    return _record(home, workspace, read, int(version)) if version.isdigit() else None


def _noted(run: RunRecord) -> list[dict[str, Json]]:
    noted: list[dict[str, Json]] = json.loads(run.properties.get(READS_PROPERTY, "[]"))
    return noted


def _title(read: Mapping[str, Json]) -> str:
    what = "runs of" if read["what"] == RUN and read["asked"] == LISTING else str(read["what"]).replace("_", " ")
    return f"read: {what} {read['name'] or '(all)'}"
