"""What a trial host has running, told where it can be read after the host was killed: in memory shared with its keeper.

Each child has a slot; the bytes are there as soon as they are written, whatever becomes of who wrote them, and nobody
is woken by it. A slot that was given back keeps its bytes until it is used again: the reader looks whether what it
names lives.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from typing import NamedTuple

from hyperstep.launchers.process import AttemptFiles

_SLOT_BYTES = 1 << 15
"""Room for four of the longest paths that Linux takes; what is not written costs no memory."""


class Entry(NamedTuple):
    """A child of the host: an attempt, or a helper: a runner or a warm server."""

    files: AttemptFiles | None = None
    """None for a helper."""
    helper: int = 0
    """Process id of a helper; that of an attempt is in its claim."""
    oom_kills: int | None = None
    """The control group's count when the attempt began."""


class Register:
    """The children of one host. Without memory to share it holds nothing, which costs what it is for."""

    def __init__(self) -> None:
        self._memory = _shared_memory()
        self._slots = 0
        self._free: list[int] = []

    def note_attempt(self, files: AttemptFiles, oom_kills: int | None) -> int:
        """An attempt is about to be claimed; returns its slot."""
        return self._write(Entry(files, oom_kills=oom_kills))

    def note_helper(self, pid: int) -> int:
        """A runner or a warm server was started; returns its slot."""
        return self._write(Entry(helper=pid))

    def give_back(self, slot: int) -> None:
        """What had the slot has ended."""
        self._free.append(slot)

    def entries(self) -> Iterator[Entry]:
        """All that was noted, for who did not note it: some of it may have ended."""
        if self._memory is None:
            return
        for start in range(0, os.fstat(self._memory).st_size, _SLOT_BYTES):
            line = os.pread(self._memory, _SLOT_BYTES, start).partition(b"\n")[0]
            with contextlib.suppress(ValueError, TypeError):  # torn by the kill: its child was not started yet
                files, helper, kills = json.loads(line)
                yield Entry(AttemptFiles(*files) if files else None, helper, kills)

    def _write(self, entry: Entry) -> int:
        if self._free:
            slot = self._free.pop()
        else:
            slot, self._slots = self._slots, self._slots + 1
        line = json.dumps(entry).encode("ascii") + b"\n"
        if self._memory is not None and len(line) <= _SLOT_BYTES:
            with contextlib.suppress(OSError):
                os.pwrite(self._memory, line, slot * _SLOT_BYTES)
        return slot


def _shared_memory() -> int | None:
    try:
        return os.memfd_create("hyperstep-host")
    except (AttributeError, OSError):  # not Linux, or none left
        return None
