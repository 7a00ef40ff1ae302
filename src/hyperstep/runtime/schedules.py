"""Schedules: what is submitted when, and the look that submits what has become due.

A run that a schedule submits has an id that follows from the schedule and from why it is due, so that the same cause
submits it once, whoever looks and however often a look is broken off.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from hyperstep.errors import HyperstepError, NotFoundError
from hyperstep.pipeline.recurrence import Recurrence, anchor_of, due, occurrences
from hyperstep.pipeline.spec import DatastorePaths
from hyperstep.pipeline.template import ParameterValue
from hyperstep.runtime.home import Home
from hyperstep.runtime.named_records import NamedRecords
from hyperstep.runtime.publishing import Request, endpoint_pipeline, endpoints, submit_published
from hyperstep.runtime.submission import ensure_runner

SCHEDULE_PROPERTY = "azureml.scheduleid"
"""Property of a pipeline run that holds the id of the schedule that submitted it."""

_WORKSPACES = "scheduled_workspace"
_EVERYWHERE = ""
_MINUTE_S = 60


class Watch(Struct, frozen=True):
    """A folder of a datastore, looked at every so often: a run for what is new or changed in it."""

    datastore: str
    path: str
    """Below the datastore; the files directly in it count, those in folders below do not."""
    interval_min: int
    parameter: str = ""
    """The data path parameter that is set to a changed file; one run for each file then."""


class ScheduleRecord(Struct, frozen=True):
    """What is submitted when."""

    id: str
    name: str
    experiment: str
    pipeline_id: str = ""
    endpoint_id: str = ""
    """Instead of ``pipeline_id``: the endpoint's default version at the time."""
    description: str = ""
    active: bool = True
    recurrence: Recurrence | None = None
    watch: Watch | None = None
    values: Mapping[str, ParameterValue] = field(default_factory=dict)
    continue_on_step_failure: bool | None = None
    created_at: float = 0.0
    since: float = 0.0
    """From when on times count: when it was made, enabled again, or given another recurrence."""


class ScheduleState(Struct, frozen=True):
    """How far a schedule has come."""

    id: str
    done_until: float
    """Times up to this one are done with; for a watch when it was looked at last."""
    files: Mapping[str, str] | None = None
    """For a watch: the files seen, each with its size and time of change; None before the first look."""


class Fired(Struct, frozen=True):
    """What a look did for one schedule."""

    schedule: ScheduleRecord
    due_at: float
    run_id: str = ""
    """The run that was submitted; empty when that failed."""
    missed: int = 0
    """Earlier due times that passed while nobody looked; they are not made up for."""
    error: str = ""


schedules = NamedRecords("schedule", ScheduleRecord, "schedule")
_states = NamedRecords("schedule_state", ScheduleState, "schedule state")


def add_schedule(home: Home, workspace: str, record: ScheduleRecord) -> ScheduleRecord:
    """Keep a new schedule. A watch counts what changes from now on."""
    schedules.add(home, workspace, record)
    home.store.put_named(_EVERYWHERE, _WORKSPACES, workspace, {}, time.time())
    _set_state(home, workspace, _first_state(home, workspace, record))
    return record


def restart_schedule(home: Home, workspace: str, record: ScheduleRecord) -> ScheduleRecord:
    """Change a schedule, and let only times and changes of files from now on count."""
    changed = schedules.change(home, workspace, replace(record, since=time.time()))
    _set_state(home, workspace, _first_state(home, workspace, changed))
    return changed


def scheduled_workspaces(home: Home) -> list[str]:
    """The workspaces that have, or had, schedules."""
    return sorted({named.name for named in home.store.all_named(_EVERYWHERE, _WORKSPACES)})


def next_due(record: ScheduleRecord, now: float) -> float | None:
    """When a recurring schedule is due next; None for a disabled one, and for a watch."""
    if not record.active or record.recurrence is None:
        return None
    return next(occurrences(record.recurrence, anchor_of(record.recurrence, record.created_at), now), None)


def look(home: Home, now: float) -> Iterator[Fired]:
    """Submit what has become due in any workspace, each cause once.

    Args:
        home: Opened for writing.
        now: The time, seconds since 1970.

    Yields:
        One for each run that was submitted, or could not be.
    """
    for workspace in scheduled_workspaces(home):
        for record in reversed(schedules.all(home, workspace)):
            if record.active:
                yield from _look_at(home, workspace, record, now)


