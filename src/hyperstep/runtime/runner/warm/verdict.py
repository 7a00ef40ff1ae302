"""What is known of a library set: whether a fork of its server does what a process of its own does. Pure.

A set is unproven for a script until one of the script's attempts, warm and under a watch, has ended well; until then
one attempt at a time runs warm. What hangs has the set remembered as cold. What crashes, or fails with an exit code,
is tried again cold before it counts: when that ends well, the set is remembered as cold too, else it was the script.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

MOST_KILLS = 2
"""So many watched attempts that a signal from outside ended, and the set is cold: it may not have been from outside."""
MOST_SCRIPTS = 200
"""So many scripts are remembered that a set is proven for."""

_CRASHES = {2: "SIGINT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 11: "SIGSEGV", 31: "SIGSYS"}
"""Signals that a process brings upon itself."""


class Process(NamedTuple):
    """A process as it is told from a later one with its id."""

    pid: int
    started_at: float
    boot: str


class Watch(Struct, frozen=True):
    """The one attempt by which a set is being tried."""

    run_id: str
    script: str
    """Key of the script."""
    runner: Process
    """Who watches; a watch without a living watcher is over."""
    doubted: bool = False
    """It failed, and its next attempt, cold, is to show whose fault that was."""
    words: str = ""
    """How it had failed."""


class Verdict(Struct, frozen=True):
    """All that is known of a set."""

    why_cold: str = ""
    """Set when no attempt is to be forked from its server any more."""
    proven_for: tuple[str, ...] = ()
    """Keys of scripts."""
    agreed_for: tuple[str, ...] = ()
    """Keys of scripts that failed warm, and cold after that: their failures are not doubted again."""
    kills: int = 0
    watch: Watch | None = None


class How(Enum):
    """How a watched attempt ended."""

    WELL = "well"
    FAILED = "failed"
    """With an exit code."""
    SIGNAL = "signal"
    """One that nobody of ours sent."""
    HUNG = "hung"
    UNTOLD = "untold"
    """It was stopped by us, it ran out of memory or time, it is lost: which tells nothing of the set."""


class Ending(NamedTuple):
    """The end of a watched attempt."""

    how: How
    signal: int | None = None
    words: str = ""
    """What was seen, for people."""


def why_not_now(verdict: Verdict, script: str, *, watcher_lives: bool) -> str:
    """Why an attempt is not to be warm now; empty when it may be.

    Args:
        verdict: Of its library set.
        script: Key of its script.
        watcher_lives: Whether the process lives that watches the attempt under a watch, if there is one.
    """
    if verdict.why_cold:
        return verdict.why_cold
    if is_proven(verdict, script) or verdict.watch is None or not watcher_lives:
        return ""
    return "its libraries are being tried by another trial"


def is_proven(verdict: Verdict, script: str) -> bool:
    """Whether an attempt of the script needs no watch."""
    return script in verdict.proven_for


def watching(verdict: Verdict, watch: Watch) -> Verdict:
    """With an attempt under a watch."""
    return replace(verdict, watch=watch)


def after_watched(verdict: Verdict, watch: Watch, ending: Ending) -> Verdict:
    """What is known when a watched attempt has ended."""
    over = replace(verdict, watch=None)
    match ending.how:
        case How.WELL:
            return replace(over, kills=0, proven_for=(*over.proven_for, watch.script)[-MOST_SCRIPTS:])
        case How.HUNG:
            return _cold(over, ending.words)
        case How.FAILED | How.SIGNAL if is_doubtful(ending):
            return replace(verdict, watch=doubted(watch, ending))
        case How.SIGNAL:
            over = replace(over, kills=over.kills + 1)
            return _cold(over, f"ended by signal {ending.signal}") if over.kills >= MOST_KILLS else over
        case _:
            return over


def is_doubtful(ending: Ending) -> bool:
    """Whether an attempt failed, or crashed, so that its libraries or its script may be at fault."""
    return ending.how is How.FAILED or (ending.how is How.SIGNAL and ending.signal in _CRASHES)


def doubted(watch: Watch, ending: Ending) -> Watch:
    """The watch of an attempt that ended so, until a cold one has shown whose fault it was."""
    words = _CRASHES.get(ending.signal or 0) if ending.how is How.SIGNAL else None
    return replace(watch, doubted=True, words=f"ended by {words}" if words else ending.words)


def after_cold(verdict: Verdict, how: How) -> Verdict:
    """What is known when the cold attempt has ended that followed one under a doubt.

    Args:
        verdict: With that watch.
        how: The cold attempt's end.
    """
    watch, over = verdict.watch, replace(verdict, watch=None)
    if how is How.WELL and watch is not None:
        return _cold(over, f"{watch.words}, and cold it ended well")
    if how in {How.FAILED, How.SIGNAL} and watch is not None:
        return replace(over, agreed_for=(*over.agreed_for, watch.script)[-MOST_SCRIPTS:])
    return over


def _cold(verdict: Verdict, words: str) -> Verdict:
    return replace(verdict, why_cold=f"its libraries do not work in a warm trial: one {words}", watch=None)
