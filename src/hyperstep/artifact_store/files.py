"""The artifact store in a folder: ``ab/<rest of the digest>`` holds the content, read-only."""

from __future__ import annotations

import hashlib
import os
import re
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import IO

from hyperstep.artifact_store.base import ArtifactStore, HeldObject
from hyperstep.artifact_store.reflink import clone, copy_content
from hyperstep.digest import digest_bytes, digest_file
from hyperstep.errors import InvalidInputError, NotFoundError
from hyperstep.file_lock import locked
from hyperstep.file_systems import TIME_STEP_NS

_INCOMING = ".incoming"
_READ_ONLY = 0o444
_SMALL = 1 << 20
"""Bytes up to which a file is read once and held in memory."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LOCK = ".lock"
_FRESH_S = 3600.0
"""What was stored or renewed so lately is not renewed again."""


class FileArtifactStore(ArtifactStore):
    """Content-addressed files below one folder, on a local disk.

    Args:
        folder: Where the objects lie; made when first something is stored.
        home: See the base.
        base: A folder of another store whose objects are held too; nothing is written there.
        durable: Wait until each object is on the disk, so that it survives a loss of power too. Without it the
            operating system decides when; a crash of processes never does harm.
    """

    def __init__(
        self, folder: Path, *, home: Path | None = None, base: Path | None = None, durable: bool = False
    ) -> None:
        self.folder = folder
        self._folder_text = str(folder)
        self._base = base
        self._durable = durable
        self.home = home

    def put_file(self, path: Path) -> str:
        """See the base."""
        with path.open("rb") as source:
            if os.fstat(source.fileno()).st_size <= _SMALL:
                return self.put_bytes(source.read())
            digest = hashlib.file_digest(source, "sha256").hexdigest()
            if self._is_there(digest, source.tell()):
                return digest
            source.seek(0)
            return self._put_stream(source)

    def put_bytes(self, data: bytes) -> str:
        """See the base."""
        digest = digest_bytes(data)
        if self._is_there(digest, len(data)):
            return digest
        with self._incoming() as temporary:
            with temporary.open("xb") as stream:
                stream.write(data)
                self._settle(stream)
            self._accept(temporary, digest)
        return digest

    def has(self, digest: str, size: int | None = None) -> bool:
        """See the base."""
        # asked for each file of a snapshot: a path object costs more than the look
        _check_digest(digest)
        try:
            held = os.stat(f"{self._folder_text}/{digest[:2]}/{digest[2:]}").st_size  # noqa: PTH116 - as said
        except OSError:
            return self._base_has(digest, size)
        return size is None or held == size

    def missing(self, sizes: Mapping[str, int], since_ns: int) -> set[str]:
        """See the base. A folder whose time says that nothing came or went since is not looked into."""
        by_folder: dict[str, list[str]] = {}
        for digest in sizes:
            by_folder.setdefault(digest[:2], []).append(digest)
        changed = (held for name, held in by_folder.items() if not self._is_settled(name, since_ns))
        return {digest for held in changed for digest in held if not self.has(digest, sizes[digest])}

    def is_sound(self, digest: str) -> bool:
        """See the base."""
        try:
            return digest_file(self._held(digest)) == digest
        except OSError:
            return False

    def set_aside(self, digest: str) -> str:
        """See the base. What the base of an overlay holds stays as it is."""
        path = _place(self.folder, digest)
        if not path.exists():
            return ""
        from hyperstep.artifact_store.damaged import set_aside  # noqa: PLC0415 - little is ever damaged

        return set_aside(path, digest, self.folder, self._locked())

    def renew(self, digest: str, size: int | None = None) -> bool:
        """See the base. Only what has not been touched for long needs the lock: nobody discards younger objects."""
        _check_digest(digest)
        path = f"{self._folder_text}/{digest[:2]}/{digest[2:]}"
        try:
            status = os.stat(path)  # noqa: PTH116 - as in ``has``
            if size is not None and status.st_size != size:
                return False
            if time.time() - status.st_mtime < _FRESH_S:
                return True
            with self._locked():
                os.utime(path)
        except FileNotFoundError:
            return self.has(digest, size)  # the base of an overlay may hold it
        return True

    def objects(self) -> Iterator[HeldObject]:
        """See the base."""
        for folder in self.folder.glob("??"):
            for path in folder.iterdir():
                with suppress(FileNotFoundError):
                    status = path.stat()
                    yield HeldObject(folder.name + path.name, status.st_size, status.st_mtime)

    def discard(self, digest: str, *, untouched_since: float) -> bool:
        """See the base."""
        path = _place(self.folder, digest)
        with self._locked():
            if not path.exists() or path.stat().st_mtime > untouched_since:
                return False
            path.unlink()
        return True

    def is_document(self, digest: str) -> bool:
        """See the base."""
        try:
            with self._held(digest).open("rb") as stream:
                return stream.read(1) == b"{"
        except FileNotFoundError:
            return False

    def read_bytes(self, digest: str) -> bytes:
        """See the base."""
        try:
            return self._held(digest).read_bytes()
        except FileNotFoundError:
            raise self._missing(digest) from None

    def fetch(self, digest: str, target: Path) -> None:
        """See the base."""
        source = self._held(digest)
        if not source.is_file():
            raise self._missing(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.parent / f".{uuid.uuid4().hex}.tmp"
        try:
            copy_content(source, temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def fetch_new(self, digest: str, target: Path) -> int:
        """See the base."""
        source = self._held(digest)
        try:
            return copy_content(source, target)
        except FileNotFoundError:
            if source.is_file():
                raise
            raise self._missing(digest) from None

    def _is_there(self, digest: str, size: int) -> bool:
        """Whether a content need not be stored. Where that is to be verified, what is damaged is set aside."""
        if not self.renew(digest, size):
            return False
        if self.verify and not self.is_sound(digest):
            self.set_aside(digest)
            return False
        return True

    def _base_has(self, digest: str, size: int | None) -> bool:
        if self._base is None:
            return False
        place = _place(self._base, digest)
        return place.is_file() and (size is None or place.stat().st_size == size)

    def _put_stream(self, source: IO[bytes]) -> str:
        """Take in what the file holds now. The digest is of our own copy: the file may change meanwhile."""
        with self._incoming() as temporary:
            with temporary.open("xb") as stream:
                if not clone(source, stream):
                    import shutil  # noqa: PLC0415 - costs milliseconds, and most files are small

                    shutil.copyfileobj(source, stream, _SMALL)
                self._settle(stream)
            digest = digest_file(temporary)
            self._accept(temporary, digest)
        return digest

    @contextmanager
    def _incoming(self) -> Iterator[Path]:
        """A path for a new file on the store's own file system; nothing is left there afterwards."""
        folder = self.folder / _INCOMING
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / uuid.uuid4().hex
        try:
            yield temporary
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)

    def _locked(self) -> AbstractContextManager[bool]:
        """Between looking at an object's age and acting on it nobody else may act."""
        return locked(self.folder / _LOCK, wait=True)

    def _settle(self, stream: IO[bytes]) -> None:
        stream.flush()
        if self._durable:
            os.fsync(stream.fileno())

    def _accept(self, temporary: Path, digest: str) -> None:
        """Give a complete file its place. Somebody who did so first had the same content, unless that was damaged."""
        target = _place(self.folder, digest)
        target.parent.mkdir(exist_ok=True)
        with suppress(FileNotFoundError):
            if target.stat().st_size != temporary.stat().st_size:
                from hyperstep.artifact_store.damaged import keep_replaced  # noqa: PLC0415 - as above

                keep_replaced(target, digest, self.folder)
        temporary.chmod(_READ_ONLY)
        temporary.replace(target)
        if self._durable:
            _sync_folder(target.parent)

    def _is_settled(self, name: str, since_ns: int) -> bool:
        try:
            return os.stat(f"{self._folder_text}/{name}").st_mtime_ns + TIME_STEP_NS <= since_ns  # noqa: PTH116
        except OSError:
            return False

    def _held(self, digest: str) -> Path:
        """Where the content lies, if it is held."""
        own = _place(self.folder, digest)
        return _place(self._base, digest) if self._base is not None and not own.exists() else own

    def _missing(self, digest: str) -> NotFoundError:
        rule = f"The artifact store {self.folder} does not hold that content."
        return NotFoundError(rule, received=digest, remedy="Was it removed, or is this another home?")


def _place(folder: Path, digest: str) -> Path:
    _check_digest(digest)
    return folder / digest[:2] / digest[2:]


def _check_digest(digest: str) -> None:
    """No other text becomes a path."""
    if _DIGEST.fullmatch(digest) is None:
        rule = "A digest is 64 lower-case hexadecimal characters."
        raise InvalidInputError(rule, received=digest)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
