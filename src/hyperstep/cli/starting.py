"""In words, how processes were started, warm or cold and why, and whether they took more than their cores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from hyperstep.cli.view import StepView, TrialView
from hyperstep.cli.wording import how_many
from hyperstep.digest import Json
from hyperstep.records.attempt import Launched, ThreadUse

_FEWEST_LOOKS = 3
_MANY = 0.5
"""Share of looks that saw too many threads, from which on it is said."""


def starting_lines(trials: Sequence[TrialView]) -> Iterator[str]:
    """How the trials of a sweep were started, and that they had too many threads at work, if they had."""
    known = [trial.launched for trial in trials if trial.launched]
    if known:
        warm = sum(1 for launched in known if launched.warm)
        yield f"started warm: {warm} of {how_many(len(known), 'trial')}{_cold_words(known)}"
    words = oversubscription(trial.threads for trial in trials)
    if words:
        yield words


def start_words(launched: Launched) -> str:
    """How one process was started."""
    return "warm" if launched.warm else f"cold{f' ({launched.why_cold})' if launched.why_cold else ''}"


def oversubscription(found: Iterable[ThreadUse | None]) -> str:
    """That processes had more threads at work than cores of their own; empty when they mostly had not."""
    seen = [threads for threads in found if threads]
    looks, over = sum(threads.looks for threads in seen), sum(threads.over for threads in seen)
    if looks < _FEWEST_LOOKS or over < _MANY * looks:
        return ""
    most, share = max(threads.most for threads in seen), min(threads.share for threads in seen)
    return (
        f"too many threads: up to {most} at work in one process, whose share is {how_many(share, 'core')} "
        f"(seen in {over} of {looks} looks); have the script ask for fewer (n_jobs), or run fewer at one time"
    )


def starts_document(trials: Sequence[TrialView]) -> Json:
    """The same of a sweep for ``show --json``."""
    known = [trial.launched for trial in trials if trial.launched]
    cold = Counter(launched.why_cold for launched in known if not launched.warm)
    reasons: Json = [{"why_cold": reason, "trials": count} for reason, count in cold.most_common()]
    return {"warm": sum(1 for launched in known if launched.warm), "cold": reasons}


def start_document(of: TrialView | StepView) -> dict[str, Json]:
    """The same of the newest process of a trial or step."""
    return attempt_start(of.launched, of.threads)


def attempt_start(launched: Launched | None, threads: ThreadUse | None) -> dict[str, Json]:
    """The same of one attempt."""
    return {
        "warm": launched.warm if launched else None,
        "why_cold": launched.why_cold if launched else "",
        "threads": dict(threads._asdict()) if threads else None,
    }


def _cold_words(known: Sequence[Launched]) -> str:
    cold = Counter(launched.why_cold for launched in known if not launched.warm)
    if not cold:
        return ""
    if len(cold) == 1:
        reason, count = next(iter(cold.items()))
        return f" ({count} cold{f': {reason}' if reason else ''})"
    reasons = "; ".join(f"{count} {reason or 'for no reason that is known'}" for reason, count in cold.most_common())
    return f" ({cold.total()} cold: {reasons})"
