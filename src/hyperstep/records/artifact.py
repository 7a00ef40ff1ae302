"""A file that a run produced, by content."""

from __future__ import annotations

from msgspec import Struct

from hyperstep.errors import InvalidInputError


class ArtifactRecord(Struct, frozen=True):
    """One file of a run.

    Raises:
        InvalidInputError: The name would lead out of the folder that it is joined to.
    """

    run_id: str
    path: str
    """Name within the run, with forward slashes: ``outputs/model.pkl``."""
    digest: str
    """SHA-256 of the content, 64 hexadecimal characters."""
    size: int
    """Bytes."""

    def __post_init__(self) -> None:
        if self.path.startswith("/") or ".." in self.path.split("/"):
            rule = "An artifact's name is a path below its run, without '..'."
            raise InvalidInputError(rule, received=self.path, remedy="Choose another name.")
