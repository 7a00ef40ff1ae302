"""The folder that a resumed trial finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.artifact_store import open_artifact_store
from hyperstep.errors import InvalidInputError, NotFoundError
from hyperstep.runtime.runner.resumed_files import hand_over


def test_files_lie_below_outputs_and_are_found_directly_too(tmp_path: Path) -> None:
    store = open_artifact_store(tmp_path / "home")
    files = {"outputs/m.txt": store.put_bytes(b"model"), "outputs/deep/w.txt": store.put_bytes(b"weights")}
    hand_over(store, files, tmp_path / "resume")
    for path, text in (("outputs/m.txt", "model"), ("m.txt", "model"), ("deep/w.txt", "weights")):
        assert (tmp_path / "resume" / path).read_text() == text


def test_a_trial_that_wrote_nothing_hands_over_an_empty_folder(tmp_path: Path) -> None:
    hand_over(open_artifact_store(tmp_path / "home"), {}, tmp_path / "resume")
    assert list((tmp_path / "resume").iterdir()) == []


@pytest.mark.parametrize("path", ["../m.txt", "/m.txt", "outputs/../../m.txt"])
def test_a_path_that_leads_out_of_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    store = open_artifact_store(tmp_path / "home")
    with pytest.raises(InvalidInputError, match="below"):
        hand_over(store, {path: store.put_bytes(b"x")}, tmp_path / "resume")


def test_a_file_that_is_no_longer_kept_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        hand_over(open_artifact_store(tmp_path / "home"), {"outputs/m.txt": "0" * 64}, tmp_path / "resume")
