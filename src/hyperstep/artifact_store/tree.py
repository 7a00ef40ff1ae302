"""A file or folder of data by content: what inputs and outputs are known by."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hyperstep.artifact_store.digest_cache import DigestCache
from hyperstep.artifact_store.walk import FoundFile, walk_files
from hyperstep.digest import digest_file, digest_json
from hyperstep.errors import InvalidInputError

_FORMAT = "hyperstep tree 1"


class TreeDigest(NamedTuple):
    """The content of a file, or of a folder with all that is below it."""

    digest: str
    """A file's is the SHA-256 of its bytes; a folder's is that of the paths and digests of its files. Names above it,
    times, permissions and empty folders are no part of it."""
    size: int
    """Bytes, summed over the files."""
    n_files: int


def digest_tree(path: Path, *, home: Path | None = None) -> TreeDigest:
    """The digest of what lies at ``path``; nothing in a folder is ignored, symbolic links are followed.

    Args:
        path: A file or a folder.
        home: Where digests of unchanged files are remembered; all files are read without it.

    Raises:
        InvalidInputError: There is nothing at ``path``, or a part of it cannot be read.
    """
    try:
        cache = DigestCache.of_folder(home, path)
        tree = _digest_folder(path, cache) if path.is_dir() else _digest_one(path, cache)
    except OSError as error:
        rule = f"Data must be a file or folder that can be read: {error.strerror}."
        raise InvalidInputError(rule, received=str(error.filename or path)) from error
    cache.save()
    return tree


def _digest_one(path: Path, cache: DigestCache) -> TreeDigest:
    status = path.stat()
    return TreeDigest(cache.digest("", status, lambda: digest_file(path)), status.st_size, 1)


def _digest_folder(folder: Path, cache: DigestCache) -> TreeDigest:
    files = sorted(walk_files(folder, lambda _path, _is_folder: True), key=lambda file: file.path)
    digests = [[file.path, _digest_found(file, cache)] for file in files]
    digest = digest_json({"format": _FORMAT, "files": digests})
    return TreeDigest(digest, sum(file.stat.st_size for file in files), len(files))


def _digest_found(file: FoundFile, cache: DigestCache) -> str:
    return cache.digest(file.path, file.stat, lambda: digest_file(file.place))
