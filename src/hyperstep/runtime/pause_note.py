"""Why a runner pauses, for others to read: a small file in the run's folder.

It is given its full size while there is room, and overwritten in place: a full disk does not keep it from being told.
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
        root_folder: The root run's folder.
    """

    def __init__(self, root_folder: Path) -> None:
        self._file = root_folder / _NAME
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
        with suppress(OSError):
            descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o644)
            try:
                os.write(descriptor, data)
            finally:
                os.close(descriptor)


def read_pause(root_folder: Path, runner_pid: int) -> str:
    """Why the runner of that process id pauses; empty when it does not, or another one wrote the note."""
    try:
        data = json.loads((root_folder / _NAME).read_bytes())
        return str(data["paused"]) if data["pid"] == runner_pid else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""
