"""Copies of files: shared blocks that are copied on write where the file system can do it, else real copies."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import IO

if sys.platform == "linux":
    from fcntl import ioctl

_SMALL = 1 << 20
"""Bytes below which nobody asks how much room there is."""
_FEW = 1 << 16
"""Bytes below which a copy costs less than to share blocks."""
_FICLONE = 0x40049409
"""Linux, ``linux/fs.h``; the number on x86 and ARM. Elsewhere the call fails, and the file is copied."""


def clone(source: IO[bytes], target: IO[bytes]) -> bool:
    """Make ``target`` share the content of ``source`` (Btrfs, XFS, bcachefs); False when that is not possible here."""
    if sys.platform != "linux":
        return False
    try:
        ioctl(target.fileno(), _FICLONE, source.fileno())
    except OSError:
        return False
    return True


def copy_content(source: Path, target: Path) -> int:
    """Make the new file ``target`` with the content of ``source``; permissions are the process's own.

    Returns how many bytes it has.

    Raises:
        OSError: The source cannot be read, the target exists, or the disk is full.
    """
    with source.open("rb", buffering=0) as reading, target.open("xb", buffering=0) as writing:
        data = reading.read(_FEW) or b""
        if len(data) < _FEW:
            _write_all(writing, data)
            return len(data)
        if clone(reading, writing):
            return os.fstat(writing.fileno()).st_size
    import shutil  # noqa: PLC0415 - costs milliseconds, and most files are cloned

    _check_room(source, target)
    shutil.copyfile(source, target)
    return target.stat().st_size


def _write_all(writing: IO[bytes], data: bytes) -> None:
    while data:
        data = data[writing.write(data) :]


def _check_room(source: Path, target: Path) -> None:
    """Say that the disk is too full before it is."""
    needed = source.stat().st_size
    if needed < _SMALL:
        return
    import shutil  # noqa: PLC0415

    free = shutil.disk_usage(target.parent).free
    if needed > free:
        target.unlink()
        raise OSError(errno.ENOSPC, f"{needed:,} bytes are needed and {free:,} are free", str(target))
