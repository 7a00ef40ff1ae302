"""The artifact store in memory, for simulations and tests."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from hyperstep.artifact_store.base import ArtifactStore, HeldObject
from hyperstep.digest import digest_bytes
from hyperstep.errors import NotFoundError


class MemoryArtifactStore(ArtifactStore):
    """Contents in a dictionary, within one process."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self._damaged: list[bytes] = []
        self._changed_at: dict[str, float] = {}

    def put_file(self, path: Path) -> str:
        """See the base."""
        return self.put_bytes(path.read_bytes())

    def put_bytes(self, data: bytes) -> str:
        """See the base."""
        digest = digest_bytes(data)
        self.contents[digest] = bytes(data)
        self._changed_at[digest] = time.time()
        return digest

    def has(self, digest: str, size: int | None = None) -> bool:
        """See the base."""
        return digest in self.contents and size in {None, len(self.contents[digest])}

    def is_sound(self, digest: str) -> bool:
        """See the base."""
        return self.has(digest) and digest_bytes(self.contents[digest]) == digest

    def set_aside(self, digest: str) -> str:
        """See the base."""
        if not self.has(digest) or self.is_sound(digest):
            return ""
        self._damaged.append(self.contents.pop(digest))
        return f"damaged content {len(self._damaged)}"

    def renew(self, digest: str, size: int | None = None) -> bool:
        """See the base."""
        if self.has(digest, size):
            self._changed_at[digest] = time.time()
        return self.has(digest, size)

    def objects(self) -> Iterator[HeldObject]:
        """See the base."""
        for digest, data in self.contents.items():
            yield HeldObject(digest, len(data), self._changed_at[digest])

    def discard(self, digest: str, *, untouched_since: float) -> bool:
        """See the base."""
        if digest not in self.contents or self._changed_at[digest] > untouched_since:
            return False
        del self.contents[digest]
        return True

    def is_document(self, digest: str) -> bool:
        """See the base."""
        return self.contents.get(digest, b"").startswith(b"{")

    def read_bytes(self, digest: str) -> bytes:
        """See the base."""
        try:
            return self.contents[digest]
        except KeyError:
            rule = "The artifact store in memory does not hold that content."
            raise NotFoundError(rule, received=digest) from None

    def fetch(self, digest: str, target: Path) -> None:
        """See the base."""
        data = self.read_bytes(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.parent / f".{uuid.uuid4().hex}.tmp"
        try:
            temporary.write_bytes(data)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
