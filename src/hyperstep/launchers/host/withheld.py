"""How attempts ended that no disk took: written once it does, and until then their processes are not let go.

So whoever looks at such an attempt finds a process whose end is about to be told, and waits; and when we are killed
meanwhile, the system has kept how it ended for whoever adopts the process.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection
from typing import NamedTuple

from hyperstep.errors import means_busy_machine, means_disk_refuses
from hyperstep.launchers.marker import ExitMarker, write_exit

_TRY_AGAIN_S = 0.5
_CAN_WITHHOLD = sys.platform == "linux"
"""Elsewhere the ends of other children would not be found behind one that is not let go."""


class _End(NamedTuple):
    exit_file: str
    marker: ExitMarker
    let_go: Callable[[], object]


class Withheld:
    """Writes exit files, and lets go of the processes after that."""

    def __init__(self) -> None:
        self._ends: dict[int, _End] = {}
        self._next_try = 0.0
        """Monotonic time."""

    def __len__(self) -> int:
        return len(self._ends)

    @property
    def pids(self) -> Collection[int]:
        """Process ids of the ended children that are not let go."""
        return self._ends.keys() if _CAN_WITHHOLD else ()

    def write(
        self, pid: int, exit_file: str, marker: ExitMarker, let_go: Callable[[], object], *, durable: bool = True
    ) -> None:
        """Write how an attempt ended, and let go of its process; later, while nothing can be written there.

        Args:
            pid: Of its process.
            exit_file: Where.
            marker: How it ended; an end that nobody knows is not written.
            let_go: Called afterwards.
            durable: As ``write_exit`` has it.
        """
        end = _End(exit_file, marker, let_go)
        if marker.is_known and not _is_settled(end, durable=durable):
            self._ends[pid] = end
            if _CAN_WITHHOLD:
                return
        let_go()

    def seconds_to_next_try(self) -> float | None:
        """How long ``try_again`` has nothing to do; None when all is written."""
        return max(0.0, self._next_try - time.monotonic()) if self._ends else None

    def try_again(self) -> None:
        """Write what can be written by now."""
        if time.monotonic() < self._next_try:
            return
        self._next_try = time.monotonic() + _TRY_AGAIN_S
        for pid, end in list(self._ends.items()):
            if _is_settled(end, durable=True):
                del self._ends[pid]
                if _CAN_WITHHOLD:
                    end.let_go()


def _is_settled(end: _End, *, durable: bool) -> bool:
    """Whether it is written, or never will be, as where the attempt's folder was removed."""
    try:
        write_exit(end.exit_file, end.marker, durable=durable)
    except OSError as error:
        return not (means_disk_refuses(error) or means_busy_machine(error))
    return True
