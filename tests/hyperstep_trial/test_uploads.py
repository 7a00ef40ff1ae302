"""Uploaded files: whole, once, and inside their folder."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from hyperstep_trial import uploads
from hyperstep_trial.errors import UserErrorException


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("model.pkl", "model.pkl"),
        ("./outputs//model.pkl", "outputs/model.pkl"),
        ("/a/b", "a/b"),
        (Path("a") / "b", "a/b"),
        ("half\udce4", "half?"),
    ],
)
def test_names_have_one_form(given: object, name: str) -> None:
    assert uploads.artifact_name(given) == name


@pytest.mark.parametrize("name", ["", ".", "/", "../model", "a/../../b", "a\0b", "..\\model"])
def test_names_that_lead_outside_are_refused(name: str) -> None:
    with pytest.raises(UserErrorException, match="relative path"):
        uploads.artifact_name(name)


@pytest.mark.parametrize("source", [io.BytesIO(b"content"), io.StringIO("content")])
def test_streams_of_bytes_and_text_are_stored(source: object, tmp_path: Path) -> None:
    uploads.store(str(tmp_path / "uploads"), "a/b.txt", source)
    assert (tmp_path / "uploads" / "a" / "b.txt").read_text() == "content"
    assert [path.name for path in tmp_path.iterdir()] == ["uploads"]


def test_a_name_is_used_once_and_the_first_file_stays(tmp_path: Path) -> None:
    folder = str(tmp_path / "uploads")
    uploads.store(folder, "a", io.BytesIO(b"first"))
    with pytest.raises(UserErrorException, match="used once"):
        uploads.store(folder, "a", io.BytesIO(b"second"))
    assert (tmp_path / "uploads" / "a").read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["uploads"]


def test_a_name_is_used_once_where_hard_links_are_unknown_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    folder = str(tmp_path / "uploads")
    uploads.store(folder, "a", io.BytesIO(b"first"))
    with pytest.raises(UserErrorException, match="used once"):
        uploads.store(folder, "a", io.BytesIO(b"second"))
    assert (tmp_path / "uploads" / "a").read_bytes() == b"first"


def test_a_missing_file_is_told_with_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(UserErrorException, match=r"missing\.pkl.*\(from "):
        uploads.store(str(tmp_path / "uploads"), "a", tmp_path / "missing.pkl")
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(str(size))

    with pytest.raises(OSError, match=r"\d"):
        uploads.store(str(tmp_path / "uploads"), "a", Broken())
    assert list(tmp_path.iterdir()) == []


def test_all_files_of_a_folder_are_found_with_their_relative_names(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "b").write_text("")
    (tmp_path / "sub" / "a").write_text("")
    assert uploads.files_below(tmp_path) == [("b", str(tmp_path / "b")), ("sub/a", str(tmp_path / "sub" / "a"))]
    with pytest.raises(UserErrorException, match="no folder"):
        uploads.files_below(str(tmp_path / "missing"))
