"""Whether a disk takes what SQLite makes beside a database: its log, and the file of memory it shares."""

from __future__ import annotations

import os
from pathlib import Path

_LEAST_BYTES = 256 * 1024
"""With less free than this, an error of input or output means a full disk: SQLite does not always say so."""
_BLOCK_BYTES = 512
"""What ``st_blocks`` counts in."""


def has_no_room(folder: Path) -> bool:
    """Whether a disk has next to nothing free, or no inode for another file; False where nobody says."""
    try:
        status = os.statvfs(folder)
    except AttributeError:
        return _free_bytes(folder) < _LEAST_BYTES
    except OSError:
        return False
    without_inode = status.f_files > 0 and status.f_favail == 0
    return status.f_bavail * status.f_frsize < _LEAST_BYTES or without_inode


def file_size_limit() -> int | None:
    """How many bytes a file of this process may have (``ulimit -f``); None without such a limit."""
    try:
        import resource  # noqa: PLC0415 - for an error only, and not on Windows
    except ImportError:
        return None
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    return None if limit == resource.RLIM_INFINITY else limit


def cannot_share_memory(path: Path) -> bool:
    """Whether SQLite would have to make the memory it shares beside a database, or a part of it, without room for it.

    It may not even come back from that with an error: a process that writes to memory which has no place on the disk
    is killed (SIGBUS), as happens with blocks that are smaller than a page.
    """
    try:
        found = path.with_name(f"{path.name}-shm").stat()
    except OSError:
        return has_no_room(path.parent)
    is_whole = 0 < found.st_size <= getattr(found, "st_blocks", found.st_size) * _BLOCK_BYTES
    return not is_whole and has_no_room(path.parent)


def _free_bytes(folder: Path) -> int:
    import shutil  # noqa: PLC0415 - where there is no statvfs

    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return _LEAST_BYTES
