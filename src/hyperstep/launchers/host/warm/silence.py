"""Warm servers that do not tell of attempts that have ended, because they are stopped or hang: found and ended."""

from __future__ import annotations

import time
from collections.abc import Mapping

from hyperstep.launchers.host.warm.warm_server import WarmServer
from hyperstep.launchers.process_table import look_up

_LOOK_S = 2.0
_SILENT_S = 5.0
"""So long a server may leave an ended child unmentioned, and say nothing else either."""


class Silence:
    """Looks at what warm servers have forked, every few seconds while there is something.

    A server that stands still is ended: its children fall to the host, which learns how they ended, and goes on with
    those that live.
    """

    def __init__(self) -> None:
        self._ended_since: dict[int, float] = {}
        """Monotonic time at which the process of an attempt was first seen to have ended."""
        self._next_look = 0.0

    def seconds_to_next_look(self, parents: Mapping[int, WarmServer]) -> float | None:
        """How long ``look`` has nothing to do; None when there is nothing to look at."""
        return max(0.0, self._next_look - time.monotonic()) if parents else None

    def look(self, parents: Mapping[int, WarmServer]) -> None:
        """End each server that has long been silent of an ended child.

        Args:
            parents: The server of each live attempt that was forked, by the attempt's process id.
        """
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + _LOOK_S
        ended = [pid for pid, server in parents.items() if not server.gone and _has_ended(pid)]
        self._ended_since = {pid: self._ended_since.get(pid, now) for pid in ended}
        for pid, since in self._ended_since.items():
            if now - max(since, parents[pid].heard_at) >= _SILENT_S:
                parents[pid].kill(f"the warm server did not tell for {_SILENT_S:.0f} s that a child had ended")


def _has_ended(pid: int) -> bool:
    state = look_up(pid)
    return state is not None and state.zombie
