"""Runs, steps and trials as aligned text, for `runs`, `show` and `best`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from hyperstep.cli import wording
from hyperstep.cli.documents import FileView
from hyperstep.cli.escaping import escape
from hyperstep.cli.narration import why_ended, why_step_ended
from hyperstep.cli.starting import starting_lines
from hyperstep.cli.view import OutputView, RootView, StepView, SweepView, TrialView
from hyperstep.records.run import RunRecord
from hyperstep.records.status import RunStatus

_GAP = "  "
_LONGEST_NAME = 40

LocateOutput = Callable[[OutputView], str]
"""Where an output lies, in words."""


def no_place(output: OutputView) -> str:
    """The path below its datastore."""
    return f"{output.datastore}/{output.path}"


def columns(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Rows below their header, columns as wide as their widest cell, the last one ragged."""
    table = [list(header), *(list(row) for row in rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(header))]
    widths[-1] = 0
    return [_GAP.join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]


def runs_table(runs: Iterable[RunRecord], now: float, marks: Mapping[str, str] | None = None) -> list[str]:
    """Root runs, one a line.

    Args:
        runs: The runs.
        now: Seconds since the epoch.
        marks: What is wrong with some of them, in two words, by id.
    """
    known = marks or {}
    rows = [
        (
            wording.short_id(run.id),
            run.kind.value,
            _cut(run.experiment),
            wording.status_word(run.status) + (f", {known[run.id]}" if known.get(run.id) else ""),
            (wording.moment(run.created_at) or "")[:19].replace("T", " "),
            wording.elapsed(run.started_at, run.ended_at, now),
            "" if run.name == run.experiment else _cut(run.name),
        )
        for run in runs
    ]
    return columns(("id", "kind", "experiment", "status", "submitted (UTC)", "took", "name"), rows)


def root_text(view: RootView, runner: str, now: float, locate: LocateOutput = no_place) -> list[str]:
    """A root run with its steps and their trials.

    Args:
        view: The run.
        runner: Who drives it, in words.
        now: Seconds since the epoch.
        locate: See ``LocateOutput``.
    """
    took = wording.elapsed(view.started_at, view.ended_at, now)
    lines = [
        f"{view.kind.value} {view.id}",
        f"  experiment  {view.experiment} (workspace {view.workspace})",
        f"  status      {wording.status_word(view.status)}{f' after {took}' if took else ''}",
        f"  runner      {runner}",
    ]
    if view.error:
        lines.append(f"  error       {wording.first_line(view.error.message)}")
    elif view.reason:
        lines.append(f"  reason      {view.reason}")
    for step in view.steps:
        lines += ["", *step_text(step, now, locate, titled=step.id != view.id)]
    return lines


def trials_table(sweep: SweepView) -> list[str]:
    """The trials of a sweep by number; the best is marked."""
    rows = [
        (
            "*" if sweep.best and sweep.best.id == trial.id else "",
            str(trial.number),
            wording.trial_status(trial) + (f", attempt {trial.attempts}" if trial.attempts > 1 else ""),
            _optional(trial.last),
            _optional(trial.best),
            wording.parameters(trial.parameters),
            _why(sweep, trial),
        )
        for trial in sweep.trials
    ]
    table = columns(("", "trial", "status", f"last {sweep.metric}", "best", "parameters", "why"), rows)
    if sweep.tally is None:
        return table
    return [*table, f"{len(rows)} of {sweep.count} trials: the newest and the best; show --all lists each"]


def _why(sweep: SweepView, trial: TrialView) -> str:
    """Why a trial was stopped or failed, or how it can have ended well and have no value."""
    if trial.reused_from and trial.status is RunStatus.COMPLETED:
        return f"reused from {wording.short_trial(trial.reused_from)}"
    if trial.status in {RunStatus.FAILED, RunStatus.CANCELED}:
        reused = f"; reused from {wording.short_trial(trial.reused_from)}" if trial.reused_from else ""
        return f"{why_ended(trial)}{reused}"
    if trial.status is not RunStatus.COMPLETED or trial.best is not None or not sweep.metric:
        return ""
    return f"no value of {sweep.metric} was a finite number" if trial.unusable else f"never logged {sweep.metric}"


def best_text(sweep: SweepView, best: TrialView, files: Sequence[FileView], model: str | None) -> list[str]:
    """The best trial, its parameters and files."""
    lines = [
        f"trial {best.id}",
        f"  {sweep.metric}  {wording.number(best.best) if best.best is not None else 'none'} ({sweep.goal.value})",
        f"  status  {wording.trial_status(best)}",
        "  parameters",
        *(f"    {name}  {value}" for name, value in best.parameters.items()),
    ]
    if model:
        lines.append(f"  model   {model}")
    if files:
        lines.append("  files")
        lines += [f"    {line}" for line in columns(("name", "size", "path"), map(file_row, files))]
    return lines


def step_text(step: StepView, now: float, locate: LocateOutput, *, titled: bool) -> Iterator[str]:
    """A step with its sweep and outputs; the title is left out where the run itself has said it."""
    if titled:
        yield from _title(step, now)
    elif step.reused_from:
        yield _source(step)
    if step.computed_because:
        yield f"  not reused: {step.computed_because}"
    if step.failed_trials is not None:
        root_run = wording.short_id(step.failed_trials.root_run)
        yield f"  {wording.failed_trials_words(step.failed_trials, step.name, root_run)}"
    if step.sweep is not None:
        yield from _sweep_text(step.sweep)
    if step.outputs:
        yield "outputs"
        yield from (f"  {line}" for line in columns(("name", "kind", "path"), _output_rows(step, locate)))


def _source(step: StepView) -> str:
    return f"reused from {step.reused_from}" + (f", which {step.source_lost}" if step.source_lost else "")


def _title(step: StepView, now: float) -> Iterator[str]:
    took = wording.elapsed(step.started_at, step.ended_at, now)
    how = _source(step) if step.reused_from else wording.status_word(step.status)
    how += f", attempt {step.attempts}" if step.attempts > 1 else ""
    yield f"step '{step.name}' ({step.id}): {how}{f' after {took}' if took and not step.reused_from else ''}"
    if step.error:
        yield f"  error: {wording.first_line(step.error.message)}"
    elif why_step_ended(step) and not step.reused_from:
        yield f"  {why_step_ended(step)}"


def _sweep_text(sweep: SweepView) -> Iterator[str]:
    yield f"sweep {sweep.id}: {sweep.goal.value} {sweep.metric}; {wording.counts(sweep)}"
    if sweep.seed is not None:
        yield f"  seed {wording.seed_words(sweep)}"
    if sweep.history is not None:
        yield f"  history: {wording.history_words(sweep.history)}"
    if wording.concurrency(sweep):
        yield f"  {wording.concurrency(sweep)}"
    yield from (f"  {line}" for line in starting_lines(sweep.starts))
    yield from trials_table(sweep)


def _output_rows(step: StepView, locate: LocateOutput) -> Iterator[tuple[str, str, str]]:
    for output in step.outputs:
        yield output.name, output.kind, escape(locate(output))


def file_row(file: FileView) -> tuple[str, str, str]:
    """Name, size and place."""
    return file.name, wording.file_size(file.size), file.path or f"content {file.digest[:12]}"


def _cut(name: str) -> str:
    """A user's name, no longer than a column should be."""
    text = escape(name)
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"


def _optional(value: float | None) -> str:
    return "" if value is None else wording.number(value)
