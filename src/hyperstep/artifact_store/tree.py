"""A file or folder of data by content: what inputs and outputs are known by."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from hyperstep.artifact_store.digest_cache import DigestCache
from hyperstep.artifact_store.walk import FoundFile, walk_files
from hyperstep.digest import digest_file, digest_json
from hyperstep.errors import InvalidInputError

_FORMAT = "hyperstep tree 2"


class TreeDigest(NamedTuple):
    """The content of a file, or of a folder with all that is below it."""

    digest: str
    """A file's is the SHA-256 of its bytes; a folder's is that of the paths and digests of its files and the paths of
    its folders, so that empty ones count. Names above it, times and permissions are no part of it."""
    size: int
    """Bytes, summed over the files."""
    n_files: int
    unread: tuple[str, ...] = ()
    """Files above the limit of reading: size, times and inode stand for their content."""


class Reading(Struct, frozen=True):
    """How digests are taken.

    Args:
        home: Where digests of unchanged files are remembered; all files are read without it.
        limit_bytes: Larger files whose digest is not known are not read; None for no bound.
        verify: Read every file again.
    """

    home: Path | None = None
    limit_bytes: int | None = None
    verify: bool = False


def digest_tree(path: Path, reading: Reading | None = None) -> TreeDigest:
    """The digest of what lies at ``path``; nothing in a folder is ignored, symbolic links are followed.

    Args:
        path: A file or a folder.
        reading: Which files are read; all without it.

    Raises:
        InvalidInputError: There is nothing at ``path``, or a part of it cannot be read.
    """
    return examine_tree(path, reading or Reading())[0]


def examine_tree(path: Path, reading: Reading) -> tuple[TreeDigest, Callable[[], str]]:
    """The same, and what tells the state that all was in just before it was read, as ``tree_state`` does.

    Raises:
        InvalidInputError: There is nothing at ``path``, or a part of it cannot be read.
    """
    try:
        cache = DigestCache.of_folder(reading.home, path, verify=reading.verify)
        is_folder = path.is_dir()
        found, folders = _look_at(path)
        state = partial(_state, found, folders)
        unread = [file for file in found if _is_too_large(file, cache, reading)]
        names = sorted(folder.path for folder in folders)
        kind = f"{_FORMAT}: {digest_json(names)}"
        if is_folder and not unread and (digest := cache.whole(kind)):
            return TreeDigest(digest, sum(file.stat.st_size for file in found), len(found)), state
        tree = _digest_all(found, {file.path for file in unread}, cache, names, reading.home)
    except OSError as error:
        raise _unreadable(path, error) from error
    if is_folder and not unread:
        cache.keep_whole(kind, tree.digest)
    cache.save()
    return tree, state


def tree_state(path: Path) -> str:
    """A text that is another one when a file at or below ``path`` was written, replaced, added or removed, also when
    that was undone: folders have times, too. Reads no file.

    Raises:
        InvalidInputError: There is nothing at ``path``, or a folder cannot be listed.
    """  # noqa: D205 - one sentence
    try:
        return _state(*_look_at(path))
    except OSError as error:
        raise _unreadable(path, error) from error


def _look_at(path: Path) -> tuple[list[FoundFile], list[FoundFile]]:
    """The files that lie there, by path, and the folders."""
    if not path.is_dir():
        return [FoundFile("", str(path), path.stat())], []
    folders: list[FoundFile] = []
    return _below(path, folders), folders


def _state(files: list[FoundFile], folders: list[FoundFile]) -> str:
    return digest_json(sorted([found.path, _stand_in(found.stat)] for found in (*files, *folders)))


def _unreadable(path: Path, error: OSError) -> InvalidInputError:
    rule = f"Data must be a file or folder that can be read: {error.strerror}."
    return InvalidInputError(rule, received=str(error.filename or path))


def _below(folder: Path, folders: list[FoundFile]) -> list[FoundFile]:
    return sorted(walk_files(folder, lambda _path, _is_folder: True, folders), key=lambda file: file.path)


def _is_too_large(file: FoundFile, cache: DigestCache, reading: Reading) -> bool:
    """Whether a file is not to be read; looking it up notes it in the cache."""
    known = cache.known(file.path, file.stat)
    return known is None and reading.limit_bytes is not None and file.stat.st_size > reading.limit_bytes


def _digest_all(
    found: list[FoundFile], unread: set[str], cache: DigestCache, folders: list[str], home: Path | None
) -> TreeDigest:
    """The digest of a folder's files and the names of its folders; of one file where there is no folder."""
    from hyperstep.artifact_store.listings import keep_listing  # noqa: PLC0415 - unchanged data do without

    digests = [
        [file.path, _stand_in(file.stat) if file.path in unread else _digest_found(file, cache)] for file in found
    ]
    whole = {"format": _FORMAT, "files": digests, "folders": folders}
    digest = keep_listing(home, whole, len(found)) if folders else digests[0][1]
    return TreeDigest(digest, sum(file.stat.st_size for file in found), len(found), tuple(sorted(unread)))


def _stand_in(status: os.stat_result) -> str:
    """What stands for a content that was not read."""
    times = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
    return f"unread:{digest_json(times)}"


def _digest_found(file: FoundFile, cache: DigestCache) -> str:
    return cache.digest(file.path, file.stat, lambda: digest_file(file.place))
