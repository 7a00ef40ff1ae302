"""When a process has had its time. Pure: times come in as arguments."""

from __future__ import annotations

import signal

from msgspec import Struct
from msgspec.structs import replace

from hyperstep.records.attempt import AttemptEnd


class ProcessLimits(Struct, frozen=True):
    """How long a process may run, and be silent. None for no bound."""

    max_duration_s: float | None = None
    max_silence_s: float | None = None


def broken_limit(limits: ProcessLimits, *, started_at_s: float, last_sign_at_s: float, now_s: float) -> str:
    """Which limit a process has broken, in words; empty while it has broken none.

    Args:
        limits: Its limits.
        started_at_s: When it was started.
        last_sign_at_s: When it was last seen to have written or logged something; its start, before it has.
        now_s: The present, on the same clock.
    """
    longest, silent = limits.max_duration_s, limits.max_silence_s
    if longest is not None and now_s - started_at_s > longest:
        return _too_long(longest)
    if silent is not None and now_s - max(last_sign_at_s, started_at_s) > silent:
        return f"was silent for more than max_silence_s = {silent:g}: no output, no metric"
    return ""


def limit_of(end: AttemptEnd, longest_s: float | None) -> str:
    """The limit that a host ended an attempt for, in words; empty when it was none.

    Args:
        end: How it ended.
        longest_s: How long it was allowed to run.
    """
    return _too_long(longest_s) if end.timed_out and longest_s is not None else ""


def with_limit(end: AttemptEnd, started_at_s: float, now_s: float, longest_s: float | None) -> AttemptEnd:
    """An end, said to be for the limit of time when the process was killed past it.

    Who does that is the host; one that is killed itself before it has said so leaves the signal only.

    Args:
        end: How it ended.
        started_at_s: When it was started.
        now_s: The present: an end in the future tells that somebody's clock has jumped.
        longest_s: How long it was allowed to run.
    """
    if longest_s is None or end.signal not in {signal.SIGTERM, signal.SIGKILL} or end.ended_at is None:
        return end
    is_past = min(end.ended_at, now_s) - started_at_s > longest_s and not end.out_of_memory
    return replace(end, timed_out=True) if is_past else end


def _too_long(longest_s: float) -> str:
    return f"ran longer than max_run_duration_seconds = {longest_s:g}"
