"""Data by content."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from hyperstep.artifact_store import tree
from hyperstep.artifact_store.tree import Reading, digest_tree
from hyperstep.digest import digest_bytes
from hyperstep.errors import InvalidInputError


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    (data / "deep").mkdir(parents=True)
    (data / "a.csv").write_text("1,2\n")
    (data / "deep" / "b.csv").write_text("3\n")
    (data / ".gitignore").write_text("*\n")
    return data


def test_a_file_is_known_by_its_bytes(data: Path) -> None:
    assert digest_tree(data / "a.csv") == (digest_bytes(b"1,2\n"), 4, 1, ())


def test_a_folder_counts_all_its_files(data: Path) -> None:
    found = digest_tree(data)
    assert (found.size, found.n_files) == (8, 3)


def test_place_times_and_permissions_do_not_matter(data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(data, copy)
    os.utime(copy / "a.csv", (1, 1))
    (copy / "a.csv").chmod(0o777)
    assert digest_tree(copy) == digest_tree(data)


@pytest.mark.parametrize("change", ["content", "name", "moved", "empty folder"])
def test_names_and_contents_do(data: Path, change: str) -> None:
    before = digest_tree(data)
    if change == "content":
        (data / "a.csv").write_text("1,3\n")
    elif change == "empty folder":
        (data / "deep" / "empty").mkdir()
    else:
        (data / "a.csv").rename(data / ("c.csv" if change == "name" else "deep/a.csv"))
    assert digest_tree(data).digest != before.digest


def test_a_folder_of_one_file_is_not_that_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x").write_text("x")
    assert digest_tree(tmp_path / "folder").digest != digest_tree(tmp_path / "folder" / "x").digest


def test_nothing_has_no_digest(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="missing"):
        digest_tree(tmp_path / "missing")


def test_an_empty_folder_counts_when_no_file_has_changed(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = max(path.stat().st_ctime_ns for path in data.rglob("*")) + 3_000_000_000
    monkeypatch.setattr("hyperstep.artifact_store.digest_cache.time.time_ns", lambda: later)
    before, _again = (digest_tree(data, Reading(tmp_path / "home")) for _ in range(2))
    (data / "empty").mkdir()
    assert digest_tree(data, Reading(tmp_path / "home")).digest != before.digest
    (data / "empty").rmdir()
    assert digest_tree(data, Reading(tmp_path / "home")) == before


def test_unchanged_data_is_not_read_again(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = max(path.stat().st_ctime_ns for path in data.rglob("*")) + 3_000_000_000
    monkeypatch.setattr("hyperstep.artifact_store.digest_cache.time.time_ns", lambda: later)
    first = digest_tree(data, Reading(tmp_path / "home"))
    of_file = digest_tree(data / "a.csv", Reading(tmp_path / "home"))

    def refuse(path: Path) -> str:
        raise AssertionError(path)

    monkeypatch.setattr(tree, "digest_file", refuse)
    assert digest_tree(data, Reading(tmp_path / "home")) == first
    assert digest_tree(data / "a.csv", Reading(tmp_path / "home")) == of_file
    with pytest.raises(AssertionError, match=r"a\.csv"):
        digest_tree(data / "a.csv")
