"""Digests of files that have not changed since they were last read: an unchanged folder costs a walk, not a read.

One JSON file for each folder, in the home's ``cache/digests``. It can be removed at any time.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hyperstep.digest import digest_bytes

_FORMAT = 1
_SETTLED_NS = 2_000_000_000
"""File systems keep times in steps of up to 2 s: a younger change could be followed by one with equal times."""

Signature = list[int]
"""Size, modification time (ns), inode, status change time (ns), device."""


class DigestCache:
    """What is remembered of one folder.

    A digest is remembered only when the file was last changed well before it was read, and believed only while size,
    inode, device, and both times are the same (a status change time cannot be set by programs).

    Args:
        file: Where it is kept; nothing is remembered without it.
        clock_ns: The present, in nanoseconds since the epoch; the machine's clock without it.
    """

    def __init__(self, file: Path | None, *, clock_ns: Callable[[], int] | None = None) -> None:
        self._file = file
        self._clock_ns = clock_ns or time.time_ns
        self._old = _load(file) if file else {}
        self._new: dict[str, tuple[Signature, str]] = {}

    @classmethod
    def of_folder(cls, home: Path | None, folder: Path) -> DigestCache:
        """The cache of ``folder`` in a home; one that remembers nothing without a home."""
        if home is None:
            return cls(None)
        name = digest_bytes(os.fsencode(folder.absolute()))[:32]
        return cls(home / "cache" / "digests" / f"{name}.json")

    def digest(self, path: str, status: os.stat_result, read: Callable[[], str]) -> str:
        """The digest of the file at ``path`` with that status, taken by ``read`` when it is not known.

        Raises:
            OSError: What ``read`` raises.
        """
        signature = _signature(status)
        known = self._old.get(path)
        if known is not None and known[0] == signature:
            self._new[path] = known
            return known[1]
        settled = max(status.st_mtime_ns, status.st_ctime_ns) + _SETTLED_NS <= self._clock_ns()
        digest = read()
        if settled:
            self._new[path] = (signature, digest)
        return digest

    def save(self) -> None:
        """Keep what was asked for since this cache was opened, and forget the rest. Failing to is no error."""
        if self._file is None or self._new == self._old:
            return
        temporary = self._file.with_name(f"{self._file.name}.{uuid.uuid4().hex}.tmp")
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            try:
                temporary.write_text(json.dumps({"format": _FORMAT, "files": self._new}), encoding="ascii")
                temporary.replace(self._file)
            finally:
                temporary.unlink(missing_ok=True)


def _signature(status: os.stat_result) -> Signature:
    return [status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns, status.st_dev]


def _load(file: Path) -> dict[str, tuple[Signature, str]]:
    """What the file holds; nothing when it is missing, torn, or of another format."""
    try:
        data = json.loads(file.read_text(encoding="ascii"))
        if data["format"] != _FORMAT:
            return {}
        return {path: (list(signature), str(digest)) for path, (signature, digest) in data["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
