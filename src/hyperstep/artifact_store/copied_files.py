"""A snapshot's own files in ``outputs/`` and ``logs/`` of a working copy, told apart from what a process wrote there.

Each gets a time of change that no other has, and that nothing which is written later has: so neither a content need be
read to know it again, nor anything be kept.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from hyperstep.artifact_store.snapshot import KEPT_FOLDERS, Snapshot

_FIRST_S = 946_684_800
"""The year 2000: no file that is written today has it, and no archive's format begins later."""


class Mark(NamedTuple):
    """What a file of the working copy is known by until something writes it."""

    size: int
    """In bytes."""
    changed_s: int
    """Whole seconds since the epoch, as some file systems keep no parts of them."""


def marks_of(snapshot: Snapshot) -> dict[str, Mark]:
    """The marks of such files by path; of most snapshots there are none."""
    files = [file for file in snapshot.files if file.path.partition("/")[0] in KEPT_FOLDERS and "/" in file.path]
    return {file.path: Mark(file.size, _FIRST_S + 2 * number) for number, file in enumerate(files)}


def mark_copies(marks: Mapping[str, Mark], target: Path) -> None:
    """Mark the files of a working copy that has just been made.

    Raises:
        OSError: One is not there.
    """
    for path, mark in marks.items():
        os.utime(target / path, (mark.changed_s, mark.changed_s))


def is_untouched(place: Path, mark: Mark) -> bool:
    """Whether nothing has written a file since it was marked, not even the content that it has."""
    try:
        status = place.lstat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and Mark(status.st_size, int(status.st_mtime)) == mark
