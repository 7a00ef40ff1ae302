"""The control socket of a trial host: taken by at most one host at a time, and left clean.

A host whose process stands still is moved out of the way: its socket and its lock get names of their own, by which it
is still reached, and the next host listens where it did.
"""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path
from typing import IO

from hyperstep.file_lock import hold, is_held_at, locked
from hyperstep.launchers.peer import stopped_peer

_BACKLOG = 128
_CONNECT_S = 1.0


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
        _remove_leftovers(path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(_BACKLOG)
        listener.setblocking(False)
        return cls(path, listener, lock)

    def sign(self) -> None:
        """Say that this very process listens: the system tells clients who did so last, and we are a fork of that."""
        self.listener.listen(_BACKLOG)

    def let_go(self) -> None:
        """Close our descriptors: a process that was forked from us has the address alone."""
        self.listener.close()
        self._lock.close()

    def leave(self) -> None:
        """Stop listening and remove our files. The lock goes last, so that nobody else's socket is removed."""
        path = self.path if is_held_at(self._lock, _lock_file(self.path)) else _aside(self.path, os.getpid())
        path.unlink(missing_ok=True)
        self.listener.close()
        if path == self.path and self.crash_log.exists() and not self.crash_log.stat().st_size:
            self.crash_log.unlink(missing_ok=True)
        _lock_file(path).unlink(missing_ok=True)
        self._lock.close()


def move_stopped_aside(path: Path) -> None:
    """Let another host listen on ``path`` if the one that does stands still. One that gets on is left alone."""
    if _stopped_listener(path) is None:
        return
    mutex = path.with_suffix(".move")
    with contextlib.suppress(OSError), locked(mutex, wait=True):
        pid = _stopped_listener(path)  # another host may listen there by now
        if pid is not None:
            aside = _aside(path, pid)
            path.rename(aside)  # before the lock: until that is free nobody else binds the socket's name
            _lock_file(path).rename(_lock_file(aside))
        mutex.unlink(missing_ok=True)


def _stopped_listener(path: Path) -> int | None:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_CONNECT_S)
        connection.connect(str(path))
        return stopped_peer(connection)
    return None


def _remove_leftovers(path: Path) -> None:
    """Of hosts that were moved aside and killed."""
    for lock in path.parent.glob(f"{path.stem}-*.lock"):
        with locked(lock) as is_free:
            if is_free:
                lock.with_suffix(path.suffix).unlink(missing_ok=True)
                lock.unlink(missing_ok=True)


def _aside(path: Path, pid: int) -> Path:
    return path.with_name(f"{path.stem}-{pid}{path.suffix}")


def _lock_file(path: Path) -> Path:
    return path.with_suffix(".lock")
