"""The artifact store in a folder: the contract, its places, crashes and full disks."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

import pytest

from hyperstep.artifact_store import files, open_artifact_store
from hyperstep.artifact_store.base import ArtifactStore
from hyperstep.artifact_store.files import FileArtifactStore
from hyperstep.digest import digest_bytes
from hyperstep.errors import InvalidInputError
from hyperstep.file_lock import locked
from hyperstep.testing.artifact_store import ArtifactStoreContract

LARGE = bytes(range(256)) * 8192


class TestFileArtifactStore(ArtifactStoreContract):
    def open_store(self, place: Path) -> FileArtifactStore:
        return FileArtifactStore(place)

    def damage(self, store: ArtifactStore, digest: str, data: bytes) -> None:
        assert isinstance(store, FileArtifactStore)
        overwrite(store, digest, data)


class TestDurableFileArtifactStore(TestFileArtifactStore):
    def open_store(self, place: Path) -> FileArtifactStore:
        return FileArtifactStore(place, durable=True)


class TestLookAlikeOfAFileArtifactStore(TestFileArtifactStore):
    """What an overlay stores itself: its base has none of it."""

    def open_store(self, place: Path) -> FileArtifactStore:
        return FileArtifactStore(place, base=place.with_name("base"))


def overwrite(store: FileArtifactStore, digest: str, data: bytes) -> None:
    """Write over an object in its place, as nobody should."""
    place = store.folder / digest[:2] / digest[2:]
    place.chmod(0o600)
    place.write_bytes(data)


def _files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_objects_are_read_only_below_their_digest(tmp_path: Path) -> None:
    store = open_artifact_store(tmp_path)
    for data in (b"content", LARGE):
        digest = store.put_bytes(data)
        object_ = tmp_path / "objects" / digest[:2] / digest[2:]
        assert object_.read_bytes() == data
        assert object_.stat().st_mode & 0o777 == 0o444
    assert store.home == tmp_path


def test_equal_content_is_held_once(tmp_path: Path) -> None:
    store = FileArtifactStore(tmp_path / "objects")
    (tmp_path / "large").write_bytes(LARGE)
    for _ in range(2):
        store.put_file(tmp_path / "large")
        store.put_bytes(LARGE)
    assert len(_files_below(tmp_path / "objects")) == 1


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 63 + "/"])
def test_other_texts_are_no_digest(tmp_path: Path, digest: str) -> None:
    with pytest.raises(InvalidInputError, match="64 lower-case"):
        FileArtifactStore(tmp_path).read_bytes(digest)


def _full(*_args: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileArtifactStore(tmp_path / "objects")
    digest = store.put_bytes(b"held")
    (tmp_path / "large").write_bytes(LARGE)
    monkeypatch.setattr(FileArtifactStore, "_settle", _full)
    with pytest.raises(OSError, match="No space"):
        store.put_file(tmp_path / "large")
    with pytest.raises(OSError, match="No space"):
        store.put_bytes(b"new")
    assert len(_files_below(tmp_path / "objects")) == 1
    monkeypatch.setattr(files, "copy_content", _half_copied)
    with pytest.raises(OSError, match="No space"):
        store.fetch(digest, tmp_path / "out" / "copy")
    assert _files_below(tmp_path / "out") == []


def _half_copied(_source: Path, target: Path) -> None:
    target.write_bytes(b"half")
    _full()


def test_a_file_that_changes_while_it_is_read_is_held_under_its_own_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FileArtifactStore(tmp_path / "objects")
    file = tmp_path / "large"
    file.write_bytes(LARGE)

    def change_first(_source: IO[bytes], _target: IO[bytes]) -> bool:
        with file.open("r+b") as stream:
            stream.write(b"changed")
        return False

    monkeypatch.setattr(files, "clone", change_first)
    digest = store.put_file(file)
    assert digest == digest_bytes(store.read_bytes(digest)) != digest_bytes(LARGE)


def test_many_store_the_same_at_once(tmp_path: Path) -> None:
    store = FileArtifactStore(tmp_path / "objects")
    contents = [bytes([n % 7]) * (1 << 18) for n in range(70)]
    with ThreadPoolExecutor(8) as pool:
        digests = list(pool.map(store.put_bytes, contents))
    assert all(store.read_bytes(digest) == data for digest, data in zip(digests, contents, strict=True))
    assert len(_files_below(tmp_path / "objects")) == 7


_PUT_FOR_EVER = """
import os, sys
from pathlib import Path
from hyperstep.artifact_store.base import ArtifactStore
from hyperstep.artifact_store.files import FileArtifactStore

folder, start = Path(sys.argv[1]), int(sys.argv[2])
store = FileArtifactStore(folder / "objects")
n = start
while True:
    data = n.to_bytes(4, "big") * (1 << 19)
    file = folder / "file"
    file.write_bytes(data + b"of a file")
    store.put_bytes(data)
    store.put_file(file)
    n += 1
    if n == start + 2:
        print("going", flush=True)
