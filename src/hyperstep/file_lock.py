"""Locks that a file stands for: the operating system lets go of one when its holder dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def hold(file: Path, *, wait: bool = False) -> IO[bytes] | None:
    """Take the lock that a file stands for, which is made when absent; closing what is returned lets go of it.

    The holder may remove the file: who gets the lock then takes it once more, at the file that is there now.

    Args:
        file: Where the lock is.
        wait: Until nobody else has it.

    Returns:
        None when another has it, or when it went with its folder.

    Raises:
        OSError: The file cannot be opened.
    """
    stream = file.open("a+b")
    while _lock(stream, wait=wait):
        if is_held_at(stream, file):
            return stream
        stream.close()
        try:
            stream = file.open("a+b")
        except FileNotFoundError:
            return None
    stream.close()
    return None


@contextmanager
def locked(file: Path, *, wait: bool = False) -> Iterator[bool]:
    """Hold a lock for a while, see ``hold``; yields False when another has it."""
    stream = hold(file, wait=wait)
    try:
        yield stream is not None
    finally:
        if stream is not None:
            stream.close()


def is_held_at(stream: IO[bytes], file: Path) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), file.stat())
    except FileNotFoundError:
        return False


def _lock(stream: IO[bytes], *, wait: bool) -> bool:
    try:
        if os.name == "nt":
            import msvcrt  # noqa: PLC0415 - exists on Windows only

            how = msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK  # type: ignore[attr-defined, unused-ignore]
            msvcrt.locking(stream.fileno(), how, 1)  # type: ignore[attr-defined, unused-ignore]
        else:
            import fcntl  # noqa: PLC0415 - does not exist on Windows

            fcntl.flock(stream, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
