"""Which child of the trial host has ended, and how, before its process id is let go."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Collection, Iterator

from hyperstep.launchers.marker import ExitMarker
from hyperstep.launchers.process import marker_from, marker_from_waitid
from hyperstep.launchers.process_table import children_of

_PR_SET_NAME, _PR_SET_CHILD_SUBREAPER = 15, 36
_CAN_PEEK = hasattr(os, "waitid")
"""Python below 3.13 has no waitid on macOS: there the process id is let go before the exit file is written."""


def adopt_orphans() -> None:
    """Have the kernel give us the orphans among our descendants, so that they can be found and ended. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def name_process(name: str) -> None:
    """What ``ps`` and ``/proc`` call this process; at most 15 bytes count. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_NAME, name.encode("ascii"), 0, 0, 0)


def next_ended(withheld: Collection[int] = ()) -> tuple[int, ExitMarker] | None:
    """A child that has ended; None when there is none now. The same one is given until ``release`` is called.

    Args:
        withheld: Process ids of ended children that are left out: they are released later (Linux only).
    """
    try:
        found = _peek() if _CAN_PEEK else _take()
    except ChildProcessError:
        return None
    if found is not None and found[0] in withheld:
        return next(_others(withheld), None)
    return found


def release(pid: int) -> None:
    """Let go of an ended child's process id."""
    if _CAN_PEEK:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


def _peek() -> tuple[int, ExitMarker] | None:
    ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    return None if ended is None else (ended.si_pid, marker_from_waitid(ended))


def _others(withheld: Collection[int]) -> Iterator[tuple[int, ExitMarker]]:
    """The system always names the oldest child that has ended: those behind one that is withheld are asked for."""
    for pid in children_of(os.getpid()):
        if pid not in withheld:
            with contextlib.suppress(ChildProcessError):
                ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
                if ended is not None:
                    yield pid, marker_from_waitid(ended)


def _take() -> tuple[int, ExitMarker] | None:
    pid, status = os.waitpid(-1, os.WNOHANG)
    return (pid, marker_from(os.waitstatus_to_exitcode(status))) if pid else None
