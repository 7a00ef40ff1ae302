"""The durable record of runs, trials, metrics and decisions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hyperstep.run_store.base import Owner, RunStore

if TYPE_CHECKING:  # SQLite is loaded only where a store is opened
    from hyperstep.run_store.damage import Fault, LostRun
    from hyperstep.run_store.sqlite.database import JournalMode
    from hyperstep.run_store.sqlite.rebuilding import Rebuilt


def open_run_store(
    home: Path,
    *,
    read_only: bool = False,
    base: Path | None = None,
    journal_mode: JournalMode = "wal",
    busy_timeout_s: float = 30.0,
) -> RunStore:
    """The run store of a home: ``index.db`` and ``runs/<folder>/run.db``. Nothing is opened before it is needed.

    Args:
        home: The home's folder.
        read_only: Never create or write a record: what a trial's process uses. A home without records reads as empty.
        base: The home that this one was made from by ``copy_index``: journals are copied from there when needed.
        journal_mode: ``wal``, or ``delete`` for a home on a network file system.
        busy_timeout_s: How long to wait for another process that writes.
    """
    from hyperstep.run_store.sqlite.store import SqliteRunStore  # noqa: PLC0415 - loaded only where a store is opened

    return SqliteRunStore(
        home, read_only=read_only, base=base, journal_mode=journal_mode, busy_timeout_s=busy_timeout_s
    )


def copy_index(home: Path, target: Path) -> None:
    """Make the index of ``target`` a copy of that of ``home`` as it is now; nothing when that has none.

    Raises:
        StoreError: It cannot be read or written.
    """
    from hyperstep.run_store.sqlite.copying import copy_database  # noqa: PLC0415 - for plans only

    copy_database(home / "index.db", target / "index.db")


def rebuild_index(home: Path, stamp: str) -> Rebuilt:
    """Set a home's index aside and make another; see ``sqlite.rebuilding``."""
    from hyperstep.run_store.sqlite import rebuilding  # noqa: PLC0415 - hardly ever needed

    return rebuilding.rebuild_index(home, stamp)


def faulty_databases(home: Path) -> list[Fault]:
    """The databases of a home that are not whole, or cannot be opened."""
    from hyperstep.run_store.sqlite import rebuilding  # noqa: PLC0415 - hardly ever needed

    return rebuilding.faulty_databases(home)


def lost_runs(home: Path) -> list[LostRun]:
    """The runs that a home's index knows and whose database is gone or holds nothing."""
    from hyperstep.run_store.sqlite import lost  # noqa: PLC0415 - hardly ever needed

    return lost.lost_runs(home)


def unknown_runs(home: Path) -> list[Path]:
    """Folders of a home that have been somebody's run and that its index does not know."""
    from hyperstep.run_store.sqlite import lost  # noqa: PLC0415 - hardly ever needed

    return lost.unknown_runs(home)


def last_owner(folder: Path) -> Owner | None:
    """The newest owner of the run in a folder, whatever the index knows; None before the first.

    Raises:
        StoreError: Its records cannot be read.
    """
    from hyperstep.run_store.sqlite import rebuilding  # noqa: PLC0415 - hardly ever needed

    return rebuilding.last_owner(folder)


def was_driven(folder: Path) -> bool:
    """Whether a run's folder that no index knows has been somebody's run."""
    from hyperstep.run_store.sqlite import rebuilding  # noqa: PLC0415 - hardly ever needed

    return rebuilding.was_driven(folder)
