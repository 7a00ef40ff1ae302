"""The durable record of runs, trials, metrics and decisions."""

from __future__ import annotations

from pathlib import Path

from hyperstep.run_store.base import RunStore


def open_run_store(home: Path, *, read_only: bool = False) -> RunStore:
    """The run store of a home: ``index.db`` and ``runs/<folder>/run.db``. Nothing is opened before it is needed.

    Args:
        home: The home's folder.
        read_only: Never create or write a record: what a trial's process uses. A home without records reads as empty.
    """
    from hyperstep.run_store.sqlite.store import SqliteRunStore  # noqa: PLC0415 - loaded only where a store is opened

    return SqliteRunStore(home, read_only=read_only)
