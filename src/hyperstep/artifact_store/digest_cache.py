"""Digests of files that have not changed since they were last read: an unchanged folder costs a walk, not a read.

One JSON file for each folder, in the home's ``cache/digests``. It can be removed at any time.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

import msgspec

from hyperstep.digest import digest_bytes
from hyperstep.file_systems import TIME_STEP_NS
from hyperstep.unicode_text import encodable

_FORMAT = 2
_TICK_NS = 20_000_000
"""File systems that keep fractions of a second take the time from the kernel's clock, which ticks each 1 to 10 ms;
others keep times in steps of ``TIME_STEP_NS``."""
_COARSE_NS = 10_000_000
"""Times that are whole multiples of this may come from a coarse clock."""

_Signature = tuple[int, int, int, int, int]
"""Size, modification time (ns), inode, status change time (ns), device."""


class _Entry(msgspec.Struct, array_like=True, gc=False):
    """What is known of one file."""

    signature: _Signature
    read_at: int
    """When reading it began, nanoseconds since the epoch."""
    digest: str


class _Content(msgspec.Struct):
    """The whole cache file."""

    format: int
    files: dict[str, _Entry]
    whole: dict[str, str] = {}
    """What was made of all files together, by kind."""


_decoder = msgspec.json.Decoder(_Content)
_encoder = msgspec.json.Encoder()


class DigestCache:
    """What is remembered of one folder.

    A digest is believed while size, inode, device and both times are the same (a status change time cannot be set by
    programs), and only if the file was last changed a tick of the file system's clock before it was read, as git does
    it: a file that was edited while, or just before, it was read could be edited again and have equal times.

    Args:
        file: Where it is kept; nothing is remembered without it.
        clock_ns: The present, in nanoseconds since the epoch; the machine's clock without it.
        verify: Believe nothing, read every file again.
    """

    def __init__(self, file: Path | None, *, clock_ns: Callable[[], int] | None = None, verify: bool = False) -> None:
        self._file = file
        self._clock_ns = clock_ns or time.time_ns
        kept = _load(file) if file else _Content(_FORMAT, {})
        self._kept = kept
        self._old = {} if verify else kept.files
        self._new: dict[str, _Entry] = {}
        self._is_same = True
        """Whether everything that was asked for was known."""
        self._whole: dict[str, str] = {}

    @classmethod
    def of_folder(cls, home: Path | None, folder: Path, *, verify: bool = False) -> DigestCache:
        """The cache of ``folder`` in a home; one that remembers nothing without a home.

        Folders below the home are known by their place in it, so that a home may be moved or looked at as a copy.
        """
        if home is None:
            return cls(None)
        place, root = os.fsencode(folder.absolute()), os.fsencode(home.absolute())
        inside = place.startswith(root + os.sep.encode())
        name = digest_bytes(b"home:" + place[len(root) :] if inside else place)[:32]
        return cls(home / "cache" / "digests" / f"{name}.json", verify=verify)

    def digest(self, path: str, status: os.stat_result, read: Callable[[], str]) -> str:
        """The digest of the file at ``path`` with that status, taken by ``read`` when it is not known.

        Raises:
            OSError: What ``read`` raises.
        """
        known = self.known(path, status)
        if known is not None:
            return known
        read_at = self._clock_ns()
        digest = read()
        self._new[encodable(path)] = _Entry(_signature(status), read_at, digest)
        return digest

    def known(self, path: str, status: os.stat_result) -> str | None:
        """The digest of a file if it need not be read."""
        name = encodable(path)
        entry = self._old.get(name)
        if entry is None or entry.signature != _signature(status) or not _is_settled(entry):
            self._is_same = False
            return None
        self._new[name] = entry
        return entry.digest

    def whole(self, kind: str) -> str:
        """What was made of all files together, if every file is as it was then; empty otherwise.

        Args:
            kind: Which of the things that can be made of them.
        """
        return self._kept.whole.get(kind, "") if self._is_unchanged() else ""

    @property
    def paths(self) -> Collection[str]:
        """The files that are remembered, by paths that are encodable."""
        return self._old

    def last(self, kind: str) -> str:
        """What was kept under a word when the cache was saved last, whatever has changed since; empty for nothing."""
        return self._kept.whole.get(kind, "")

    def keep_whole(self, kind: str, result: str) -> None:
        """Remember what was made of all files together."""
        self._whole[kind] = result

    def save(self) -> None:
        """Keep what was asked for since this cache was opened, and forget the rest. Failing to is no error."""
        whole = {**(self._kept.whole if self._is_unchanged() else {}), **self._whole}
        if self._file is None or (self._new == self._kept.files and whole == self._kept.whole):
            return
        temporary = self._file.with_name(f"{self._file.name}.{uuid.uuid4().hex}.tmp")
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            try:
                temporary.write_bytes(_encoder.encode(_Content(_FORMAT, self._new, whole)))
                temporary.replace(self._file)
            finally:
                temporary.unlink(missing_ok=True)

    def _is_unchanged(self) -> bool:
        """Whether all files that are known were asked for, no others, and each is as it was."""
        return self._is_same and bool(self._old) and len(self._new) == len(self._old)


def _signature(status: os.stat_result) -> _Signature:
    return (status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns, status.st_dev)


def _is_settled(entry: _Entry) -> bool:
    """Whether no later change can have left the times as they are."""
    _, modified, _, changed, _ = entry.signature
    newest = max(changed, modified)
    if newest + TIME_STEP_NS <= entry.read_at:
        return True
    return newest % _COARSE_NS != 0 and newest + _TICK_NS <= entry.read_at


def _load(file: Path) -> _Content:
    """What the file holds; nothing when it is missing, torn, or of another format."""
    try:
        content = _decoder.decode(file.read_bytes())
    except (OSError, ValueError):
        return _Content(_FORMAT, {})
    return content if content.format == _FORMAT else _Content(_FORMAT, {})
