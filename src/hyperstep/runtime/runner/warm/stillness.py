"""When a process does nothing: no CPU time, nothing written, every thread asleep, for a stated time. Pure."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

_MOST_CPU = 0.005
"""Share of one core that a process may use and count as still: a thread that looks at a queue now and then."""
_LEAST_CPU_S = 0.03
"""A few ticks of the system's clock."""
TIMES_COLD = 5.0


class Look(NamedTuple):
    """A process and all that it started, at one moment."""

    at_s: float
    cpu_s: float
    """CPU time that they have used since they began."""
    written: int
    """Bytes of log and records."""
    all_asleep: bool
    """No thread of theirs runs, or waits for a disk."""


class Stillness(Struct, frozen=True):
    """Since when it is still: the first look from which on nothing has happened."""

    since: Look

    def after(self, look: Look) -> Stillness:
        """The same when still nothing has happened, else from this look on."""
        passed = look.at_s - self.since.at_s
        used = look.cpu_s - self.since.cpu_s
        moved = look.written != self.since.written or used > max(_LEAST_CPU_S, _MOST_CPU * passed)
        return Stillness(look) if moved or not look.all_asleep else self

    def lasts_s(self, look: Look) -> float:
        """Seconds, up to a look."""
        return look.at_s - self.since.at_s


def patience_s(least_s: float, cold_s: float) -> float:
    """How long an attempt may be still before it counts as hung: clearly longer than the cold one took in all."""
    return max(least_s, TIMES_COLD * cold_s)
