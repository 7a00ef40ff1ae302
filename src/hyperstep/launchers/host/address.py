"""The control socket of a trial host: taken by at most one host at a time, and left clean.

A host whose process stands still is moved out of the way: its socket and its lock get names of their own, by which it
is still reached, and the next host listens where it did. Who has an address is written in its lock: a host that stands
still accepts no connection, so that its socket may refuse the next one, and its socket alone may have been moved.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from hyperstep.file_lock import hold, is_held_at, locked
from hyperstep.launchers.process_table import look_up

_BACKLOG = 128
_MOVE_S = 2.0
"""So long others may take to move a host; who takes longer stands still himself."""
_RETRY_S = 0.02


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
        _sign(lock)  # the last holder's name would be taken for ours
        path.unlink(missing_ok=True)
        _remove_leftovers(path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(_BACKLOG)
        listener.setblocking(False)
        return cls(path, listener, lock)

    def sign(self) -> None:
        """Say that this very process has the address: it was taken by one of which we are a fork."""
        _sign(self._lock)

    def let_go(self) -> None:
        """Close our descriptors: a process that was forked from us has the address alone."""
        self.listener.close()
        self._lock.close()

    def leave(self) -> None:
        """Stop listening and remove our files. The lock goes last, so that nobody else's socket is removed."""
        self._own_path().unlink(missing_ok=True)
        self.listener.close()
        if self._own_path() == self.path and self.crash_log.exists() and not self.crash_log.stat().st_size:
            self.crash_log.unlink(missing_ok=True)
        _lock_file(self._own_path()).unlink(missing_ok=True)
        self._lock.close()

    def _own_path(self) -> Path:
        """Where our files are now: we may have been moved each time that we stood still."""
        return self.path if is_held_at(self._lock, _lock_file(self.path)) else _aside(self.path, os.getpid())


class _Holder(NamedTuple):
    """Who has signed for an address and lives."""

    pid: int
    stopped: bool


def stopped_holder(path: Path) -> int | None:
    """Process id of the host that has the address ``path``, when it stands still; None when it gets on, or has gone."""
    holder = _holder(path)
    return holder.pid if holder is not None and holder.stopped else None


def move_stopped_aside(path: Path) -> None:
    """Let another host listen on ``path`` if the one that does stands still. One that gets on is left alone."""
    if _to_be_moved(path) is None:
        return
    with contextlib.suppress(OSError), _one_at_a_time(path.with_suffix(".move")):
        pid = _to_be_moved(path)  # another host may listen there by now
        if pid is not None and path.exists():
            path.rename(_aside(path, pid))  # before the lock: until that is free nobody else binds the socket's name
        if pid is not None and pid == _to_be_moved(path):
            _lock_file(path).rename(_lock_file(_aside(path, pid)))


def aside_of(path: Path) -> list[Path]:
    """The sockets of the hosts that listened on ``path`` before they were moved."""
    return list(path.parent.glob(f"{path.stem}-*{path.suffix}"))


def _to_be_moved(path: Path) -> int | None:
    """Process id of who has the lock of an address and does not listen there, or stands still."""
    holder = _holder(path)
    if holder is None:
        return None
    is_half_moved = not path.exists() and _aside(path, holder.pid).exists()  # whoever moved it was killed meanwhile
    return holder.pid if holder.stopped or is_half_moved else None


def _holder(path: Path) -> _Holder | None:
    try:
        pid, started_at = _lock_file(path).read_text(encoding="ascii").split()
    except (OSError, ValueError):  # there is none, or it has not signed yet
        return None
    state = look_up(int(pid))
    return _Holder(int(pid), state.stopped) if state is not None and repr(state.started_at) == started_at else None


def _sign(lock: IO[bytes]) -> None:
    """Our process id, and when we started: the id alone may be another's later."""
    state = look_up(os.getpid())
    with contextlib.suppress(OSError):  # no room: then nobody sees it when we stand still
        os.ftruncate(lock.fileno(), 0)
        os.write(lock.fileno(), f"{os.getpid()} {state.started_at!r}".encode("ascii") if state is not None else b"")


@contextlib.contextmanager
def _one_at_a_time(mutex: Path) -> Iterator[None]:
    """Hold a lock for a moment. Who cannot have it for long goes on without: its holder stands still."""
    deadline = time.monotonic() + _MOVE_S
    while (held := hold(mutex)) is None and time.monotonic() < deadline:
        time.sleep(_RETRY_S)
    try:
        yield
    finally:
        if held is not None:
            mutex.unlink(missing_ok=True)
            held.close()


def _remove_leftovers(path: Path) -> None:
    """Of hosts that were moved aside and killed. Called by who has the address, so that none is on its way there."""
    for left in [*aside_of(path), *path.parent.glob(f"{path.stem}-*.lock")]:
        with locked(_lock_file(left)) as is_free:
            if is_free:
                left.with_suffix(path.suffix).unlink(missing_ok=True)
                _lock_file(left).unlink(missing_ok=True)


def _aside(path: Path, pid: int) -> Path:
    return path.with_name(f"{path.stem}-{pid}{path.suffix}")


def _lock_file(path: Path) -> Path:
    return path.with_suffix(".lock")
