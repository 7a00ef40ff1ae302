"""Telling a live process from another one that was given its id later."""

from __future__ import annotations

import os

from hyperstep.launchers.process_table import look_up


def machine_name() -> str:
    """Name of this machine, as recorded with a run's owner."""
    if hasattr(os, "uname"):
        return os.uname().nodename  # the same, without loading what opens sockets
    import socket  # noqa: PLC0415 - where there is no other way

    return socket.gethostname()


def started_at(pid: int) -> float | None:
    """When a process started, comparable with other values of this function on the same boot only.

    None when there is no such process, or only its zombie. A stepped wall clock does not move it on Linux.
    """
    state = look_up(pid)
    return None if state is None or state.zombie else state.started_at


def is_alive(pid: int, expected_start: float) -> bool:
    """Whether the process that started at ``expected_start`` under that id still lives."""
    return started_at(pid) == expected_start
