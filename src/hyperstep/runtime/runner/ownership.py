"""Owning a run: one process at a time, by a lock that the operating system lets go of when the process dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from hyperstep.run_store.base import Owner
from hyperstep.runtime.processes import machine_name, started_at


@contextmanager
def owner_lock(root_folder: Path) -> Iterator[bool]:
    """Hold the run's lock; yields False when another process has it."""
    with locked(root_folder / "owner.lock") as is_ours:
        yield is_ours


@contextmanager
def locked(file: Path) -> Iterator[bool]:
    """Hold the lock that a file stands for, which is made when absent; yields False when another process has it.

    The holder may remove the file.
    """
    with file.open("a+b") as stream:
        yield _try_lock(stream) and _is_at(stream, file)


def this_process() -> Owner:
    """This process, as an owner without an epoch."""
    pid = os.getpid()
    return Owner(pid=pid, pid_started_at=started_at(pid) or 0.0, host=machine_name())


def _is_at(stream: IO[bytes], file: Path) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), file.stat())
    except FileNotFoundError:
        return False


def _try_lock(stream: IO[bytes]) -> bool:
    try:
        if os.name == "nt":
            import msvcrt  # noqa: PLC0415 - exists on Windows only

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        else:
            import fcntl  # noqa: PLC0415 - does not exist on Windows

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
