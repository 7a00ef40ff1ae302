"""The names of files that changed between two contents."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.artifact_store import listings
from hyperstep.artifact_store.listings import changed_files, keep_listing
from hyperstep.artifact_store.tree import Reading, digest_tree
from hyperstep.digest import digest_json


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("a.csv", "deep/b.csv", "deep/c.csv"):
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / name).write_text(name)
    return tmp_path / "data"


def test_each_file_that_changed_is_named_and_each_empty_folder(data: Path, tmp_path: Path) -> None:
    reading = Reading(tmp_path / "home")
    old = digest_tree(data, reading).digest
    (data / "a.csv").write_text("other")
    (data / "deep" / "b.csv").unlink()
    (data / "deep" / "d.csv").write_text("new")
    (data / "empty").mkdir()
    new = digest_tree(data, reading).digest
    assert changed_files(tmp_path / "home", old, new) == [
        "a.csv changed",
        "deep/b.csv removed",
        "deep/d.csv added",
        "empty/ added",
    ]
    assert changed_files(tmp_path / "home", old, old) == []


def test_of_a_set_of_files_too_and_what_is_not_listed_is_not_told(tmp_path: Path) -> None:
    old, new = (keep_listing(tmp_path, {"a": one, "b": "2"}, 2) for one in "13")
    assert old == digest_json({"a": "1", "b": "2"})
    assert changed_files(tmp_path, old, new) == ["a changed"]
    assert changed_files(tmp_path, old, "f" * 64) is None
    (tmp_path / listings.FOLDER / f"{new}.json").write_text("torn {")
    assert changed_files(tmp_path, old, new) is None


def test_only_the_newest_are_kept_and_none_of_large_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "_MOST_KEPT", 3)
    for number in range(9):
        keep_listing(tmp_path, {"a": str(number)}, 1)
    assert len(list((tmp_path / listings.FOLDER).iterdir())) == 3
    keep_listing(tmp_path, {"a": "x"}, 20_001)
    assert not (tmp_path / listings.FOLDER / f"{digest_json({'a': 'x'})}.json").exists()
    assert keep_listing(None, {"a": "x"}, 1) == digest_json({"a": "x"})


def test_where_none_can_be_kept_there_is_a_digest_nevertheless(tmp_path: Path) -> None:
    assert keep_listing(tmp_path / ("x" * 300), {"a": "1"}, 1) == keep_listing(tmp_path, {"a": "1"}, 1)
