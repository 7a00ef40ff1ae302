"""Records are brought to the disk every second while there are new ones, and not otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.run_store import open_run_store
from hyperstep.runtime.runner.syncing import PERIOD_S, Syncing
from hyperstep.testing.run_store import root_run


def test_what_is_new_is_synced_at_most_once_a_second_and_in_any_case_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_run_store(tmp_path)
    journal = store.create([root_run()], folder="f", spec=None)
    synced: list[int] = []
    monkeypatch.setattr(journal, "sync", lambda: synced.append(journal.version()))
    syncing = Syncing(journal, store)

    def look(now: float) -> list[int]:
        syncing.tick(now)
        if syncing._thread is not None:
            syncing._thread.join()
        return synced

    def write() -> None:
        with journal.transaction(0) as writer:
            writer.append_event("HD_root", "x", {}, 1.0)

    write()
    first = journal.version()
    assert look(0.0) == [first]
    write()
    assert look(PERIOD_S / 2) == [first]
    assert look(PERIOD_S) == [first, first + 1]
    assert look(PERIOD_S * 9) == [first, first + 1]
    write()
    syncing.finish()
    assert synced == [first, first + 1, first + 2]
    store.close()
