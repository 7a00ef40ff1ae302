"""Databases of runs that are gone or hold nothing: an empty file opens well, and would be made a database anew."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hyperstep.errors import StoreError
from hyperstep.run_store.damage import LostRun
from hyperstep.run_store.sqlite.database import Database
from hyperstep.run_store.sqlite.migrations import INDEX
from hyperstep.run_store.sqlite.refusals import Refusal

_WITHOUT_RUN = "does not hold it"
_ROOTS = "select id, folder from roots order by folder"
_IS_MADE = "select count(*) from sqlite_master where name = 'runs'"
_HAS_RUN = "select count(*) from runs where id = ?"


def why_lost(file: Path) -> str:
    """Why a file can be no run's database, whatever may lie beside it; empty when it may be one."""
    try:
        return "" if file.stat().st_size else "is empty"
    except FileNotFoundError:
        return "is gone" if file.parent.is_dir() else "is gone with its folder"
    except OSError:  # whoever opens it says what it is
        return ""


def lost(file: Path) -> StoreError:
    """The error for a database that has no records of its run."""
    rule = f"A run's database must hold what was submitted, and this one {why_lost(file) or _WITHOUT_RUN}."
    remedy = "Nothing was changed. Put its folder back from a backup, or remove the run; `hyperstep doctor` says how."
    return StoreError(rule, received=str(file), remedy=remedy)


def lost_runs(home: Path) -> list[LostRun]:
    """The runs of a home whose records are not there. Nothing is changed.

    Databases that are damaged, and what an index that cannot be read knows, are left out: others tell of those.
    """
    known = _known(home) or ()
    found = (_look(str(run_id), home / "runs" / str(folder) / "run.db") for run_id, folder in known)
    return [run for run in found if run.why]


def unknown_runs(home: Path) -> list[Path]:
    """Folders that have been somebody's run and that the index does not know, as when its file was removed.

    Nothing of an index that cannot be read: others tell of that.
    """
    known = _known(home)
    if known is None:
        return []
    folders = {str(folder) for _, folder in known}
    unknown = (file.parent for file in sorted(home.glob("runs/*/run.db")) if file.parent.name not in folders)
    return [folder for folder in unknown if _had_an_owner(folder)]


def _had_an_owner(folder: Path) -> bool:
    """One that had none may be about to be submitted, one that cannot be read is damaged."""
    from hyperstep.run_store.sqlite.rebuilding import last_owner  # noqa: PLC0415 - hardly ever needed

    try:
        return last_owner(folder) is not None
    except StoreError:
        return False


def _known(home: Path) -> list[tuple[object, ...]] | None:
    """Ids and folders of the runs that the index knows; None when it cannot be read."""
    index = Database(home / "index.db", INDEX, "ro")
    try:
        return index.query(_ROOTS)
    except StoreError:
        return None
    finally:
        index.close()


def _look(run_id: str, file: Path) -> LostRun:
    why = why_lost(file)
    return LostRun(run_id, file, why or ("" if _may_hold(file, run_id) else _WITHOUT_RUN))


def _may_hold(file: Path, run_id: str) -> bool:
    from hyperstep.run_store.sqlite.read_only import read_once  # noqa: PLC0415 - hardly ever needed

    def has_run(connection: sqlite3.Connection) -> bool:
        is_made = connection.execute(_IS_MADE).fetchone()[0]
        return bool(is_made and connection.execute(_HAS_RUN, (run_id,)).fetchone()[0])

    try:
        return read_once(file, has_run)
    except (*Refusal, StoreError):  # damaged, held by somebody, or not to be read here
        return True
