"""Copies of databases that others may be writing to."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hyperstep.run_store.sqlite.refusals import store_error


def copy_database(source: Path, target: Path) -> None:
    """Copy what has been committed to ``source``, as of one moment; nothing when there is no such file.

    Raises:
        StoreError: One of the two cannot be read or written.
    """
    if not source.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        reading = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
        try:
            writing = sqlite3.connect(target)
            try:
                reading.backup(writing)
            finally:
                writing.close()
        finally:
            reading.close()
    except sqlite3.Error as error:
        raise store_error(error, source) from error
