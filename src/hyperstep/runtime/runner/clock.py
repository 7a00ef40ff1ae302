"""The runner's clock: seconds since the epoch that go forward steadily, whatever becomes of the machine's own clock."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from hyperstep.launchers.process_table import boot_id
from hyperstep.records.run import RunRecord

_NAME = "clock.json"


class SteadyClock:
    """Reads the wall clock once, and counts on from there.

    Args:
        wall_s: The machine's clock, seconds since the epoch: it may be set forward or back at any time.
        steady_s: Seconds that only go forward, of an unknown beginning.
        offset_s: What an earlier clock of this run added to the same steady seconds; None when there was none.
        not_before_s: The newest time that was recorded: this clock begins no earlier.
    """

    def __init__(
        self,
        wall_s: Callable[[], float],
        steady_s: Callable[[], float],
        *,
        offset_s: float | None = None,
        not_before_s: float = 0.0,
    ) -> None:
        self._steady_s = steady_s
        begin_s = steady_s()
        now_s = wall_s() if offset_s is None else begin_s + offset_s
        self.offset_s = max(now_s, not_before_s) - begin_s

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._steady_s() + self.offset_s


def machine_clock(root_folder: Path, runs: Sequence[RunRecord], events: Sequence[float] = ()) -> SteadyClock:
    """The clock of a run: within one boot of the machine all its runners count alike; after that from the wall clock.

    Args:
        root_folder: Where the run's clock is remembered.
        runs: What is recorded of it: no time is given that lies before one of theirs.
        events: Times of recorded events.
    """
    file = root_folder / _NAME
    times = [t for run in runs for t in (run.created_at, run.started_at, run.ended_at) if t is not None]
    newest = max([*times, *events], default=0.0)
    clock = SteadyClock(time.time, _steady_seconds, offset_s=_remembered(file), not_before_s=newest)
    with suppress(OSError):
        file.write_text(json.dumps({"boot": boot_id(), "offset_s": clock.offset_s}), encoding="ascii")
    return clock


def _remembered(file: Path) -> float | None:
    try:
        data = json.loads(file.read_bytes())
        return float(data["offset_s"]) if boot_id() and data["boot"] == boot_id() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _steady_seconds() -> float:
    """Seconds since the machine was switched on, its sleep included where the system counts that."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
