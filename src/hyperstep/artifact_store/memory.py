"""The artifact store in memory, for simulations and tests."""

from __future__ import annotations

import uuid
from pathlib import Path

from hyperstep.artifact_store.base import ArtifactStore
from hyperstep.digest import digest_bytes
from hyperstep.errors import NotFoundError


class MemoryArtifactStore(ArtifactStore):
    """Contents in a dictionary, within one process."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    def put_file(self, path: Path) -> str:
        """See the base."""
        return self.put_bytes(path.read_bytes())

    def put_bytes(self, data: bytes) -> str:
        """See the base."""
        digest = digest_bytes(data)
        self._contents[digest] = bytes(data)
        return digest

    def has(self, digest: str) -> bool:
        """See the base."""
        return digest in self._contents

    def is_sound(self, digest: str) -> bool:
        """See the base."""
        return self.has(digest)

    def read_bytes(self, digest: str) -> bytes:
        """See the base."""
        try:
            return self._contents[digest]
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
