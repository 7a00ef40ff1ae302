"""In words, how processes were started, warm or cold and why, and whether they took more than their cores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from hyperstep.cli.wording import how_many
from hyperstep.digest import Json
from hyperstep.records.attempt import Launched, ThreadUse
from hyperstep.run_store.base import StartCounts

_FEWEST_LOOKS = 3
_MANY = 0.5
"""Share of looks that saw too many threads, from which on it is said."""


def starting_lines(starts: StartCounts | None) -> Iterator[str]:
    """How the trials of a sweep were started, and that they had too many threads at work, if they had."""
    if starts is None:
        return
    if starts.launched:
        warm, cold = _warm_and_cold(starts)
        yield f"started warm: {warm} of {how_many(warm + cold.total(), 'attempt')}{_cold_words(cold)}"
    words = oversubscription(starts.threads)
    if words:
        yield words


def start_words(launched: Launched) -> str:
    """How one process was started."""
    return "warm" if launched.warm else f"cold{f' ({launched.why_cold})' if launched.why_cold else ''}"


def oversubscription(found: Mapping[ThreadUse, int]) -> str:
    """That processes had more threads at work than cores of their own; empty when they mostly had not.

    Args:
        found: How many processes had such a use of threads.
    """
    looks = sum(use.looks * count for use, count in found.items())
    over = sum(use.over * count for use, count in found.items())
    if looks < _FEWEST_LOOKS or over < _MANY * looks:
        return ""
    most, share = max(use.most for use in found), min(use.share for use in found)
    return (
        f"too many threads: up to {most} at work in one process, whose share is {how_many(share, 'core')} "
        f"(seen in {over} of {looks} looks); have the script ask for fewer (n_jobs), or run fewer at one time"
    )


def starts_document(starts: StartCounts | None) -> Json:
    """The same of a sweep for ``show --json``; null when nobody has looked."""
    if starts is None:
        return None
    warm, cold = _warm_and_cold(starts)
    reasons: Json = [{"why_cold": reason, "attempts": count} for reason, count in cold.most_common()]
    return {"warm": warm, "cold": reasons, "threads": oversubscription(starts.threads)}


def attempt_start(launched: Launched | None, threads: ThreadUse | None) -> dict[str, Json]:
    """The same of one attempt."""
    return {
        "warm": launched.warm if launched else None,
        "why_cold": launched.why_cold if launched else "",
        "threads": dict(threads._asdict()) if threads else None,
    }


def _warm_and_cold(starts: StartCounts) -> tuple[int, Counter[str]]:
    cold: Counter[str] = Counter()
    for launched, count in starts.launched.items():
        if not launched.warm:
            cold[launched.why_cold] += count
    return sum(starts.launched.values()) - cold.total(), cold


def _cold_words(cold: Counter[str]) -> str:
    if not cold:
        return ""
    if len(cold) == 1:
        reason, count = next(iter(cold.items()))
        return f" ({count} cold{f': {reason}' if reason else ''})"
    reasons = "; ".join(f"{count} {reason or 'for no reason that is known'}" for reason, count in cold.most_common())
    return f" ({cold.total()} cold: {reasons})"
