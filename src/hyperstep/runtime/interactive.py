"""Runs that nobody launches: a script or notebook starts them, logs to them and ends them itself.

A root run of this kind is owned by the process that started it. One below another run lives in that run's journal,
and is written by whoever owns that: a runner, or the process itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.records.run import RunError, RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import Journal
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.ownership import this_process

MAX_CHILDREN = 100
"""Children that one call may make, as in v1."""

_HOLDS_NONE = frozenset({RunKind.PIPELINE, RunKind.SWEEP})


def start_run(home: Home, root: RunRecord, folder: str, code: Mapping[str, Json], submission: str = "") -> RunRecord:
    """Record a root run that this process drives itself; it is Running from now on.

    Args:
        home: Where.
        root: Its record.
        folder: Name of its folder.
        code: What ``get_details`` says of its code: the snapshot.
        submission: See ``RunStore.create``.
    """
    run = replace(root, status=RunStatus.RUNNING, started_at=root.created_at)
    spec: dict[str, Json] = {"kind": "interactive", "code": dict(code)}
    journal = home.store.create([run], folder=folder, spec=spec, submission=submission)
    journal.acquire(this_process())
    return run


def new_children(
    journal: Journal, parent_id: str, wanted: Sequence[Mapping[str, object]], now: float
) -> list[RunRecord]:
    """Records of new interactive runs below a run; those that exist already are left out, so it may be repeated.

    Args:
        journal: The records.
        parent_id: The run above.
        wanted: For each its ``id``, ``name``, ``tags`` and whether it is ``started``.
        now: Seconds since the epoch.

    Raises:
        InvalidInputError: The run above is a pipeline or a sweep, which hold runs of their own kinds only.
        NotFoundError: There is no run above.
    """
    parent = journal.run(parent_id)
    if parent.kind in _HOLDS_NONE:
        rule = "Only a run of a script, or one that a script started, can be given child runs."
        raise InvalidInputError(rule, received=f"{parent_id}, which is a {parent.kind.value}")
    siblings = journal.runs(parent_id=parent_id)
    known = {run.id for run in siblings}
    new = [entry for entry in wanted if entry["id"] not in known]
    return [_child(parent, len(siblings) + i, entry, now) for i, entry in enumerate(new)]


def ended(run: RunRecord, status: RunStatus, now: float, error: RunError | None = None, reason: str = "") -> RunRecord:
    """The record of a run that ends now; an ended one stays as it is."""
    if run.status.is_terminal:
        return run
    return replace(run, status=status, ended_at=now, error=error, reason=reason)


def with_open_children(journal: Journal, run: RunRecord, now: float) -> list[RunRecord]:
    """An ended run, and after it the interactive runs below it, ended as it was."""
    result, above = [run], {run.id}
    reason = f"ended with the run above it, {run.id}"
    for child in journal.runs():
        if child.parent_id in above and child.kind is RunKind.INTERACTIVE:
            above.add(child.id)
            result += [] if child.status.is_terminal else [ended(child, run.status, now, reason=reason)]
    return result


def end_run(home: Home, run_id: str, status: RunStatus, *, error: RunError | None = None, reason: str = "") -> None:
    """End an interactive run whose root is interactive too; nothing happens when it has ended before.

    Raises:
        NotFoundError: No run has that id.
        NotOwnerError: Another process took the run over just now.
    """
    journal = home.store.journal(home.store.root_of(run_id))

    def last_records() -> list[RunRecord]:
        run, now = journal.run(run_id), time.time()
        if run.status.is_terminal:
            return []
        return with_open_children(journal, ended(run, status, now, error, reason), now)

    change_runs(home, journal, last_records)


def change_runs(home: Home, journal: Journal, change: Callable[[], Sequence[RunRecord]]) -> None:
    """Write records in the name of the journal's owner; the index follows.

    Args:
        home: Where.
        journal: The records.
        change: Makes the new records of what is recorded when it is called: nobody else writes before they are.

    Raises:
        NotOwnerError: Another process took the run over just now.
    """
    owner = journal.owner()
    with journal.transaction(owner.epoch if owner is not None else 0) as writer:
        runs = change()
        for run in runs:
            writer.put_run(run)
    for run in runs:
        if run.is_root:
            home.store.update_root(run)


def _child(parent: RunRecord, number: int, entry: Mapping[str, object], now: float) -> RunRecord:
    tags = entry.get("tags")
    started = bool(entry.get("started"))
    return replace(
        parent,
        id=str(entry["id"]),
        kind=RunKind.INTERACTIVE,
        name=f"{parent.name}>{entry['name']}" if entry.get("name") else parent.name,
        parent_id=parent.id,
        number=number,
        status=RunStatus.RUNNING if started else RunStatus.NOT_STARTED,
        created_at=now,
        started_at=now if started else None,
        ended_at=None,
        folder=f"{parent.folder}/child-{number:04d}".lstrip("/"),
        script="",
        arguments=(),
        properties={},
        tags={str(key): str(value) for key, value in tags.items()} if isinstance(tags, Mapping) else {},
        error=None,
        reason="",
        reused_from=None,
    )
