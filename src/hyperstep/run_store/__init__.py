"""The durable record of runs, trials, metrics and decisions."""

from __future__ import annotations

from pathlib import Path

from hyperstep.run_store.base import RunStore


def open_run_store(home: Path, *, read_only: bool = False, base: Path | None = None) -> RunStore:
    """The run store of a home: ``index.db`` and ``runs/<folder>/run.db``. Nothing is opened before it is needed.

    Args:
        home: The home's folder.
        read_only: Never create or write a record: what a trial's process uses. A home without records reads as empty.
        base: The home that this one was made from by ``copy_index``: journals are copied from there when needed.
    """
    from hyperstep.run_store.sqlite.store import SqliteRunStore  # noqa: PLC0415 - loaded only where a store is opened

    return SqliteRunStore(home, read_only=read_only, base=base)


def copy_index(home: Path, target: Path) -> None:
    """Make the index of ``target`` a copy of that of ``home`` as it is now; nothing when that has none.

    Raises:
        StoreError: It cannot be read or written.
    """
    from hyperstep.run_store.sqlite.copying import copy_database  # noqa: PLC0415 - for plans only

    copy_database(home / "index.db", target / "index.db")
