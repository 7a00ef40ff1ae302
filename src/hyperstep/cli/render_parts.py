"""One trial or one step as text, for `show`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hyperstep.cli import wording
from hyperstep.cli.escaping import escape
from hyperstep.cli.narration import why_ended
from hyperstep.cli.process_details import MetricView, ProcessDetails, attempt_words
from hyperstep.cli.render_tables import LocateOutput, columns, file_row, step_text
from hyperstep.cli.starting import oversubscription, start_words
from hyperstep.cli.view import RootView, StepView, SweepView, TrialView
from hyperstep.digest import Json

_LONGEST_VALUE = 60


def trial_text(sweep: SweepView, trial: TrialView, details: ProcessDetails, runner: str, now: float) -> list[str]:
    """A trial with its parameters, metrics, files and attempts.

    Args:
        sweep: The sweep that it belongs to.
        trial: The trial.
        details: What else is known of it.
        runner: Who drives its sweep, in words.
        now: Seconds since the epoch.
    """
    took = wording.elapsed(trial.started_at, trial.ended_at, now)
    best = " (the best)" if sweep.best is not None and sweep.best.id == trial.id else ""
    why = why_ended(trial) if trial.error or trial.reason else ""
    return [
        f"trial {trial.id}{best}",
        f"  sweep       {sweep.id}, {sweep.goal.value} {sweep.metric}",
        f"  status      {wording.trial_status(trial)}{f' after {took}' if took else ''}",
        *([f"  why         {why}"] if why else []),
        f"  runner      {runner}",
        f"  {sweep.metric or 'metric':<11} {_primary(trial)}",
        "  parameters",
        *(f"    {name}  {wording.value(value)}" for name, value in trial.parameters.items()),
        *process_text(details),
    ]


def part_text(view: RootView, step: StepView, runner: str, now: float, locate: LocateOutput) -> list[str]:
    """A step of a pipeline, and which one that is."""
    lines = list(step_text(step, now, locate, titled=True))
    place = f"  of {view.kind.value} {view.id} (experiment {view.experiment}), {wording.status_word(view.status)}"
    return [lines[0], place, f"  runner: {runner}", *lines[1:]]


def process_text(details: ProcessDetails) -> Iterator[str]:
    """Metrics, files, log and attempts of a trial or script."""
    if details.metrics:
        yield "  metrics"
        yield from _indented(columns(("name", "times", "last"), map(_metric_row, details.metrics)))
    if details.files:
        yield "  files"
        yield from _indented(columns(("name", "size", "path"), map(file_row, details.files)))
    yield f"  log         {escape(details.log) if details.log else 'none yet'}"
    for attempt in details.attempts:
        started = f", started {start_words(attempt.launched)}" if attempt.launched else ""
        yield f"  attempt {attempt.key.number}   {attempt_words(attempt)}{started}"
    words = oversubscription(Counter(attempt.threads for attempt in details.attempts if attempt.threads))
    if words:
        yield f"  threads     {words}"
    for torn in details.torn:
        yield f"  torn        attempt {torn.attempt} ended within a record: {torn.bytes} bytes that do not count"


def _primary(trial: TrialView) -> str:
    if trial.best is None or trial.last is None:
        times = wording.how_many(trial.unusable, "time")
        return f"no finite number, reported {times}" if trial.unusable else "not reported"
    last = f" (last {wording.number(trial.last)})" if trial.last != trial.best else ""
    return f"{wording.number(trial.best)}{last}, reported {wording.how_many(trial.reports, 'time')}"


def _metric_row(metric: MetricView) -> tuple[str, str, str]:
    return metric.name, str(metric.records), _short(metric.last)


def _short(value: Json) -> str:
    text = wording.value(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def _indented(lines: list[str]) -> Iterator[str]:
    yield from (f"    {line}" for line in lines)
