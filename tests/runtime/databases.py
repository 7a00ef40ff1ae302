"""The databases of a home, seen from outside."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def closed_in_order(home: Path) -> bool:
    """Whether nothing lies beside the databases, as after the last of all processes closed them."""
    for file in home.rglob("*.db"):
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("vacuum")
    return not [*home.rglob("*-wal"), *home.rglob("*-shm")]
