"""Files by content, and source folders as snapshots."""

from __future__ import annotations

from pathlib import Path

from hyperstep.artifact_store.base import ArtifactStore


def open_artifact_store(home: Path, *, base: Path | None = None, verify: bool = False) -> ArtifactStore:
    """The artifact store of a home: its ``objects`` folder, made when first something is stored.

    Args:
        home: The home.
        base: A home whose objects can be read as well.
        verify: See the store.
    """
    from hyperstep.artifact_store.files import FileArtifactStore  # noqa: PLC0415 - loaded only where a store is opened

    store = FileArtifactStore(home / "objects", home=home, base=base / "objects" if base else None)
    store.base_home, store.verify = base, verify
    return store
