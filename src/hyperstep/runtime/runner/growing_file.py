"""A file that another process appends to: opened once, read from where one likes."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class GrowingFile:
    """Opened when it is first there to be read; a look then costs one system call.

    Args:
        path: It need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._descriptor = -1

    def read(self, offset: int, limit: int) -> bytes:
        """Up to ``limit`` bytes from ``offset`` on; nothing while there is no file.

        Raises:
            OSError: It cannot be read.
        """
        if self._descriptor < 0:
            try:
                self._descriptor = os.open(self._path, _FLAGS)
            except FileNotFoundError:
                return b""
        return os.pread(self._descriptor, limit, offset)

    def close(self) -> None:
        """Let go of it; the next look opens what has the name then."""
        if self._descriptor >= 0:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        """A reader that nobody closed closes itself."""
        self.close()
