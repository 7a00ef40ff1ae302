"""What every artifact store must keep true: inherit the class and say how a store is opened."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

import pytest

from hyperstep.artifact_store.base import ArtifactStore
from hyperstep.digest import digest_bytes
from hyperstep.errors import NotFoundError

_LARGE = b"0123456789abcdef" * (1 << 17)
"""2 MB: more than stores hold in memory."""


def _ways_to_put(store: ArtifactStore, data: bytes, file: Path) -> tuple[Callable[[], str], ...]:
    """As bytes, and as a file that is made for it."""
    file.write_bytes(data)
    return lambda: store.put_bytes(data), lambda: store.put_file(file)


class ArtifactStoreContract(ABC):
    """The promises of ``ArtifactStore``."""

    @abstractmethod
    def open_store(self, place: Path) -> ArtifactStore:
        """A store over what is held at ``place``."""

    @abstractmethod
    def damage(self, store: ArtifactStore, digest: str, data: bytes) -> None:
        """Have ``data`` lie where the store keeps that content, as an editor or a loss of power would leave it."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> ArtifactStore:
        """An empty store."""
        return self.open_store(tmp_path / "place")

    @pytest.mark.parametrize("data", [b"", b"x", b"\x00\xff\r\n", _LARGE], ids=["empty", "one", "binary", "large"])
    def test_what_was_put_comes_back(self, store: ArtifactStore, tmp_path: Path, data: bytes) -> None:
        file = tmp_path / "näme with spaces"
        file.write_bytes(data)
        digest = store.put_file(file)
        assert digest == store.put_bytes(data) == digest_bytes(data)
        assert store.has(digest)
        assert store.read_bytes(digest) == data
        store.fetch(digest, tmp_path / "new" / "folders" / "copy")
        assert (tmp_path / "new" / "folders" / "copy").read_bytes() == data

    def test_what_was_not_put_is_not_found(self, store: ArtifactStore, tmp_path: Path) -> None:
        digest = digest_bytes(b"never put")
        assert not store.has(digest)
        with pytest.raises(NotFoundError, match=digest):
            store.read_bytes(digest)
        with pytest.raises(NotFoundError, match=digest):
            store.fetch(digest, tmp_path / "folder" / "copy")
        assert not (tmp_path / "folder" / "copy").exists()

    @pytest.mark.parametrize("data", [b"before", _LARGE], ids=["small", "large"])
    def test_the_given_file_stays_as_it_is_and_apart(self, store: ArtifactStore, tmp_path: Path, data: bytes) -> None:
        file = tmp_path / "file"
        file.write_bytes(data)
        before = file.stat()
        digest = store.put_file(file)
        after = file.stat()
        assert (after.st_mode, after.st_mtime_ns, after.st_nlink) == (before.st_mode, before.st_mtime_ns, 1)
        with file.open("r+b") as stream:
            stream.write(b"after!")
        assert store.read_bytes(digest) == data

    @pytest.mark.parametrize("data", [b"before", _LARGE], ids=["small", "large"])
    def test_a_fetched_file_is_the_callers_own(self, store: ArtifactStore, tmp_path: Path, data: bytes) -> None:
        digest = store.put_bytes(data)
        store.fetch(digest, tmp_path / "copy")
        assert (tmp_path / "copy").stat().st_mode & 0o200
        assert (tmp_path / "copy").stat().st_nlink == 1
        with (tmp_path / "copy").open("r+b") as stream:
            stream.write(b"after!")
        assert store.read_bytes(digest) == data

    def test_fetching_replaces_a_file_and_leaves_nothing_else(self, store: ArtifactStore, tmp_path: Path) -> None:
        folder = tmp_path / "folder"
        folder.mkdir()
        (folder / "copy").write_bytes(b"longer than what comes")
        store.fetch(store.put_bytes(b"new"), folder / "copy")
        assert [path.name for path in folder.iterdir()] == ["copy"]
        assert (folder / "copy").read_bytes() == b"new"

    def test_what_is_held_is_listed_and_let_go_of_unless_it_was_touched(self, store: ArtifactStore) -> None:
        assert list(store.objects()) == []
        digests = {store.put_bytes(b"{}"), store.put_bytes(b"other")}
        held = {found.digest: found for found in store.objects()}
        assert set(held) == digests
        assert {found.size for found in held.values()} == {2, 5}
        assert sorted(map(store.is_document, digests)) == [False, True]
        for digest, found in held.items():
            assert not store.discard(digest, untouched_since=found.changed_at - 1)
            assert store.renew(digest)
            assert store.discard(digest, untouched_since=found.changed_at + 3600)
            assert not store.discard(digest, untouched_since=found.changed_at + 3600)
            assert not store.has(digest)
            assert not store.renew(digest)
            assert not store.is_document(digest)
        assert list(store.objects()) == []

    def test_a_missing_file_is_told(self, store: ArtifactStore, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            store.put_file(tmp_path / "missing")

    def test_what_is_held_is_sound_and_what_is_not_held_is_not(self, store: ArtifactStore) -> None:
        """Soundness is that of the content."""
        assert store.is_sound(store.put_bytes(b"content"))
        assert not store.is_sound("0" * 64)

    def test_what_is_missing_is_told_whenever_all_was_seen_last(self, store: ArtifactStore) -> None:
        """Whatever the moment, what is not held is named."""
        held = {store.put_bytes(b"one"), store.put_bytes(b"two")}
        sizes = dict.fromkeys(held, 3)
        assert store.missing({**sizes, "0" * 64: 3}, 0) == {"0" * 64}
        assert store.missing(sizes, 2**62) == set()

    @pytest.mark.parametrize("data", [b"content", _LARGE], ids=["small", "large"])
    @pytest.mark.parametrize("left", [b"", b"cut", _LARGE + b"more"], ids=["emptied", "cut", "longer"])
    def test_what_is_of_another_size_is_not_held_and_is_replaced_by_what_is_stored(
        self, store: ArtifactStore, tmp_path: Path, data: bytes, left: bytes
    ) -> None:
        """Of the size that is asked for, that is; without one nobody looks."""
        for put in _ways_to_put(store, data, tmp_path / "file"):
            digest = put()
            assert store.has(digest, len(data))
            assert store.renew(digest, len(data))
            self.damage(store, digest, left)
            assert store.has(digest)
            assert not store.has(digest, len(data))
            assert not store.renew(digest, len(data))
            assert store.missing({digest: len(data)}, 0) == {digest}
            assert put() == digest
            assert store.read_bytes(digest) == data
            assert [found.digest for found in store.objects()] == [digest]

    @pytest.mark.parametrize("data", [b"content", _LARGE], ids=["small", "large"])
    def test_a_store_that_verifies_believes_nothing_that_is_there(
        self, store: ArtifactStore, tmp_path: Path, data: bytes
    ) -> None:
        """What has the size and another content is replaced as well."""
        store.verify = True
        for put in _ways_to_put(store, data, tmp_path / "file"):
            digest = put()
            self.damage(store, digest, data[::-1])
            assert not store.is_sound(digest)
            assert put() == digest
            assert store.read_bytes(digest) == data
            assert store.is_sound(digest)

    def test_what_is_damaged_is_set_aside_and_can_be_stored_again(self, store: ArtifactStore) -> None:
        """What is sound, or not held, is left as it is."""
        digest, other = store.put_bytes(b"content"), store.put_bytes(b"sound")
        self.damage(store, digest, b"CONTENT")
        assert store.set_aside(digest)
        assert not store.set_aside(digest)
        assert not store.set_aside(other)
        assert not store.has(digest)
        assert [found.digest for found in store.objects()] == [other]
        assert store.put_bytes(b"content") == digest
        assert store.read_bytes(digest) == b"content"

    def test_what_is_fetched_anew_says_its_size(self, store: ArtifactStore, tmp_path: Path) -> None:
        """That of what was written."""
        for data in (b"content", _LARGE):
            digest = store.put_bytes(data)
            assert store.fetch_new(digest, tmp_path / digest) == len(data)
            self.damage(store, digest, data + b"more")
            assert store.fetch_new(digest, tmp_path / f"{digest} again") == len(data) + 4
