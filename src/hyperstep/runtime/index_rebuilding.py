"""Making a damaged index anew, when nobody writes to it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from hyperstep.errors import ConflictError, StoreError
from hyperstep.run_store import last_owner, rebuild_index
from hyperstep.run_store.sqlite.rebuilding import Rebuilt
from hyperstep.runtime.home import make_writable
from hyperstep.runtime.liveness import lives_here


def rebuild(home: Path) -> Rebuilt:
    """Set the index aside and make another from the run folders.

    Raises:
        ConflictError: A run goes on; its runner has the index open.
        StoreError: The new one cannot be written.
    """
    make_writable(home)
    busy = [folder.name for folder in sorted((home / "runs").glob("*")) if _has_runner(folder)]
    if busy:
        rule = "The index is made anew when no run goes on."
        raise ConflictError(rule, received=busy, remedy="Nothing was changed. Wait for their end, then type it again.")
    return rebuild_index(home, datetime.now(UTC).strftime("%Y%m%dT%H%M%S"))


def _has_runner(folder: Path) -> bool:
    try:
        owner = last_owner(folder)
    except StoreError:  # damaged: its runner cannot go on
        return False
    return owner is not None and lives_here(owner)
