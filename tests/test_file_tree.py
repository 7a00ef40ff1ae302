"""Listing a folder in which others are at work."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from hyperstep.file_tree import files_under


def test_files_at_any_depth_are_found_and_folders_and_dead_links_are_not(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("top", "a/one", "a/b/two"):
        (tmp_path / name).touch()
    (tmp_path / "dead").symlink_to(tmp_path / "nowhere")
    (tmp_path / "round").symlink_to(tmp_path)
    assert {str(path.relative_to(tmp_path)) for path in files_under(tmp_path)} == {"top", "a/one", "a/b/two"}


def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert list(files_under(tmp_path / "nowhere")) == []


def test_a_folder_that_goes_away_during_the_walk_is_left_out(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    found = []
    for path in files_under(tmp_path):
        found.append(path.parent.name)
        shutil.rmtree(tmp_path / ({"one", "two"} - {path.parent.name}).pop())
    assert len(found) == 1


@pytest.mark.parametrize("number", [errno.EMFILE, errno.EIO])
def test_a_folder_that_cannot_be_listed_now_is_not_taken_for_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "file").touch()
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if os.fspath(path).endswith("inner"):
            raise OSError(number, os.strerror(number), path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(OSError, match=os.strerror(number)):
        list(files_under(tmp_path))
