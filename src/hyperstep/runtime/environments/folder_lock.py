"""One process at a time in a folder, by a lock that the operating system lets go of when the process dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def folder_lock(folder: Path) -> Iterator[bool]:
    """Hold the folder's lock; yields False when another process has it."""
    with (folder / "owner.lock").open("a+b") as stream:
        yield _try_lock(stream)


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
