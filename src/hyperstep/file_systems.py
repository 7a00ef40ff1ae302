"""Which file system holds a folder, whether that lies on another machine, and how much room it has."""

from __future__ import annotations

import os
import re
from pathlib import Path

TIME_STEP_NS = 2_000_000_000
"""File systems keep times in steps of up to 2 s."""
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smbfs", "smb2", "smb3", "afs", "9p", "lustre", "gpfs", "beegfs", "ceph", "glusterfs"}
    | {"fuse.sshfs", "fuse.glusterfs", "fuse.cephfs", "fuse.blobfuse", "fuse.blobfuse2", "fuse.s3fs", "webdav"}
    | {"davfs", "fuse.davfs", "fuse.rclone", "fuse.gcsfuse", "orangefs", "ocfs2", "afpfs", "coda"}
)
"""Types of file systems on which SQLite's write-ahead log is not safe: its processes share memory."""
_MOUNTS = Path("/proc/self/mountinfo")
_ESCAPE = re.compile(r"\\([0-7]{3})")


def is_network(file_system: str) -> bool:
    """Whether a file system of that type lies on another machine."""
    return file_system.lower() in _NETWORK


def file_system_of(path: Path) -> str:
    """Type of the file system that holds ``path``, or would if it existed; empty when nobody says."""
    place = existing_part(path).resolve()
    try:
        mounts = parse_mounts(_MOUNTS.read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError:
        mounts = _other_mounts()
    return type_at(place, mounts)


def parse_mounts(text: str) -> list[tuple[Path, str]]:
    """Mount points and types of a ``mountinfo`` file, in order. Source: proc(5)."""
    found = []
    for line in text.splitlines():
        before, separator, after = line.partition(" - ")
        fields, kinds = before.split(" "), after.split(" ")
        if separator and len(fields) > 4:  # noqa: PLR2004 - the mount point is the fifth field
            place = _ESCAPE.sub(lambda match: chr(int(match[1], 8)), fields[4])
            found.append((Path(place), kinds[0]))
    return found


def type_at(place: Path, mounts: list[tuple[Path, str]]) -> str:
    """Type of the innermost mount that holds ``place``; of several at one point that of the last, which covers them."""
    best, kind = -1, ""
    for point, found in mounts:
        if place.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), found
    return kind


def existing_part(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(p for p in (path.absolute(), *path.absolute().parents) if os.path.exists(p))  # noqa: PTH110 - no error


def free_bytes(path: Path) -> int:
    """Bytes that this user may still write where ``path`` lies, or would if it existed."""
    place = existing_part(path)
    if hasattr(os, "statvfs"):  # as shutil does it, whose import costs more than a look at 1,000 files
        status = os.statvfs(place)
        return status.f_bavail * status.f_frsize
    import shutil  # noqa: PLC0415

    return shutil.disk_usage(place).free


def has_inodes(path: Path) -> bool:
    """Whether another file may be made where ``path`` lies; True where nobody counts them."""
    if not hasattr(os, "statvfs"):
        return True
    status = os.statvfs(existing_part(path))
    return status.f_favail > 0 or status.f_files == 0


def is_read_only(path: Path) -> bool:
    """Whether the file system that holds ``path`` is mounted for reading only; False where nobody says."""
    try:
        return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except (OSError, AttributeError):
        return False


def _other_mounts() -> list[tuple[Path, str]]:
    import psutil  # noqa: PLC0415 - only where the system has no mountinfo

    return [(Path(p.mountpoint), p.fstype) for p in psutil.disk_partitions(all=True)]
