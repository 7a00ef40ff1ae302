"""Why a runner pauses, for others to read: a small file in the run's folder.

It is given its full size while there is room, stays open and is overwritten in place: neither a full disk nor one that
is mounted for reading only since keeps it from being told.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

_NAME = "pause.json"
_SIZE = 4096


class PauseNote:
    """The writing side, in the runner.

    Args:
        root_folder: The root run's folder; None while the run is not ours: then nothing is written.
    """

    def __init__(self, root_folder: Path | None) -> None:
        self._file = root_folder / _NAME if root_folder else None
        self._descriptor: int | None = None
        self._told = ""
        self._write("")

    def tell(self, words: str) -> bool:
        """Keep why the runner pauses, empty when it does not; returns whether that is news."""
        if words == self._told:
            return False
        self._told = words
        self._write(words)
        return True

    def _write(self, words: str) -> None:
        data = json.dumps({"pid": os.getpid(), "paused": words[: _SIZE // 8]}).encode("ascii").ljust(_SIZE)
        if self._file is None:
            return
        with suppress(OSError):
            if self._descriptor is None:
                self._descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o644)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, data)


def read_pause(root_folder: Path, runner_pid: int) -> str:
    """Why the runner of that process id pauses; empty when it does not, or another one wrote the note."""
    try:
        data = json.loads((root_folder / _NAME).read_bytes())
        return str(data["paused"]) if data["pid"] == runner_pid else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""
