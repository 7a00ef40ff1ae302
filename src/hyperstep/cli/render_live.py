"""The view of submitted runs as the few lines that a terminal shows while they run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO

from msgspec import Struct
from rich.console import Console
from rich.text import Text

from hyperstep.cli import wording
from hyperstep.cli.narration import why_ended, why_step_ended
from hyperstep.cli.view import RootView, StepView, SweepView
from hyperstep.records.status import RunStatus

_BAR_WIDTH = 30
_LAST_STOPPED = 3
_GOOD, _BAD, _QUIET, _ACTIVE, _WARN = "green", "red", "bright_black", "cyan", "yellow"
_STYLES = {RunStatus.COMPLETED: _GOOD, RunStatus.FAILED: _BAD, RunStatus.CANCELED: _WARN, RunStatus.RUNNING: _ACTIVE}


class Glyphs(Struct, frozen=True):
    """The characters of the drawing."""

    done: str
    failed: str
    stopped: str
    running: str
    waiting: str
    reused: str
    bar: str
    bar_left: str
    separator: str
    ellipsis: str


UNICODE = Glyphs("✓", "✗", "■", "●", "○", "↺", "━", "─", " · ", "…")
ASCII = Glyphs("+", "x", "#", "*", ".", "=", "#", "-", ", ", "~")


def live_lines(views: Sequence[RootView], now: float, glyphs: Glyphs = UNICODE) -> list[Text]:
    """All runs, one below the other.

    Args:
        views: What was submitted.
        now: Seconds since the epoch, for elapsed times.
        glyphs: The characters to draw with.
    """
    return [line for view in views for line in _root_lines(view, now, glyphs)]


def to_terminal(lines: Sequence[Text], width: int, height: int, colors: str | None, glyphs: Glyphs) -> list[str]:
    """Lines with escape sequences, cut to the terminal; the rest is left out and counted.

    Args:
        lines: What ``live_lines`` gave.
        width: Columns of the terminal.
        height: Lines that may be used at most.
        colors: A colour system by rich's name; None for no colour.
        glyphs: The characters to draw with.
    """
    if len(lines) > height > 0:
        lines = [*lines[: height - 1], Text(f"{glyphs.ellipsis} {len(lines) - height + 1} more lines", style=_QUIET)]
    console = Console(
        file=StringIO(),
        force_terminal=colors is not None,
        color_system=colors,  # type: ignore[arg-type]  # rich's names are text to us
        width=width,
        legacy_windows=False,
    )
    return [_one_line(console, line, width - 1) for line in lines[: max(height, 0)]]


def _one_line(console: Console, line: Text, width: int) -> str:
    cut = line.copy()
    cut.truncate(max(width, 1), overflow="crop")
    with console.capture() as capture:
        console.print(cut, end="", soft_wrap=True, highlight=False)
    return capture.get()


def _root_lines(view: RootView, now: float, glyphs: Glyphs) -> Iterator[Text]:
    took = wording.elapsed(view.started_at or view.created_at, view.ended_at, now)
    head = [f"{view.kind.value} {wording.short_id(view.id)}", view.experiment, wording.status_word(view.status), took]
    yield Text(glyphs.separator.join(head), style="bold")
    if view.paused:
        yield Text(f"  paused: {view.paused}", style=_WARN)
    width = max((len(step.name) for step in view.steps), default=0)
    for step in view.steps:
        yield from _step_lines(step, width, now, glyphs)


def _step_lines(step: StepView, width: int, now: float, glyphs: Glyphs) -> Iterator[Text]:
    line = Text(f"  {_glyph(step, glyphs)} {step.name:<{width}}  ", style=_style(step))
    if step.reused_from:
        line.append(f"reused from {step.reused_from}", style=_GOOD)
        yield line
    else:
        took = wording.elapsed(step.started_at, step.ended_at, now)
        line.append(f"{wording.status_word(step.status):<10} {took}".rstrip(), style=_style(step))
        why = why_step_ended(step)
        line.append(f"  {why}" if why else "", style=_QUIET)
        yield line
    if step.sweep is not None:
        yield from _sweep_lines(step.sweep, glyphs)


def _sweep_lines(sweep: SweepView, glyphs: Glyphs) -> Iterator[Text]:
    total = f"{sweep.ended}/{sweep.total}" if sweep.total is not None else str(sweep.ended)
    yield Text.assemble("    ", _bar(sweep, glyphs), f"  {total}  ", (wording.counts(sweep), _QUIET))
    if sweep.best is not None and sweep.best.best is not None:
        value = f"{sweep.metric} {wording.number(sweep.best.best)}"
        yield Text.assemble("    best ", (value, "bold"), "  ", wording.trial_words(sweep.best))
    ended = [t for t in sweep.trials if t.status in {RunStatus.CANCELED, RunStatus.FAILED}]
    ended.sort(key=lambda trial: (trial.ended_at or 0.0, trial.number))
    for trial in ended[-_LAST_STOPPED:] if not sweep.status.is_terminal else ():
        style = _BAD if trial.status is RunStatus.FAILED else _WARN if trial.stopped_early else _QUIET
        word = wording.trial_status(trial).removesuffix(" early")
        yield Text.assemble("    ", (f"{word} trial {trial.number}", style), (f": {why_ended(trial)}", _QUIET))


def _bar(sweep: SweepView, glyphs: Glyphs) -> Text:
    """A bar over all trials: completed, stopped, canceled, failed, running, to come."""
    parts = [
        (sweep.completed, _GOOD),
        (sweep.stopped, _WARN),
        (sweep.canceled, _QUIET),
        (sweep.failed, _BAD),
        (sweep.running, _ACTIVE),
    ]
    whole = max(sweep.total or 0, sum(count for count, _ in parts), 1)
    bar = Text()
    reached = 0
    for count, style in parts:
        end = reached + count
        bar.append(glyphs.bar * (end * _BAR_WIDTH // whole - reached * _BAR_WIDTH // whole), style=style)
        reached = end
    return bar.append(glyphs.bar_left * (_BAR_WIDTH - len(bar)), style=_QUIET)


def _glyph(step: StepView, glyphs: Glyphs) -> str:
    if step.reused_from:
        return glyphs.reused
    return {
        RunStatus.COMPLETED: glyphs.done,
        RunStatus.FAILED: glyphs.failed,
        RunStatus.CANCELED: glyphs.stopped,
        RunStatus.NOT_STARTED: glyphs.waiting,
        RunStatus.QUEUED: glyphs.waiting,
    }.get(step.status, glyphs.running)


def _style(step: StepView) -> str:
    return _GOOD if step.reused_from else _STYLES.get(step.status, "")
