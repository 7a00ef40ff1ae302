"""The snapshot's own files in outputs/ and logs/ of a working copy, told apart from what a process wrote there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hyperstep.artifact_store.copied_files import is_untouched, mark_copies, marks_of
from hyperstep.artifact_store.memory import MemoryArtifactStore
from hyperstep.artifact_store.snapshot import Snapshot, SnapshotLimits, take_snapshot, write_snapshot


@pytest.fixture
def snapshot(tmp_path: Path) -> tuple[Snapshot, MemoryArtifactStore]:
    source, store = tmp_path / "source", MemoryArtifactStore()
    for name in ("train.py", "outputs/a.txt", "outputs/b.txt", "outputs/deep/c.txt", "logs/d.txt", "outputs.txt"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("same")
    return take_snapshot(source, store, SnapshotLimits(None, None)), store


@pytest.fixture
def work(snapshot: tuple[Snapshot, MemoryArtifactStore], tmp_path: Path) -> Path:
    target = tmp_path / "work"
    write_snapshot(*snapshot, target)
    mark_copies(marks_of(snapshot[0]), target)
    return target


def untouched(snapshot: Snapshot, work: Path) -> list[str]:
    marks = marks_of(snapshot)
    return [path for path in marks if is_untouched(work / path, marks[path])]


def test_only_files_in_outputs_and_logs_are_marked(snapshot: tuple[Snapshot, MemoryArtifactStore], work: Path) -> None:
    marks = marks_of(snapshot[0])
    assert sorted(marks) == ["logs/d.txt", "outputs/a.txt", "outputs/b.txt", "outputs/deep/c.txt"]
    assert untouched(snapshot[0], work) == sorted(marks)
    now = (work / "train.py").stat().st_mtime
    assert (work / "outputs/a.txt").stat().st_mtime < now


def test_a_folder_without_such_files_has_no_marks(tmp_path: Path) -> None:
    (tmp_path / "train.py").touch()
    assert marks_of(take_snapshot(tmp_path, MemoryArtifactStore(), SnapshotLimits(None, None))) == {}


def test_what_was_written_again_is_touched_be_its_content_the_same(
    snapshot: tuple[Snapshot, MemoryArtifactStore], work: Path
) -> None:
    (work / "outputs/a.txt").write_text("same")
    with (work / "logs/d.txt").open("a") as log:
        log.write("more")
    (work / "outputs/deep/c.txt").unlink()
    assert untouched(snapshot[0], work) == ["outputs/b.txt"]


def test_a_file_moved_onto_another_one_is_touched(snapshot: tuple[Snapshot, MemoryArtifactStore], work: Path) -> None:
    (work / "outputs/a.txt").replace(work / "outputs/b.txt")
    shutil.copy2(work / "logs/d.txt", work / "outputs/deep/c.txt")
    assert untouched(snapshot[0], work) == ["logs/d.txt"]


def test_a_link_in_the_place_of_a_file_is_touched(snapshot: tuple[Snapshot, MemoryArtifactStore], work: Path) -> None:
    (work / "outputs/a.txt").rename(work / "aside.txt")
    (work / "outputs/a.txt").symlink_to(work / "aside.txt")
    assert "outputs/a.txt" not in untouched(snapshot[0], work)
