"""The run store in memory keeps the contract."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from hyperstep.run_store.memory import MemoryRunStore, StoreState
from hyperstep.testing.journal import JournalContract
from hyperstep.testing.run_store import RunStoreContract, StoreFactory, root_run


class MemoryFactory(StoreFactory):
    @pytest.fixture(autouse=True)
    def _states(self) -> None:
        self.states: dict[Path, StoreState] = {}

    def open_store(self, place: Path, *, read_only: bool = False) -> MemoryRunStore:
        state = self.states.setdefault(place, StoreState())
        return MemoryRunStore(state, read_only=read_only)


class TestMemoryRunStore(MemoryFactory, RunStoreContract):
    pass


class TestMemoryJournal(MemoryFactory, JournalContract):
    pass


def test_threads_write_one_after_the_other() -> None:
    store = MemoryRunStore()
    journal = store.create([root_run()], folder="f", spec=None)

    def append() -> None:
        for _ in range(200):
            with journal.transaction(0) as writer:
                writer.append_event("HD_root", "x", {}, 1.0)

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.sequence for event in journal.events("HD_root")] == list(range(800))
