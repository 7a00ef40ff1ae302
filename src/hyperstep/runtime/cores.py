"""How many cores there are for us: what slots and shares of threads are counted from."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """The cores that this process, and so what it starts, may run on: of those of the machine (``taskset``)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
