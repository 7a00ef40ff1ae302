"""How numbers, durations, parameters and statuses are written for a person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from hyperstep.cli.escaping import escape
from hyperstep.cli.view import SweepView, TrialView
from hyperstep.digest import Json
from hyperstep.pipeline.plan import HistoryVerdict
from hyperstep.pipeline.reuse import FailedTrials
from hyperstep.records.status import RunStatus
from hyperstep.sweep.keeping import SetAside

_DRAWN_ID = re.compile(r"((?:HD_)?[0-9a-f]{8})-")
_PLACES = 5
"""Places of code that are named in one line."""
_MINUTE_S = 60
_HOUR_S = 3600

_STATUS_WORDS = {
    RunStatus.NOT_STARTED: "waiting",
    RunStatus.QUEUED: "queued",
    RunStatus.PREPARING: "preparing",
    RunStatus.RUNNING: "running",
    RunStatus.CANCEL_REQUESTED: "canceling",
    RunStatus.FINALIZING: "finalizing",
    RunStatus.COMPLETED: "completed",
    RunStatus.FAILED: "failed",
    RunStatus.CANCELED: "canceled",
}


def status_word(status: RunStatus) -> str:
    """One lower-case word."""
    return _STATUS_WORDS[status]


def ended_already(name: str, status: RunStatus) -> str:
    """What is said of a run that one would do something to, had it not ended."""
    return f"{name} has ended already: {status_word(status)}"


def number(value: float) -> str:
    """A metric value or float parameter, six significant digits."""
    return f"{value:.6g}"


def duration(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``3:05``, ``1:02:03``."""
    seconds = max(0.0, seconds)
    if seconds < 1:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    if whole < _MINUTE_S:
        return f"{whole} s"
    if whole < _HOUR_S:
        return f"{whole // _MINUTE_S}:{whole % _MINUTE_S:02d}"
    return f"{whole // _HOUR_S}:{whole % _HOUR_S // _MINUTE_S:02d}:{whole % _MINUTE_S:02d}"


def elapsed(started_at: float | None, ended_at: float | None, now: float) -> str:
    """How long something has run or ran; empty before it started."""
    return "" if started_at is None else duration((now if ended_at is None else ended_at) - started_at)


def moment(time: float | None) -> str | None:
    """Seconds since the epoch as ISO 8601 in UTC, milliseconds kept; None for None."""
    return None if time is None else datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds")


def parameters(point: Mapping[str, Json]) -> str:
    """``lr=0.01, opt=adam``: keys without their dashes."""
    return ", ".join(f"{name.lstrip('-')}={value(item)}" for name, item in point.items())


def value(item: Json) -> str:
    """A parameter or metric value."""
    return number(item) if isinstance(item, float) else str(item)


def short_id(run_id: str) -> str:
    """The beginning of an id, as people use it: ``1a2b3c4d`` or ``HD_1a2b3c4d``; an id that a user chose is whole."""
    drawn = _DRAWN_ID.match(run_id)
    return drawn[1] if drawn else run_id


def short_trial(run_id: str) -> str:
    """A trial's id as people use it: ``HD_1a2b3c4d_7``."""
    sweep, _, index = run_id.rpartition("_")
    return f"{short_id(sweep)}_{index}" if sweep and index.isdigit() else short_id(run_id)


def best_words(sweep: SweepView) -> str:
    """``accuracy 0.97 (trial 7: lr=0.01)``; empty without a best."""
    if sweep.best is None or sweep.best.best is None:
        return ""
    return f"{sweep.metric} {number(sweep.best.best)} ({trial_words(sweep.best)})"


def trial_words(trial: TrialView) -> str:
    """``trial 7: lr=0.01, opt=adam``."""
    point = parameters(trial.parameters)
    return f"trial {trial.number}: {point}" if point else f"trial {trial.number}"


