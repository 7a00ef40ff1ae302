"""What happens when a trial ends well and never logged the primary metric: nothing new is launched.

The name is most likely misspelt, and every further trial would be in vain. When a trial that still runs logs it, the
sweep goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from msgspec import Struct

from hyperstep.sweep.instructions import Instruction, RecordDecision
from hyperstep.sweep.state import SweepState
from hyperstep.sweep.trial_state import TrialState

MIN_SIMILARITY = 0.5
"""Share of matching characters up to which a name is no suggestion."""


class MetricMismatch(Struct, frozen=True):
    """The metric that was asked for and those that were logged instead."""

    wanted: str
    logged: tuple[str, ...]
    nearest: str | None

    def in_words(self) -> str:
        """What happened and what to do, for people."""
        rule = f"The primary metric {self.wanted!r} was never logged."
        if not self.logged:
            return f"{rule} No metric was. Log it in the training script by exactly that name."
        names = ", ".join(repr(name) for name in self.logged)
        hint = f" The nearest name is {self.nearest!r}." if self.nearest else ""
        return f"{rule} Logged were: {names}.{hint} Log it by exactly that name, or optimize one that is logged."


def mismatch(wanted: str, logged: Iterable[str]) -> MetricMismatch:
    """The mismatch between the name ``wanted`` and the names ``logged``."""
    names = tuple(sorted(set(logged)))
    nearest = max(names, key=lambda name: _similarity(wanted, name), default=None)
    close = nearest is not None and _similarity(wanted, nearest) > MIN_SIMILARITY
    return MetricMismatch(wanted, names, nearest if close else None)


def logged_names(state: SweepState) -> set[str]:
    """Names of the metrics that ended trials logged."""
    return {name for trial in state.trials for name in trial.metrics}


def metric_was_logged(state: SweepState, trial: TrialState) -> list[Instruction]:
    """Note that ``trial`` logged the primary metric; a halted sweep goes on."""
    state.metric_seen = True
    if not state.halted:
        return []
    state.halted = False
    return [RecordDecision("resume", trial.index, {"because": "the primary metric was logged"})]


def metric_is_missing(state: SweepState, trial: TrialState, wanted: str) -> list[Instruction]:
    """Note that ``trial`` ended well without the primary metric; a sweep in which nobody logged it is halted."""
    if state.metric_seen or state.halted:
        return []
    state.halted = True
    found = mismatch(wanted, logged_names(state))
    evidence = {"wanted": found.wanted, "logged": list(found.logged), "nearest": found.nearest}
    return [RecordDecision("halt", trial.index, evidence)]


def _similarity(wanted: str, name: str) -> float:
    left, right = wanted.casefold(), name.casefold()
    if left in right or right in left:
        return 1.0 - abs(len(left) - len(right)) / (2 * max(len(left), len(right)))
    return SequenceMatcher(None, left, right).ratio()
