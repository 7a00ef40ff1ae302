"""What a datastore is made of: named files. The contract, and local folders as its first implementation."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from pathlib import Path

from hyperstep.digest import digest_file


class FileStorage(ABC):
    """Files by name; a name is a relative path with forward slashes.

    An implementation passes ``hyperstep.testing.file_storage.FileStorageContract``.
    """

    @abstractmethod
    def names(self, prefix: str = "") -> list[str]:
        """Names of all files that begin with this text (``a/b`` takes ``a/bc`` too), sorted."""

    @abstractmethod
    def put(self, source: Path, name: str, *, overwrite: bool) -> bool:
        """Store a copy of a local file: whole or not at all.

        Args:
            source: The local file.
            name: To store under.
            overwrite: Replace what has that name; it stays otherwise.

        Returns:
            Whether it was stored.
        """

    @abstractmethod
    def get(self, name: str, target: Path, *, overwrite: bool) -> bool:
        """Copy a file to a local path, making the folders above it: whole or not at all.

        Args:
            name: Of the file.
            target: The local path.
            overwrite: Replace what lies there; it stays otherwise.

        Returns:
            Whether it was copied.

        Raises:
            FileNotFoundError: No file has that name.
        """


class FolderStorage(FileStorage):
    """The files below a local folder.

    Args:
        folder: It exists.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self, prefix: str = "") -> list[str]:
        """Names of all files that begin with this text, sorted."""
        files = (path for path in self._folder.rglob("*") if path.is_file())
        names = (path.relative_to(self._folder).as_posix() for path in files)
        return sorted(name for name in names if name.startswith(prefix))

    def put(self, source: Path, name: str, *, overwrite: bool) -> bool:
        """Store a copy of a local file."""
        return _copy(source, self._folder / name, overwrite=overwrite)

    def get(self, name: str, target: Path, *, overwrite: bool) -> bool:
        """Copy a file to a local path."""
        return _copy(self._folder / name, target, overwrite=overwrite)


_MOST_COMPARED = 1 << 28
"""Bytes: larger files are replaced without a look, which costs less where the file system shares their content."""


def _is_equal(source: Path, target: Path) -> bool:
    """Whether a file need not be replaced; whoever reads it now is then left in peace."""
    if target.is_symlink() or not source.stat().st_size == target.stat().st_size <= _MOST_COMPARED:
        return False
    return digest_file(source) == digest_file(target)


def _copy(source: Path, target: Path, *, overwrite: bool) -> bool:
    if target.exists() and (not overwrite or _is_equal(source, target)):
        return overwrite
    from hyperstep.artifact_store.reflink import copy_content  # noqa: PLC0415 - keeps the import of Datastore light

    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    temporary.unlink(missing_ok=True)  # of a process of that id that was killed
    try:
        copy_content(source, temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return True