def counts(sweep: SweepView) -> str:
    """``11 completed, 8 stopped early, 1 failed, 2 running``: what there is of each."""
    kinds = [
        (sweep.completed, "completed"),
        (sweep.stopped, "stopped early"),
        (sweep.canceled, "canceled"),
        (sweep.failed, "failed"),
        (sweep.running, "running"),
    ]
    counted = ", ".join(f"{count} {word}" for count, word in kinds if count) or "none yet"
    return f"{counted}; {reuse_words(sweep)}" if sweep.reused else counted


def reuse_words(sweep: SweepView) -> str:
    """``5 run, 15 reused, saves 3:05``: how many trials had a process; empty when all had one."""
    if not sweep.reused:
        return ""
    return f"{sweep.count - sweep.reused} run, {sweep.reused} reused, saves {duration(sweep.saved_s)}"


def seed_words(sweep: SweepView) -> str:
    """``7``, ``7, that of sweep HD_1a2b3c4d``."""
    return f"{sweep.seed}, that of sweep {short_id(sweep.seed_from)}" if sweep.seed_from else str(sweep.seed)


def outside_code_words(places: Sequence[str]) -> str:
    """That changes of the user's own modules elsewhere are not seen."""
    more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
    return f"changes of code outside the script's folder are not seen: {', '.join(map(escape, places[:_PLACES]))}{more}"


def history_words(history: HistoryVerdict) -> str:
    """``4 trials of sweep HD_1a2b3c4d kept, 2 set aside (lr: out of range 2)``, or why there is nothing to keep."""
    if history.source_run is None:
        return f"nothing kept: {history.reason}"
    whose = f"{how_many(history.kept, 'trial')} of sweep {short_id(history.source_run)} kept"
    if not history.set_aside:
        return whose
    reasons = ", ".join(f"{_aside_words(aside)} {aside.trials}" for aside in history.because)
    return f"{whose}, {history.set_aside} set aside ({reasons})"


def _aside_words(aside: SetAside) -> str:
    return f"{escape(aside.hyperparameter)}: {aside.reason}" if aside.hyperparameter else aside.reason


def trial_status(trial: TrialView) -> str:
    """The status of a trial; of one that a policy ended ``stopped early``."""
    stopped = trial.stopped_early and trial.status is RunStatus.CANCELED
    return "stopped early" if stopped else status_word(trial.status)


def failed_trials_words(found: FailedTrials, step: str, root_run: str) -> str:
    """How many trials of a reused sweep had failed, and what runs them.

    Args:
        found: How many.
        step: The step's name.
        root_run: A name of the run that they are of.
    """
    them = "it" if found.failed == 1 else "them"
    counts = f"{found.failed} of its {how_many(found.trials, 'trial')} had failed"
    return f"{counts}; to run {them}: hyperstep rerun {root_run} --failed; to run all: --no-reuse={step}"


def how_many(count: int, noun: str) -> str:
    """``1 trial``, ``20 trials``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def concurrency(sweep: SweepView) -> str:
    """``4 at a time requested, 2 here``; empty while unknown."""
    if sweep.requested_concurrency is None:
        return ""
    words = f"{sweep.requested_concurrency} at a time requested"
    return f"{words}, {sweep.effective_concurrency} here" if sweep.effective_concurrency is not None else words


def why_no_best(sweep: SweepView) -> str:
    """Why a sweep has no best trial."""
    metric = sweep.metric or "the primary metric"
    reported = [trial.status for trial in sweep.trials if trial.best is not None]
    if reported and set(reported) == {RunStatus.FAILED}:
        return f"every trial that reported {metric} has failed"
    return f"no trial has reported {metric}"


def file_size(size: float) -> str:
    """Bytes in the unit that leaves one to four digits."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:  # noqa: PLR2004 - decimal units
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def stands_still(what: str, pid: int) -> str:
    """That a trial host, or its keeper, is stopped, and what to do."""
    return f"{what} {pid} stands still (stopped): `kill -CONT {pid}` lets it go on, `kill -9 {pid}` ends it"


def first_line(text: str) -> str:
    """The first line that says something."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
