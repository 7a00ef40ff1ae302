"""Snapshots: what is in them, what they are known by, and working copies of them."""

from __future__ import annotations

import os
import shutil
import socket
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hyperstep.artifact_store import open_artifact_store, snapshot
from hyperstep.artifact_store.base import ArtifactStore
from hyperstep.artifact_store.memory import MemoryArtifactStore
from hyperstep.artifact_store.snapshot import (
    Snapshot,
    SnapshotFile,
    SnapshotLimits,
    load_snapshot,
    remove_snapshot,
    take_snapshot,
    write_snapshot,
)
from hyperstep.digest import Json, canonical_json, digest_bytes
from hyperstep.errors import InvalidInputError, NotFoundError, StoreError

UNLIMITED = SnapshotLimits(max_bytes=None, max_files=None)


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return open_artifact_store(tmp_path / "home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "package").mkdir(parents=True)
    (folder / "train.py").write_text("print(1)\n")
    (folder / "package" / "__init__.py").write_text("")
    (folder / "with space").mkdir()
    (folder / "with space" / "ünï.txt").write_text("x")
    return folder


def _take(folder: Path, store: ArtifactStore) -> Snapshot:
    return take_snapshot(folder, store, UNLIMITED)


def _paths(snapshot: Snapshot) -> list[str]:
    return [file.path for file in snapshot.files]


def test_a_snapshot_lists_files_by_path(folder: Path, store: ArtifactStore) -> None:
    snapshot = _take(folder, store)
    assert _paths(snapshot) == ["package/__init__.py", "train.py", "with space/ünï.txt"]
    train = snapshot.files[1]
    assert train == SnapshotFile("train.py", digest_bytes(b"print(1)\n"), 9, executable=False)
    assert store.read_bytes(train.digest) == b"print(1)\n"


def test_a_stored_snapshot_is_loaded_by_its_digest(folder: Path, store: ArtifactStore) -> None:
    snapshot = _take(folder, store)
    assert load_snapshot(snapshot.digest, store) == snapshot


def test_place_times_and_stores_do_not_matter(folder: Path, store: ArtifactStore, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "copy"
    shutil.copytree(folder, copy)
    os.utime(copy / "train.py", (1, 1))
    (copy / "an empty folder").mkdir()
    assert _take(copy, MemoryArtifactStore()) == _take(folder, store)


@pytest.mark.parametrize("change", ["content", "name", "added", "removed", "executable"])
def test_every_change_gives_another_digest(folder: Path, store: ArtifactStore, change: str) -> None:
    before = _take(folder, store)
    train = folder / "train.py"
    match change:
        case "content":
            train.write_text("print(2)\n")
        case "name":
            train.rename(folder / "train2.py")
        case "added":
            (folder / "new").write_text("")
        case "removed":
            train.unlink()
        case _:
            train.chmod(0o755)
    assert _take(folder, store).digest != before.digest


def test_ignored_files_are_left_out_and_ignored_folders_not_entered(
    folder: Path, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("data", ".git", "package/__pycache__", "keep"):
        (folder / name).mkdir()
        (folder / name / "big.bin").write_text("x")
    (folder / "keep" / "this.bin").write_text("x")
    (folder / ".gitignore").write_text("data/\n*.bin\n!this.bin\n")
    entered: list[str] = []
    scandir = os.scandir

    def note(path: str) -> object:
        entered.append(Path(path).name)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", note)
    paths = _paths(_take(folder, store))
    assert [path for path in paths if path.endswith(".bin")] == ["keep/this.bin"]
    assert sorted(entered) == ["keep", "package", "source", "with space"]


def test_ignore_files_in_folders_below_and_above_do_not_count(folder: Path, store: ArtifactStore) -> None:
    (folder.parent / ".gitignore").write_text("*\n")
    (folder / "package" / ".gitignore").write_text("*\n")
    assert "package/__init__.py" in _paths(_take(folder, store))


def test_a_home_within_the_folder_is_left_out(folder: Path) -> None:
    store = open_artifact_store(folder / ".hyperstep")
    first = _take(folder, store)
    assert _take(folder, store) == first
    assert not any(path.startswith(".hyperstep") for path in _paths(first))


def test_the_home_that_a_look_alike_is_of_is_left_out_too(folder: Path, tmp_path: Path) -> None:
    home = folder / ".hyperstep"
    first = _take(folder, open_artifact_store(home))
    assert _take(folder, open_artifact_store(tmp_path / "look-alike", base=home)) == first


def test_links_are_followed_without_end_or_loop(folder: Path, store: ArtifactStore, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "shared.py").write_text("shared")
    (folder / "common").symlink_to(outside, target_is_directory=True)
    (folder / "link.py").symlink_to("train.py")
    (folder / "package" / "up").symlink_to(folder, target_is_directory=True)
    (folder / "nothing").symlink_to("not there")
    (folder / "itself").symlink_to("itself")
    snapshot = _take(folder, store)
    assert _paths(snapshot) == [
        "common/shared.py",
        "link.py",
        "package/__init__.py",
        "train.py",
        "with space/ünï.txt",
    ]
    assert snapshot.files[1].digest == snapshot.files[3].digest


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_pipes_and_sockets_are_left_out(folder: Path, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _take(folder, store)
    os.mkfifo(folder / "pipe")
    monkeypatch.chdir(folder)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        assert _take(folder, store) == before


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may read everything")
def test_a_file_that_may_not_be_read_is_told(folder: Path, store: ArtifactStore) -> None:
    (folder / "train.py").chmod(0)
    with pytest.raises(InvalidInputError, match=r"readable.*train\.py.*/train\.py"):
        _take(folder, store)


def test_a_file_that_cannot_be_opened_is_told_with_the_line_to_add(
    folder: Path, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ = Path.open

    def refuse(path: Path, mode: str = "r") -> object:
        if path.name == "train.py":
            raise PermissionError(13, "Permission denied", str(path))
        return open_(path, mode)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InvalidInputError, match=r"Permission denied.*add the line /train\.py to \.amlignore"):
        _take(folder, store)


def test_a_file_that_vanishes_meanwhile_is_left_out(
    folder: Path, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.tmp").write_text("x")
    put_file = type(store).put_file

    def remove_first(self: ArtifactStore, path: Path) -> str:
        (folder / "train.py").unlink(missing_ok=True)
        return put_file(self, path)

    monkeypatch.setattr(type(store), "put_file", remove_first)
    assert _paths(_take(folder, store)) == ["a.tmp", "package/__init__.py", "with space/ünï.txt"]


@pytest.mark.parametrize("name", ["missing", "train.py"])
def test_a_source_folder_must_be_one(folder: Path, store: ArtifactStore, name: str) -> None:
    with pytest.raises(InvalidInputError, match=f"must be a folder.*{name}"):
        _take(folder / name, store)


def test_too_many_bytes_are_told_with_the_largest_files(folder: Path, store: ArtifactStore) -> None:
    (folder / ".gitignore").write_text("ignored\n")
    (folder / "ignored").write_bytes(bytes(5_000_000))
    for n in range(12):
        (folder / f"big [{n}].bin").write_bytes(bytes(100_000 + n))
    limits = SnapshotLimits(max_bytes=1024 * 1024, max_files=None)
    with pytest.raises(InvalidInputError, match=r"may hold 1 MB, and this one holds 1\.1 MB") as caught:
        take_snapshot(folder, store, limits)
    lines = [line.split("add: ")[1] for line in str(caught.value).splitlines() if "add: " in line]
    assert lines == [f"/big \\[{n}\\].bin" for n in range(11, 1, -1)]
    assert ".gitignore in the folder" in str(caught.value)
    assert not (folder.parent / "home").exists()
    with (folder / ".gitignore").open("a") as stream:
        stream.write("\n".join(lines))
    assert len(take_snapshot(folder, store, limits).files) == 6


def test_too_many_files_are_told_with_the_fullest_folders(folder: Path, store: ArtifactStore) -> None:
    (folder / "data").mkdir()
    for n in range(30):
        (folder / "data" / f"{n}.txt").touch()
    with pytest.raises(InvalidInputError, match=r"may hold 32 files, and this one holds 33") as caught:
        take_snapshot(folder, store, SnapshotLimits(max_bytes=None, max_files=32))
    assert "30 files  add: /data/" in str(caught.value)
    assert "AML_SNAPSHOT_NO_FILE_LIMIT" in str(caught.value)
    assert len(take_snapshot(folder, store, SnapshotLimits(None, 33)).files) == 33


def test_a_working_copy_is_equal_and_its_own(folder: Path, store: ArtifactStore, tmp_path: Path) -> None:
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o700)
    snapshot = _take(folder, store)
    work = tmp_path / "work"
    write_snapshot(snapshot, store, work)
    assert _take(work, store) == snapshot
    assert os.access(work / "run.sh", os.X_OK)
    assert not (work / "train.py").stat().st_mode & 0o111
    (work / "train.py").write_text("changed in the copy")
    assert _take(folder, store) == snapshot
    write_snapshot(snapshot, store, tmp_path / "again")
    assert _take(tmp_path / "again", store) == snapshot


def test_removing_a_copy_leaves_what_the_run_made(folder: Path, store: ArtifactStore, tmp_path: Path) -> None:
    for name in ("outputs", "logs"):
        (folder / name).mkdir()
        (folder / name / "from source.txt").write_text("x")
    (folder / "changed.txt").write_text("before")
    (folder / "replaced.txt").write_text("before")
    snapshot = _take(folder, store)
    work = tmp_path / "work"
    write_snapshot(snapshot, store, work)
    (work / "outputs" / "model.pkl").write_text("model")
    (work / "package" / "made.txt").write_text("made")
    (work / "changed.txt").write_text("after!")
    (work / "replaced.txt").unlink()
    (work / "replaced.txt").symlink_to("train.py")
    (work / "empty").mkdir()
    remove_snapshot(snapshot, work)
    left = sorted(path.relative_to(work).as_posix() for path in work.rglob("*"))
    assert left == [
        "changed.txt",
        "empty",
        "logs",
        "logs/from source.txt",
        "outputs",
        "outputs/from source.txt",
        "outputs/model.pkl",
        "package",
        "package/made.txt",
        "replaced.txt",
    ]
    remove_snapshot(snapshot, work)
    remove_snapshot(snapshot, tmp_path / "not there")


def test_what_is_no_snapshot_is_refused(store: ArtifactStore) -> None:
    with pytest.raises(NotFoundError):
        load_snapshot("a" * 64, store)
    for data in (b"plain file", b"[]", b'{"format": "hyperstep snapshot 99", "files": []}'):
        with pytest.raises(StoreError, match="snapshot"):
            load_snapshot(store.put_bytes(data), store)


@pytest.mark.parametrize("path", ["../escape", "/etc/passwd", "a/../../b", ""])
def test_a_snapshot_cannot_lead_out_of_its_folder(store: ArtifactStore, path: str) -> None:
    file: dict[str, Json] = {"path": path, "digest": "a" * 64, "size": 1, "executable": False}
    manifest = canonical_json({"format": "hyperstep snapshot 1", "files": [file]})
    with pytest.raises(StoreError, match="below its folder"):
        load_snapshot(store.put_bytes(manifest.encode()), store)


def test_unchanged_files_are_not_read_again(
    folder: Path, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = max(path.stat().st_ctime_ns for path in folder.rglob("*")) + 3_000_000_000
    monkeypatch.setattr("hyperstep.artifact_store.digest_cache.time.time_ns", lambda: later)
    first = _take(folder, store)
    read: list[str] = []
    put_file = type(store).put_file

    def note(self: ArtifactStore, path: Path) -> str:
        read.append(path.name)
        return put_file(self, path)

    monkeypatch.setattr(type(store), "put_file", note)
    assert _take(folder, store) == first
    assert read == []
    (folder / "train.py").write_text("print(2)\n")
    assert _take(folder, store) != first
    assert read == ["train.py"]


def test_content_that_the_store_lost_is_stored_again(
    folder: Path, store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = max(path.stat().st_ctime_ns for path in folder.rglob("*")) + 3_000_000_000
    monkeypatch.setattr("hyperstep.artifact_store.digest_cache.time.time_ns", lambda: later)
    first = _take(folder, store)
    shutil.rmtree(tmp_path / "home" / "objects")
    assert _take(folder, store) == first
    assert store.read_bytes(first.files[1].digest) == b"print(1)\n"


def _overwrite(home: Path, digest: str, data: bytes) -> None:
    """Write over an object; the time of its folder stays as it is."""
    place = home / "objects" / digest[:2] / digest[2:]
    place.chmod(0o600)
    place.write_bytes(data)


@pytest.mark.parametrize("left", [b"", b"print(2)\n"], ids=["emptied", "edited"])
def test_where_the_store_verifies_damaged_files_and_lists_are_stored_again_from_the_folder(
    folder: Path, store: ArtifactStore, tmp_path: Path, left: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = max(path.stat().st_ctime_ns for path in folder.rglob("*")) + 3_000_000_000
    monkeypatch.setattr("hyperstep.artifact_store.digest_cache.time.time_ns", lambda: later)
    first = _take(folder, store)
    _overwrite(tmp_path / "home", first.files[1].digest, left)
    _overwrite(tmp_path / "home", first.digest, left)
    store.verify = True
    assert _take(folder, store) == first
    assert store.is_sound(first.digest)
    assert all(store.is_sound(file.digest) for file in first.files)


@pytest.mark.parametrize("started_after", [True, False])
def test_after_a_start_of_the_machine_the_sizes_of_all_stored_files_are_looked_at_once(
    folder: Path, store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, started_after: bool
) -> None:
    later = max(path.stat().st_ctime_ns for path in folder.rglob("*")) + 3_000_000_000
    monkeypatch.setattr("hyperstep.artifact_store.digest_cache.time.time_ns", lambda: later)
    first = _take(folder, store)
    assert _take(folder, store) == first
    _overwrite(tmp_path / "home", first.files[1].digest, b"")
    started_at = later + 1 if started_after else later - 1
    monkeypatch.setattr(snapshot, "_started_at", lambda _now: started_at)
    assert _take(folder, store) == first
    assert store.is_sound(first.files[1].digest) == started_after
    _overwrite(tmp_path / "home", first.digest, b"")
    assert _take(folder, store) == first
    assert store.is_sound(first.digest), "that one's size is looked at each time"


@pytest.mark.parametrize(("left", "verify"), [(b"print()\n", False), (b"print(2)\n", True)], ids=["cut", "edited"])
def test_a_damaged_file_or_list_is_not_taken_for_source(
    folder: Path, store: ArtifactStore, tmp_path: Path, left: bytes, *, verify: bool
) -> None:
    taken = _take(folder, store)
    store.verify = verify
    _overwrite(tmp_path / "home", taken.files[1].digest, left)
    with pytest.raises(NotFoundError, match=r"damaged.*train\.py.*--verify"):
        write_snapshot(taken, store, tmp_path / "copy")
    assert not store.has(taken.files[1].digest), "it was set aside, so that the next submission stores it again"
    assert _take(folder, store) == taken
    write_snapshot(taken, store, tmp_path / "another")
    _overwrite(tmp_path / "home", taken.digest, b'{"format": "hyperstep snapshot 1", "files": []}')
    with pytest.raises(StoreError, match=r"damaged.*--verify"):
        load_snapshot(taken.digest, store)


def test_a_size_that_was_recorded_wrongly_is_no_damage(folder: Path, store: ArtifactStore, tmp_path: Path) -> None:
    """A file that grows while it is stored."""
    taken = _take(folder, store)
    files = tuple(replace(file, size=file.size + 1) for file in taken.files)
    write_snapshot(replace(taken, files=files), store, tmp_path / "copy")
    assert (tmp_path / "copy" / "train.py").read_bytes() == b"print(1)\n"


NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=8).filter(
    lambda name: name not in {".", "..", ".git", "__pycache__", ".gitignore", ".amlignore"}
)


def _differ_everywhere(contents: dict[str, bytes]) -> bool:
    """Some file systems see no difference between cases, or between ways to write an accent."""
    return len({unicodedata.normalize("NFKD", name.casefold()) for name in contents}) == len(contents)


@given(st.dictionaries(NAMES, st.binary(max_size=20), max_size=5).filter(_differ_everywhere))
@settings(max_examples=40, deadline=None)
def test_any_names_survive_the_way_through_the_store(contents: dict[str, bytes]) -> None:
    import tempfile  # noqa: PLC0415 - hypothesis does not reset fixtures

    with tempfile.TemporaryDirectory() as place:
        source, work = Path(place, "source"), Path(place, "work")
        source.mkdir()
        for name, data in contents.items():
            (source / name).write_bytes(data)
        store = MemoryArtifactStore()
        snapshot = _take(source, store)
        write_snapshot(load_snapshot(snapshot.digest, store), store, work)
        assert {path.name: path.read_bytes() for path in work.iterdir()} == contents
        remove_snapshot(snapshot, work)
        assert [path.name for path in work.iterdir() if path.name not in {"outputs", "logs"}] == []


def test_a_virtual_environment_beside_the_script_is_no_source(folder: Path, store: ArtifactStore) -> None:
    before = _paths(_take(folder, store))
    (folder / "env" / "lib").mkdir(parents=True)
    (folder / "env" / "pyvenv.cfg").write_text("home = /usr/bin")
    (folder / "env" / "lib" / "module.py").write_text("")
    assert _paths(_take(folder, store)) == before
