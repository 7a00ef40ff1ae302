"""How a sweep ends: its status, the reason for people, and the best trial."""

from __future__ import annotations

import re
from collections import Counter

from hyperstep.digest import Json
from hyperstep.records.status import RunStatus
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.halting import logged_names, mismatch
from hyperstep.sweep.instructions import FinishSweep, Instruction, RecordDecision
from hyperstep.sweep.state import SweepState

_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")

Outcome = tuple[RunStatus, str]


def finish(config: SweepConfig, state: SweepState) -> list[Instruction]:
    """End the sweep when no trial is left and none may be launched.

    Completed needs a usable value of the primary metric and one trial that did not fail. Out of time is Completed as
    well then, with the reason.
    """
    if state.finished or state.occupied or state.may_launch:
        return []
    state.finished = True
    status, reason = _outcome(config, state)
    best = state.best()
    evidence: dict[str, Json] = {
        "status": status.value,
        "reason": reason,
        "best": None if best is None else {"trial": best[0], "value": best[1]},
        "trials": {status.value: count for status, count in _counts(state).items()},
    }
    if state.time is not None and state.limited is not None:
        evidence["counted_trials"] = len(state.counted_trials)
    return [RecordDecision("finish", None, evidence), FinishSweep(status, reason, None if best is None else best[0])]


def _outcome(config: SweepConfig, state: SweepState) -> Outcome:
    if state.cancel_reason is not None:
        return RunStatus.CANCELED, state.cancel_reason
    failure = _failure(config, state)
    if failure:
        return RunStatus.FAILED, _join(_time_limit(state), failure)
    return RunStatus.COMPLETED, _join(
        _time_limit(state), _tally(state), _unusable(state, config.metric.name), _silent(state, config.metric.name)
    )


def _failure(config: SweepConfig, state: SweepState) -> str:
    """Why the sweep failed; empty when it did not."""
    counts, metric = _counts(state), config.metric.name
    if not state.trials:
        return _why_nothing_ran(config, state)
    if state.limited is not None:
        failed = f"{_number_of(counts[RunStatus.FAILED])} failed, limit {state.limits.max_failed}."
        return f"{failed} {_commonest_error(state)}"
    if counts[RunStatus.FAILED] == len(state.trials):
        failed = "The only trial failed." if len(state.trials) == 1 else f"All {len(state.trials)} trials failed."
        return f"{failed} {_commonest_error(state)}"
    if state.best() is not None:
        return ""
    if not state.metric_seen and counts[RunStatus.COMPLETED]:
        return mismatch(metric, logged_names(state)).in_words()
    no_value = f"No trial has a usable value of {metric!r}."
    return _join(no_value, _unusable(state, metric), _silent(state, metric), "Log it as a finite number.")


def _why_nothing_ran(config: SweepConfig, state: SweepState) -> str:
    if state.out_of_time:
        return "No trial was run."
    if config.history:
        return "Every point of the search space was tried by the sweeps that this one goes on from."
    return "The search space holds no point."


def _commonest_error(state: SweepState) -> str:
    failed = [trial for trial in state.counted_trials if trial.status is RunStatus.FAILED]
    kind, count = Counter(_kind(trial.error) for trial in failed).most_common(1)[0]
    first, error = next((trial.index, trial.error) for trial in failed if _kind(trial.error) == kind)
    return f"The commonest error, {count} of {len(failed)}, first in trial {first}: {error}"


def _number_of(trials: int) -> str:
    return f"{trials} trial{'' if trials == 1 else 's'}"


def _kind(error: str) -> str:
    """The error without the numbers in it: what differs from trial to trial only by a value is one error."""
    return _NUMBER.sub("#", error)


def _time_limit(state: SweepState) -> str:
    return f"The time limit of {state.limits.max_duration_s:g} s was reached." if state.out_of_time else ""


def _unusable(state: SweepState, metric: str) -> str:
    counts = [trial.unusable_values for trial in state.trials if trial.unusable_values]
    if not counts:
        return ""
    return f"Values of {metric!r} that were no finite numbers: {sum(counts)}, in trials: {len(counts)}."


def _silent(state: SweepState, metric: str) -> str:
    """How many trials ended well without a word about the metric that others logged."""
    ended_well = [trial for trial in state.trials if trial.status is RunStatus.COMPLETED]
    count = sum(metric not in trial.metrics for trial in ended_well)
    return f"Trials that never logged {metric!r}: {count}." if count else ""


def _tally(state: SweepState) -> str:
    counts = _counts(state)
    stopped = sum(trial.stopped_by_policy for trial in state.trials)
    words = {
        "completed": counts[RunStatus.COMPLETED],
        "stopped early": stopped,
        "canceled": counts[RunStatus.CANCELED] - stopped,
        "failed": counts[RunStatus.FAILED],
    }
    parts = ", ".join(f"{count} {word}" for word, count in words.items() if count)
    return f"{_number_of(len(state.trials))}: {parts}."


def _counts(state: SweepState) -> Counter[RunStatus]:
    return Counter(trial.status for trial in state.counted_trials)


def _join(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
