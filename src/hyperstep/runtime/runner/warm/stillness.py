"""When a process counts as hung: it does nothing for a while, or has long written nothing at all. Pure."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

_MOST_CPU = 0.005
"""Share of one core that a process may use and count as still: a thread that looks at a queue now and then."""
_LEAST_CPU_S = 0.03
"""A few ticks of the system's clock."""
TIMES_COLD = 5.0
_SILENT_TIMES = 20.0
"""By which silence at work is longer than anything to be expected: such a process may be training."""


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


class Silence(Struct, frozen=True):
    """Since when nothing was written, whatever else it does: the first look from which on there was no more."""

    since: Look

    def after(self, look: Look) -> Silence:
        """The same when nothing more was written, else from this look on."""
        return self if look.written == self.since.written else Silence(look)

    def lasts_s(self, look: Look) -> float:
        """Seconds, up to a look."""
        return look.at_s - self.since.at_s


class Signs(Struct, frozen=True):
    """Both, of one process."""

    stillness: Stillness
    silence: Silence

    @classmethod
    def first(cls, look: Look) -> Signs:
        """From a first look on."""
        return cls(Stillness(look), Silence(look))

    def after(self, look: Look) -> Signs:
        """With one more look."""
        return Signs(self.stillness.after(look), self.silence.after(look))

    def why_hung(self, look: Look, least_s: float, cold_s: float) -> str:
        """What speaks for its hanging; empty when nothing does.

        Args:
            look: The last one.
            least_s: How long it may be still in any case; and a multiple of that, silent.
            cold_s: How long a cold attempt of its script took in all.
        """
        still_s, silent_s = self.stillness.lasts_s(look), self.silence.lasts_s(look)
        if still_s > patience_s(least_s, cold_s):
            return f"hung: for {still_s:.0f} s it used no CPU time and wrote nothing"
        if silent_s > _SILENT_TIMES * max(least_s, cold_s):
            return f"hung, it seems: it wrote nothing for {silent_s:.0f} s, and a cold trial took {cold_s:.3g} s in all"
        return ""


def patience_s(least_s: float, cold_s: float) -> float:
    """How long an attempt may be still before it counts as hung: clearly longer than the cold one took in all."""
    return max(least_s, TIMES_COLD * cold_s)
