"""Copies of databases that others may be writing to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from hyperstep.run_store.sqlite.refusals import store_error


def copy_database(source: Path, target: Path) -> None:
    """Copy what has been committed to ``source``, as of one moment; nothing when there is no such file.

    Raises:
        StoreError: One of the two cannot be read or written.
    """
    from hyperstep.run_store.sqlite.read_only import read_once  # noqa: PLC0415 - for plans only

    if not source.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(sqlite3.connect(target)) as writing:
            read_once(source, lambda reading: reading.backup(writing))
    except sqlite3.Error as error:
        raise store_error(error, source) from error
