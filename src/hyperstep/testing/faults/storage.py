"""A small disk that can be filled, and pulses in which nobody can write the records."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_DISK_BYTES = 24 * 1024 * 1024
_PIECE = b"\0" * 65536
_FILLER = "filler"
_LOCKED_S = 0.25
_FREE_S = 0.05


class CannotMountError(Exception):
    """No small disk can be made here; the message says why."""


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a disk of 24 MB in memory on a folder, which is made.

    Raises:
        CannotMountError: The system refuses.
    """
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={_DISK_BYTES},mode=0700"
    result = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "hyperstep-faults", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        message = f"a disk that can be filled needs the right to mount one: {result.stderr.strip()}"
        raise CannotMountError(message)
    try:
        yield
    finally:
        _unmount(folder)


def can_mount() -> str:
    """Why no small disk can be mounted here; empty when one can."""
    if not sys.platform.startswith("linux"):
        return "a disk that can be filled is made on Linux only"
    try:
        with tempfile.TemporaryDirectory(prefix="hf-") as folder, small_disk(Path(folder)):
            return ""
    except (CannotMountError, OSError) as error:
        return str(error)


def fill(folder: Path) -> None:
    """Take all room that is left below a small disk's folder."""
    with (folder / _FILLER).open("ab", buffering=0) as filler, contextlib.suppress(OSError):
        size = len(_PIECE)
        while size:
            try:
                filler.write(_PIECE[:size])
            except OSError:
                size //= 2


def empty(folder: Path) -> None:
    """Give the room back."""
    (folder / _FILLER).unlink(missing_ok=True)


def hold_locks(home: Path, lasts_s: float, over: threading.Event) -> None:
    """Hold the write lock of every run's database, and of the index, in pulses.

    Args:
        home: The home.
        lasts_s: How long in all.
        over: Set to end it sooner.
    """
    deadline = time.monotonic() + lasts_s
    while time.monotonic() < deadline and not over.is_set():
        with contextlib.ExitStack() as held:
            for file in [home / "index.db", *home.glob("runs/*/run.db")]:
                _lock(held, file)
            over.wait(_LOCKED_S)
        over.wait(_FREE_S)


def _lock(held: contextlib.ExitStack, file: Path) -> None:
    with contextlib.suppress(sqlite3.Error):
        connection = sqlite3.connect(f"file:{file}?mode=rw", uri=True, timeout=0.2)
        held.callback(connection.close)
        connection.execute("begin immediate")


def _unmount(folder: Path) -> None:
    for _ in range(50):
        if not subprocess.run(["umount", str(folder)], capture_output=True, check=False).returncode:
            return
        time.sleep(0.1)
    subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)
