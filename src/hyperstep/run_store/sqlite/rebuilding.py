"""Making a damaged index anew: from the run folders, each of which has all about its run, and the copy of names."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from msgspec import Struct, field

from hyperstep.errors import StoreBusyError, StoreDeniedError, StoreError
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.run_store.base import Owner
from hyperstep.run_store.damage import Fault
from hyperstep.run_store.sqlite.database import Database, Transaction
from hyperstep.run_store.sqlite.index_copy import CopiedIndex
from hyperstep.run_store.sqlite.journal import SqliteJournal
from hyperstep.run_store.sqlite.lost import why_lost
from hyperstep.run_store.sqlite.migrations import INDEX
from hyperstep.run_store.sqlite.read_only import read_once
from hyperstep.run_store.sqlite.refusals import Refusal, is_busy, is_not_opened, is_want_of_room
from hyperstep.run_store.sqlite.store import SqliteRunStore, add_registered, add_root

_ADD_NAMED = "insert into named (workspace, kind, name, version, created_at, body) values (?, ?, ?, ?, ?, ?)"
_ADD_COUNTER = "insert into name_counters (workspace, kind, name, last) values (?, ?, ?, ?)"
_ADD_FINGERPRINT = """
insert into fingerprints (workspace, digest, step, run_id, root_id, created_at, body) values (?, ?, ?, ?, ?, ?, ?)
"""
_ADD_SWEEP = """
insert into sweeps (workspace, digest, step, run_id, root_id, created_at, body) values (?, ?, ?, ?, ?, ?, ?)
"""
_ADD_FORCED = "insert into forced_runs (workspace, digest, run_id, root_id, began_at) values (?, ?, ?, ?, ?)"
_BESIDE = ("", "-wal", "-shm", "-journal")
"""Endings of the files that make up one database."""


class Rebuilt(Struct):
    """What became of an index."""

    set_aside: Path | None = None
    """Where the old one lies now; None when there was none."""
    n_runs: int = 0
    n_names: int = 0
    n_fingerprints: int = 0
    """Of steps and sweeps."""
    damaged: list[str] = field(default_factory=list)
    """Folders whose database cannot be read: those runs are not in the new index."""
    torn_lines: int = 0
    """Changes of names that the copy has in part only."""


def rebuild_index(home: Path, stamp: str) -> Rebuilt:
    """Set the index aside and write another. Nobody else may have it open meanwhile. Nothing is removed.

    Args:
        home: The home's folder.
        stamp: Goes into the name under which the old index is kept.

    Raises:
        StoreError: The new one cannot be written; what there was lies where it is set aside.
    """
    found = Rebuilt()
    new = home / f"index.db.new-{stamp}"
    index = Database(new, INDEX, "rwc", journal_mode="delete")
    with index.write() as transaction:
        roots = _add_runs(home, transaction, found)
        _add_names(transaction, CopiedIndex.read(home), roots, found)
    index.close()
    found.set_aside = _set_aside(home, stamp)
    new.replace(home / "index.db")
    SqliteRunStore(home).close()
    return found


def faulty_databases(home: Path) -> list[Fault]:
    """The databases of a home that are not whole, or cannot be opened. Nothing is changed."""
    files = [home / "index.db", *sorted((home / "runs").glob("*/run.db"))]
    checked = (_fault_of(file) for file in files if file.exists())
    return [fault for fault in checked if fault is not None]


def was_driven(folder: Path) -> bool:
    """Whether a run's folder that no index knows has been somebody's run: it had an owner, or cannot be read.

    A submission that never came to be leaves its database at most, so that more without records was somebody's too.
    """
    try:
        return last_owner(folder) is not None or _holds_more(folder)
    except StoreError:
        return True


def last_owner(folder: Path) -> Owner | None:
    """The newest owner of the run in a folder; None before the first. StoreError when it cannot be read."""
    file = folder / "run.db"
    if not file.exists() or not file.stat().st_size:
        return None
    journal = SqliteJournal("", file, read_only=True)
    try:
        return journal.owner()
    finally:
        journal.close()


def _holds_more(folder: Path) -> bool:
    """Whether a folder with an empty database, or with none, holds other things."""
    database = {f"run.db{ending}" for ending in _BESIDE}
    return bool(why_lost(folder / "run.db")) and any(path.name not in database for path in folder.iterdir())


def _add_runs(home: Path, index: Transaction, found: Rebuilt) -> set[str]:
    known: set[str] = set()
    for file in sorted((home / "runs").glob("*/run.db")):
        runs = _read_runs(file)
        root = next((run for run in runs if run.is_root), None)
        if root is None or root.id in known:
            found.damaged.append(file.parent.name)
            continue
        known.add(root.id)
        add_root(index, root, file.parent.name, submission="")
        for run in runs:
            if not run.is_root and run.kind is not RunKind.TRIAL:
                add_registered(index, run.id, root.id)
    found.n_runs = len(known)
    return known


def _read_runs(file: Path) -> list[RunRecord]:
    """All runs of a journal; none when it cannot be read."""
    journal = SqliteJournal("", file, read_only=True)
    try:
        journal.spec()
        return journal.runs()
    except StoreError:
        return []
    finally:
        journal.close()


def _add_names(index: Transaction, copy: CopiedIndex, roots: set[str], found: Rebuilt) -> None:
    index.execute_many(_ADD_NAMED, copy.named.values())
    index.execute_many(_ADD_COUNTER, [(*key, last) for key, last in copy.last.items()])
    fingerprints = [row for row in copy.fingerprints.values() if row[4] in roots]
    index.execute_many(_ADD_FINGERPRINT, fingerprints)
    sweeps = [row for row in copy.sweeps.values() if row[4] in roots]
    index.execute_many(_ADD_SWEEP, sweeps)
    index.execute_many(_ADD_FORCED, copy.forced.values())  # also of runs that are gone
    found.n_names, found.n_fingerprints = len(copy.named), len(fingerprints) + len(sweeps)
    found.torn_lines = copy.unreadable


def _set_aside(home: Path, stamp: str) -> Path | None:
    kept = home / f"index.db.set-aside-{stamp}"
    for ending in _BESIDE:
        file = home / f"index.db{ending}"
        if file.exists():
            file.rename(kept.with_name(kept.name + ending))
    return kept if kept.exists() else None


def _fault_of(file: Path) -> Fault | None:
    try:
        answer = read_once(file, _check)
    except StoreBusyError:
        return None
    except StoreDeniedError as error:
        return Fault(file, str(error), is_damage=False)
    except Refusal as error:
        is_held = isinstance(error, sqlite3.Error) and is_busy(error)
        is_damage = not (is_not_opened(error) or is_want_of_room(error, file))
        return None if is_held else Fault(file, str(error), is_damage=is_damage)
    return None if answer == "ok" else Fault(file, answer)


def _check(connection: sqlite3.Connection) -> str:
    return str(connection.execute("pragma quick_check(1)").fetchone()[0])
