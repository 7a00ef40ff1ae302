"""A file that a run produced, by content."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArtifactRecord:
    """One file of a run."""

    run_id: str
    path: str
    """Name within the run, with forward slashes: ``outputs/model.pkl``."""
    digest: str
    """SHA-256 of the content, 64 hexadecimal characters."""
    size: int
    """Bytes."""
