"""What `doctor --verify` says of stored files; what it does to them is tested with real runs."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from hyperstep.artifact_store import open_artifact_store
from hyperstep.artifact_store.files import FileArtifactStore
from hyperstep.cli import stored_files
from hyperstep.cli.main import main
from hyperstep.runtime.stored_files import DamagedFile

DIGEST = "ab" * 32


def test_what_is_damaged_is_told_with_its_runs_and_its_new_place() -> None:
    words = stored_files.damage_words(DamagedFile(DIGEST, 8, "objects/.damaged/x", runs=("a", "b", "c", "d", "e")))
    assert (
        f"The stored file {DIGEST} is damaged: its 8 B are not what was stored. It is of a, b, c and 2 more runs."
        in words
    )
    assert "It was set aside: objects/.damaged/x. Submit again" in words
    words = stored_files.damage_words(DamagedFile(DIGEST, 8, "", "Permission denied"))
    assert "and was not set aside: Permission denied. No run whose records can be read refers to it." in words


def test_the_progress_is_said_every_few_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.0, 1.0, 6.0, 6.0, 7.0, 12.0, 12.0])
    tell = stored_files._progress(lambda: next(times))
    for read in range(4):
        tell(read, 4)
    said = capsys.readouterr().err.splitlines()
    assert said == [f"hyperstep: read {n} B of 4 B of stored files" for n in (1, 3)]


def test_what_cannot_be_moved_is_a_problem_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = open_artifact_store(tmp_path / "home")
    digest = store.put_bytes(b"content")
    place = tmp_path / "home" / "objects" / digest[:2] / digest[2:]
    place.chmod(0o600)
    place.write_bytes(b"")

    def refuse(_store: FileArtifactStore, _digest: str) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(FileArtifactStore, "set_aside", refuse)
    assert main(["doctor", "--verify"]) == 1
    assert "was not set aside: [Errno 13] Permission denied" in capsys.readouterr().out
    assert place.exists()
