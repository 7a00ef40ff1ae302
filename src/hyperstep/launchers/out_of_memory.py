"""Whether the system ended a process for want of memory, as far as the control group of the machine tells.

Linux counts, for each control group, the processes that its out-of-memory killer ended: ``oom_kill`` in
``memory.events`` (version 2) or ``memory.oom_control`` (version 1). Attempts share the group of who starts them, so a
count that grew says that one of them was ended, and an attempt that ended by SIGKILL meanwhile is taken for it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from hyperstep.launchers.process_table import kernel_file

_GROUPS = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")
_FIELDS = 3


def oom_kills(own: Path = _OWN, groups: Path = _GROUPS) -> int | None:
    """How many processes of our control group were ended for want of memory; None where nobody counts.

    Args:
        own: The file that names our groups.
        groups: Where the groups lie.
    """
    if sys.platform != "linux":
        return None
    for file in _counters(str(own), str(groups)):
        try:
            for line in os.fsdecode(kernel_file(file)).splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
        except (OSError, ValueError):
            continue
    return None


def ended_for_memory(before: int | None, number: int | None) -> bool | None:
    """Whether an attempt that began when the count was ``before`` and ended by signal ``number`` was ended so.

    None when nobody knows.
    """
    if number != getattr(signal, "SIGKILL", None):
        return False
    now = oom_kills()
    return None if before is None or now is None else now > before


def _counters(own: str, groups: str) -> Iterator[str]:
    try:
        lines = os.fsdecode(kernel_file(own)).splitlines()
    except OSError:
        return
    for line in lines:
        fields = line.split(":", 2)
        if len(fields) < _FIELDS:
            continue
        controllers, path = fields[1], fields[2].lstrip("/")
        if not controllers:
            yield from (f"{groups}/{path}/memory.events", f"{groups}/memory.events")
        elif "memory" in controllers.split(","):
            yield from (f"{groups}/memory/{path}/memory.oom_control", f"{groups}/memory/memory.oom_control")
