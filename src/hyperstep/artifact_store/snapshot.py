"""A source folder by content: what is in it (ignore rules, limits), and a working copy of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyperstep.artifact_store.base import ArtifactStore


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """One file of a snapshot."""

    path: str
    """Below the folder, with forward slashes."""
    digest: str
    size: int
    executable: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A folder's files, sorted by path. Times, owners and the folder's place are no part of it."""

    digest: str
    """Digest of paths, contents and executable bits; the store holds this manifest under it."""
    files: tuple[SnapshotFile, ...]


@dataclass(frozen=True, slots=True)
class SnapshotLimits:
    """How large a source folder may be; None for no bound."""

    max_bytes: int | None
    max_files: int | None


def take_snapshot(folder: Path, store: ArtifactStore, limits: SnapshotLimits) -> Snapshot:
    """Store a folder's content.

    ``.amlignore`` in the folder decides what is left out, else ``.gitignore``, never both (v1). Beyond v1,
    ``__pycache__`` and ``.git`` are always left out. Ignored folders are not walked.

    Raises:
        InvalidInputError: The folder does not exist, or is over a limit: the message lists the ten largest files and
            the ignore line to add for each.
    """
    raise NotImplementedError


def load_snapshot(digest: str, store: ArtifactStore) -> Snapshot:
    """The snapshot that was stored under ``digest``.

    Raises:
        NotFoundError: It is not held.
    """
    raise NotImplementedError


def write_snapshot(snapshot: Snapshot, store: ArtifactStore, target: Path) -> None:
    """Make a working copy: own writable files (reflinked where the file system can, else copied)."""
    raise NotImplementedError


def remove_snapshot(snapshot: Snapshot, target: Path) -> None:
    """Remove the working copy's snapshot files, but nothing that was added, and nothing in ``outputs`` or ``logs``."""
    raise NotImplementedError
