"""The control socket of a trial host: taken by at most one host at a time, and left clean."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import IO

from hyperstep.file_lock import hold


class Address:
    """A listening control socket, and the lock that says who listens.

    The lock is held as long as the host lives, and the system lets go of it however the host ends: a socket file whose
    lock is free is a leftover.
    """

    def __init__(self, path: Path, listener: socket.socket, lock: IO[bytes]) -> None:
        self.path = path
        self.listener = listener
        self._lock = lock

    @property
    def crash_log(self) -> Path:
        """Standard error of the host; removed when it stayed empty."""
        return self.path.with_suffix(".log")

    @classmethod
    def take(cls, path: Path) -> Address | None:
        """Listen on ``path``; None when another host does.

        Raises:
            OSError: The folder is missing, or the path is too long for a socket.
        """
        lock = hold(_lock_file(path))
        if lock is None:
            return None
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(128)
        listener.setblocking(False)
        return cls(path, listener, lock)

    def let_go(self) -> None:
        """Close our descriptors: a process that was forked from us has the address alone."""
        self.listener.close()
        self._lock.close()

    def leave(self) -> None:
        """Stop listening and remove our files. The lock goes last, so that nobody else's socket is removed."""
        self.path.unlink(missing_ok=True)
        self.listener.close()
        if self.crash_log.exists() and not self.crash_log.stat().st_size:
            self.crash_log.unlink(missing_ok=True)
        _lock_file(self.path).unlink(missing_ok=True)
        self._lock.close()


def _lock_file(path: Path) -> Path:
    return path.with_suffix(".lock")
