"""A lock is held by one process at a time, and may be removed by its holder."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from hyperstep.file_lock import hold, locked


def test_a_second_one_does_not_get_it_before_the_first_has_let_go(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with locked(file) as first, locked(file) as second:
        assert (first, second) == (True, False)
    with locked(file) as again:
        assert again


def test_a_file_that_its_holder_removed_stands_for_nothing_any_more(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with locked(file) as first:
        assert first
        file.unlink()
        with locked(file) as next_one:
            assert next_one


def test_who_waits_gets_it_when_the_first_has_let_go(tmp_path: Path) -> None:
    file, got = tmp_path / "lock", threading.Event()

    def wait() -> None:
        with locked(file, wait=True) as waited:
            assert waited
            got.set()

    waiting = threading.Thread(target=wait)
    with locked(file):
        waiting.start()
        assert not got.is_set()
    waiting.join()
    assert got.is_set()


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be removed")
def test_who_waited_for_a_file_that_was_removed_takes_the_one_that_is_there_now(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    held = []
    first = hold(file)
    assert first is not None
    waiting = threading.Thread(target=lambda: held.append(hold(file, wait=True)))
    waiting.start()
    file.unlink()
    first.close()
    waiting.join()
    (second,) = held
    assert second is not None
    assert hold(file) is None
    second.close()