"""


def test_a_killed_process_leaves_whole_objects_whenever_it_is_killed(tmp_path: Path) -> None:
    store = FileArtifactStore(tmp_path / "objects")
    for kill in range(8):
        command = [sys.executable, "-c", _PUT_FOR_EVER, str(tmp_path), str(kill * 1000)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"going\n"
            time.sleep(kill * 0.0013)  # at another moment each time
            writer.kill()
        objects = [path for path in _files_below(tmp_path / "objects") if path.parent.name != ".incoming"]
        assert len(objects) >= 4
        for path in objects:
            assert digest_bytes(path.read_bytes()) == path.parent.name + path.name
            assert store.is_sound(path.parent.name + path.name)
            path.unlink()


def test_an_object_that_was_tampered_with_is_not_sound(tmp_path: Path) -> None:
    store = FileArtifactStore(tmp_path)
    digest = store.put_bytes(b"content")
    (tmp_path / digest[:2] / digest[2:]).chmod(0o600)
    (tmp_path / digest[:2] / digest[2:]).write_bytes(b"CONTENT")
    assert store.has(digest)
    assert not store.is_sound(digest)


def test_an_object_that_was_removed_since_all_were_seen_is_missing(tmp_path: Path) -> None:
    store = FileArtifactStore(tmp_path)
    digest = store.put_bytes(b"content")
    place = tmp_path / digest[:2] / digest[2:]
    os.utime(place.parent, ns=(1, 1))
    seen_at = 10_000_000_000
    assert store.missing({digest: 7}, seen_at) == set()
    place.unlink()
    assert store.missing({digest: 7}, seen_at) == {digest}


@pytest.mark.parametrize("left", [b"", b"CONTENT"], ids=["emptied", "edited"])
@pytest.mark.parametrize("verify", [False, True])
def test_a_look_alike_mends_what_is_damaged_for_itself_and_leaves_its_base_as_it_is(
    tmp_path: Path, left: bytes, *, verify: bool
) -> None:
    base = FileArtifactStore(tmp_path / "base")
    digest = base.put_bytes(b"content")
    overwrite(base, digest, left)
    before = _states(tmp_path / "base")
    store = FileArtifactStore(tmp_path / "own", base=base.folder)
    store.verify = verify
    assert not store.set_aside(digest)
    assert store.put_bytes(b"content") == digest
    assert store.read_bytes(digest) == (b"content" if store.verify or not left else left)
    assert _states(tmp_path / "base") == before


def _states(folder: Path) -> dict[str, tuple[int, int, int]]:
    found = {str(path): path.stat() for path in folder.rglob("*")}
    return {name: (status.st_ino, status.st_size, status.st_mtime_ns) for name, status in found.items()}


@pytest.mark.parametrize("left", [b"cut", b"CONTENT"])
def test_what_was_damaged_is_kept_where_no_object_is_looked_for_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, left: bytes
) -> None:
    store = FileArtifactStore(tmp_path)
    store.verify = True
    digest = store.put_bytes(b"content")
    overwrite(store, digest, left)
    os.utime(tmp_path / digest[:2] / digest[2:], (1, 1))
    store.put_bytes(b"content")
    (kept,) = (tmp_path / ".damaged").iterdir()
    assert kept.read_bytes() == left
    assert kept.stat().st_mtime > 1, "it was set aside just now"
    assert str(kept) in caplog.text


def test_whoever_reads_while_a_damaged_object_is_replaced_finds_the_one_or_the_other(tmp_path: Path) -> None:
    store = FileArtifactStore(tmp_path)
    digest = store.put_bytes(LARGE)
    stop = False

    def read() -> set[int]:
        sizes = set()
        while not stop:
            sizes.add(len(store.read_bytes(digest)))
        return sizes

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        for _ in range(50):
            cut = tmp_path / "cut"
            cut.write_bytes(b"cut")
            cut.replace(tmp_path / digest[:2] / digest[2:])
            store.put_bytes(LARGE)
        stop = True
    assert reading.result() <= {3, len(LARGE)}


def test_an_object_that_was_replaced_by_a_whole_one_meanwhile_is_not_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FileArtifactStore(tmp_path)
    digest = store.put_bytes(b"content")
    overwrite(store, digest, b"cut")

    def others_first(file: Path, *, wait: bool = False) -> AbstractContextManager[bool]:
        FileArtifactStore(tmp_path).put_bytes(b"content")
        return locked(file, wait=wait)

    monkeypatch.setattr(files, "locked", others_first)
    assert not store.set_aside(digest)
    assert store.read_bytes(digest) == b"content"


def test_two_who_set_the_same_aside_at_once_do_it_once(tmp_path: Path) -> None:
    store = FileArtifactStore(tmp_path)
    for n in range(20):
        digest = store.put_bytes(b"%d" % n)
        overwrite(store, digest, b"damaged")
        with ThreadPoolExecutor(4) as pool:
            assert len([place for place in pool.map(store.set_aside, [digest] * 4) if place]) == 1
    assert list(store.objects()) == []
