"""What an artifact store promises: content in, digest out; the same content is held once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple


class HeldObject(NamedTuple):
    """One content that a store holds."""

    digest: str
    size: int
    """Bytes."""
    changed_at: float
    """Seconds since the epoch when it was last stored, or asked for by ``renew``."""


class ArtifactStore(ABC):
    """Content-addressed files.

    - A digest that ``put`` returned can be read back, bit for bit, by any process, from then on.
    - A crash in the middle of storing never leaves a part of a file under a digest.
    - Storing never changes or keeps the given file; later changes to it do not reach the store (no hard links).
    - Two processes may store the same content at once.
    - What lies under a digest may be damaged: the disk's fault, or somebody's who wrote there. Storing the content
      replaces it when its size is another one, at once for who reads it; with ``verify`` whatever is wrong with it.
    """

    home: Path | None = None
    """The folder on this machine with hyperstep's own files, for stores that have one: never part of a snapshot, and
    where digests of unchanged files are remembered (``cache/digests``)."""

    verify: bool = False
    """Whether what is there is read before it is believed to be what is stored."""

    base_home: Path | None = None
    """The home that ``home`` is a look-alike of: never part of a snapshot either."""

    @abstractmethod
    def put_file(self, path: Path) -> str:
        """Store a file's content; returns its digest.

        Raises:
            OSError: The file cannot be read, or the disk is full.
        """

    @abstractmethod
    def put_bytes(self, data: bytes) -> str:
        """Store ``data``; returns its digest."""

    @abstractmethod
    def has(self, digest: str, size: int | None = None) -> bool:
        """Whether the content is held, with as many bytes as are given, if any are."""

    def missing(self, sizes: Mapping[str, int], since_ns: int) -> set[str]:  # noqa: ARG002 - some can do with less
        """Those of the contents that are not held with their sizes.

        Args:
            sizes: Bytes of each content, by digest.
            since_ns: A moment (nanoseconds since the epoch) at which all that were held before it, are known to have
                been held: only what may have come or gone since is looked at.
        """
        return {digest for digest, size in sizes.items() if not self.has(digest, size)}

    @abstractmethod
    def is_sound(self, digest: str) -> bool:
        """Whether the content is held and is what its digest says: it is read to the end."""

    @abstractmethod
    def set_aside(self, digest: str) -> str:
        """Move a content out of the way that is not what its digest says: it is held no more, and a warning says so.

        Returns where it is then; an empty text when it is sound or not held, or belongs to the base of an overlay.

        Raises:
            OSError: It cannot be moved.
        """

    @abstractmethod
    def renew(self, digest: str, size: int | None = None) -> bool:
        """As ``has``; if so, it counts as stored just now, and no ``discard`` takes it for a while."""

    @abstractmethod
    def objects(self) -> Iterator[HeldObject]:
        """All that is held, in no particular order."""

    @abstractmethod
    def discard(self, digest: str, *, untouched_since: float) -> bool:
        """Let go of a content, unless it was stored or renewed after that time; returns whether it was let go of.

        Raises:
            OSError: It cannot be removed.
        """

    @abstractmethod
    def is_document(self, digest: str) -> bool:
        """Whether the content is held and begins as a JSON object does: it may be a manifest."""

    @abstractmethod
    def read_bytes(self, digest: str) -> bytes:
        """The content.

        Raises:
            NotFoundError: It is not held.
        """

    @abstractmethod
    def fetch(self, digest: str, target: Path) -> None:
        """Write the content to ``target`` (by temporary file and rename), with its folders.

        The written file is the caller's own: writable, and independent of the store.

        Raises:
            NotFoundError: It is not held.
        """

    def fetch_new(self, digest: str, target: Path) -> int:
        """As ``fetch``, for a file that is not there yet in a folder that nobody looks at before it is complete.

        Returns how many bytes were written.

        Raises:
            NotFoundError: The content is not held.
            OSError: The target exists, or the disk is full.
        """
        self.fetch(digest, target)
        return target.stat().st_size
