"""Results appear as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hyperstep.runtime.runner.documents import write_atomically


def test_a_document_is_written_with_the_folders_above_it(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a" / "b" / "metrics", "{}")
    assert (tmp_path / "a" / "b" / "metrics").read_text() == "{}"
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["metrics"]


def test_a_reader_of_the_old_document_keeps_it_whole(tmp_path: Path) -> None:
    write_atomically(tmp_path / "metrics", "old")
    with (tmp_path / "metrics").open() as reader:
        write_atomically(tmp_path / "metrics", "new")
        assert reader.read() == "old"
    assert (tmp_path / "metrics").read_text() == "new"


def test_a_write_that_fails_leaves_the_old_document_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_atomically(tmp_path / "metrics", "old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(tmp_path / "metrics", "new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"metrics": "old"}
