"""Processes of an attempt that nobody saw the end of: found by where they work and what they write to, and ended."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psutil

from hyperstep.records.attempt import Attempt


def kill_strays(attempt: Attempt) -> None:
    """End each process that works in the attempt's folder, or writes its log (the latter is seen on Linux only).

    For an attempt whose leader is gone or never became known: its process ids say nothing any more. A process that
    works there from a terminal is a person's, looking at the files, and is left alone.
    """
    for process in list(_strays(attempt)):
        with contextlib.suppress(psutil.Error):
            process.kill()


def _strays(attempt: Attempt) -> Iterator[psutil.Process]:
    folder = attempt.folder.resolve()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if _works_in(process, folder) or _writes_to(process.pid, folder / attempt.log_file.name):
                yield process


def _works_in(process: psutil.Process, folder: Path) -> bool:
    return process.terminal() is None and Path(process.cwd()).is_relative_to(folder)


def _writes_to(pid: int, file: Path) -> bool:
    try:
        return any(Path(f"/proc/{pid}/fd/{number}").readlink() == file for number in (1, 2))
    except OSError:
        return False
