"""The artifact store in memory keeps the contract."""

from __future__ import annotations

from pathlib import Path

from hyperstep.artifact_store.base import ArtifactStore
from hyperstep.artifact_store.memory import MemoryArtifactStore
from hyperstep.testing.artifact_store import ArtifactStoreContract


class TestMemoryArtifactStore(ArtifactStoreContract):
    def open_store(self, place: Path) -> MemoryArtifactStore:
        del place
        return MemoryArtifactStore()

    def damage(self, store: ArtifactStore, digest: str, data: bytes) -> None:
        assert isinstance(store, MemoryArtifactStore)
        store.contents[digest] = data
