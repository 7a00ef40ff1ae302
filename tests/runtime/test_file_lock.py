"""A lock is held by one process at a time, and may be removed by its holder."""

from __future__ import annotations

from pathlib import Path

from hyperstep.runtime.file_lock import locked


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
