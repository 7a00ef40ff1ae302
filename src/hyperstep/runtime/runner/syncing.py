"""Bringing records to the disk every second while there are new ones: what a loss of power may cost."""

from __future__ import annotations

import threading

from hyperstep.run_store.base import Journal, RunStore

PERIOD_S = 1.0


class Syncing:
    """Waits for the disk in a thread of its own, so that the runner does not.

    Args:
        journal: The run's records.
        store: The index.
    """

    def __init__(self, journal: Journal, store: RunStore) -> None:
        self._journal = journal
        self._store = store
        self._synced = -1
        self._next_at = 0.0
        self._thread: threading.Thread | None = None

    def tick(self, now: float) -> None:
        """Begin, when it is time, there is something new, and the last one is through."""
        if now < self._next_at or (self._thread is not None and self._thread.is_alive()):
            return
        version = self._journal.version()
        if version != self._synced:
            self._synced, self._next_at = version, now + PERIOD_S
            self._thread = threading.Thread(target=self._sync, daemon=True)
            self._thread.start()

    def finish(self) -> None:
        """All that was committed is on the disk when this returns."""
        if self._thread is not None:
            self._thread.join()
        self._sync()

    def _sync(self) -> None:
        self._journal.sync()
        self._store.sync()
