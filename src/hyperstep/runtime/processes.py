"""Telling a live process from another one that was given its id later."""

from __future__ import annotations

import socket

import psutil

_TOLERANCE_S = 2.0
"""Start times are computed from the clock at boot, which may be set a little differently between two looks."""


def machine_name() -> str:
    """Name of this machine, as recorded with a run's owner."""
    return socket.gethostname()


def started_at(pid: int) -> float | None:
    """Start time of a process in seconds since the epoch; None when there is no such process (or only its zombie)."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return process.create_time()
    except psutil.Error:
        return None


def is_alive(pid: int, expected_start: float) -> bool:
    """Whether the process that started at ``expected_start`` under that id still lives."""
    start = started_at(pid)
    return start is not None and abs(start - expected_start) < _TOLERANCE_S