def _look_at(home: Home, workspace: str, record: ScheduleRecord, now: float) -> Iterator[Fired]:
    try:
        state = _state(home, workspace, record)
        if record.recurrence is not None:
            yield from _look_at_times(home, workspace, record, state, now)
        elif record.watch is not None:
            yield from _look_at_files(home, workspace, record, state, now)
    except (HyperstepError, OSError) as error:  # one schedule's trouble is not another's
        yield Fired(record, now, error=str(error))


def _state(home: Home, workspace: str, record: ScheduleRecord) -> ScheduleState:
    try:
        return _states.find(home, workspace, record.id)
    except NotFoundError:  # broken off between the schedule and its state
        return _first_state(home, workspace, record)


def _look_at_times(
    home: Home, workspace: str, record: ScheduleRecord, state: ScheduleState, now: float
) -> Iterator[Fired]:
    if record.recurrence is None:
        return
    anchor = anchor_of(record.recurrence, record.created_at)
    # just before ``since``, so that a recurrence without a start is due at once
    found = due(record.recurrence, anchor, max(state.done_until, record.since - 1e-3), now)
    if found is None:
        return
    fired = _fire(home, workspace, record, f"time {found.latest!r}", {})
    _set_state(home, workspace, replace(state, done_until=found.latest))
    yield replace(fired, due_at=found.latest, missed=found.missed)


def _look_at_files(
    home: Home, workspace: str, record: ScheduleRecord, state: ScheduleState, now: float
) -> Iterator[Fired]:
    watch = record.watch
    if watch is None or now < max(state.done_until, record.since) + watch.interval_min * _MINUTE_S:
        return
    try:
        files = _listing(home, workspace, watch)
    except (HyperstepError, OSError) as error:  # told again only when it is looked at again
        _set_state(home, workspace, replace(state, done_until=now))
        yield Fired(record, now, error=str(error) or type(error).__name__)
        return
    known = files if state.files is None else state.files
    changed = [name for name, stamp in files.items() if known.get(name) != stamp]
    causes = changed if watch.parameter else [", ".join(changed)] if changed else []
    for cause in causes:
        path = f"{watch.path.strip('/')}/{cause}".lstrip("/")
        values = {watch.parameter: DatastorePaths(((watch.datastore, path),))} if watch.parameter else {}
        stamps = [f"{name} {files[name]}" for name in (changed if cause not in files else [cause])]
        yield replace(_fire(home, workspace, record, f"files {stamps}", values), due_at=now)
    _set_state(home, workspace, replace(state, done_until=now, files=files))


def _fire(
    home: Home, workspace: str, record: ScheduleRecord, cause: str, values: Mapping[str, ParameterValue]
) -> Fired:
    run_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{record.id} {cause}"))
    request = Request(
        record.experiment,
        values={**record.values, **values},
        continue_on_step_failure=record.continue_on_step_failure,
        properties={SCHEDULE_PROPERTY: record.id},
        run_id=run_id,
    )
    try:
        if _exists(home, run_id):  # from another look, or from one that was broken off
            ensure_runner(home, run_id)
        else:
            submit_published(home, workspace, _pipeline_of(home, workspace, record), request)
    except HyperstepError as error:
        if not _exists(home, run_id):  # else another look came first
            return Fired(record, 0.0, error=str(error))
    return Fired(record, 0.0, run_id=run_id)


def _pipeline_of(home: Home, workspace: str, record: ScheduleRecord) -> str:
    if record.endpoint_id:
        return endpoint_pipeline(endpoints.find(home, workspace, record.endpoint_id))
    return record.pipeline_id


def _exists(home: Home, run_id: str) -> bool:
    try:
        return bool(home.store.folder_of(run_id))
    except NotFoundError:
        return False


def _first_state(home: Home, workspace: str, record: ScheduleRecord) -> ScheduleState:
    files = _listing(home, workspace, record.watch) if record.watch is not None else None
    return ScheduleState(record.id, 0.0, files)


def _set_state(home: Home, workspace: str, state: ScheduleState) -> None:
    try:
        _states.change(home, workspace, state)
    except NotFoundError:
        _states.add(home, workspace, state)


def _listing(home: Home, workspace: str, watch: Watch) -> dict[str, str]:
    """The files directly in the watched folder, each with its size in bytes and its time of change in nanoseconds."""
    folder: Path = home.datastore_folder(workspace, watch.datastore) / watch.path.strip("/")
    if not folder.is_dir():
        return {}
    stamps: dict[str, str] = {}
    for file in sorted(folder.iterdir()):
        with suppress(FileNotFoundError):  # gone since the folder was read
            stat = file.stat()
            if file.is_file():
                stamps[file.name] = f"{stat.st_size} {stat.st_mtime_ns}"
    return stamps
