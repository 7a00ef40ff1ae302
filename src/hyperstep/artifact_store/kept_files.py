"""Files that are kept for a later look and can be removed at any time: the newest of a folder."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def keep_file(file: Path, data: bytes, *, most: int) -> None:
    """Write a file in full or not at all, and remove the oldest of its kind. Failing to keep it is no error.

    Args:
        file: Where; its folder is made when absent.
        data: What it holds.
        most: How many files with its suffix stay in the folder.
    """
    temporary = file.with_name(f"{os.getpid()}-{file.name}")  # of its kind, so that a killed process's goes one day
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(data)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
        _remove_oldest(file, most)


def _remove_oldest(like: Path, most: int) -> None:
    files = list(like.parent.glob(f"*{like.suffix}"))
    if len(files) > most:
        for old in sorted(files, key=lambda file: file.stat().st_mtime)[: len(files) - most]:
            old.unlink(missing_ok=True)
