"""What is said when a script or a sweep has ended: the best trial, where the files are, what to type next."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hyperstep.cli import wording
from hyperstep.cli.escaping import escape
from hyperstep.cli.view import OutputView, RootView, StepView, SweepView
from hyperstep.records.status import RunStatus

_LABEL_WIDTH = 12

Locate = Callable[[OutputView], str]
"""Gives an output's path on this machine."""


def report_lines(view: RootView, locate: Locate, shorten: Callable[[str], str], *, canceled: bool = False) -> list[str]:
    """The last words about one submitted run.

    Args:
        view: The run.
        locate: See ``Locate``.
        shorten: Gives the text by which people call a run: a unique prefix of its id.
        canceled: Its end was asked for, and has not come yet perhaps.
    """
    head = f"{view.kind.value} {shorten(view.id)} {wording.status_word(view.status)}"
    if view.error:
        head += f": {wording.first_line(view.error.message)}"
    lines = [head]
    for step in view.steps:
        if step.sweep is not None and len(view.sweeps) > 1:
            lines.append(_line("sweep", f"step '{step.name}'"))
        lines.extend(_step_lines(step, locate, several=len(view.steps) > 1))
    lines.extend(_saved_lines(view))
    lines.extend(_next_lines(view, shorten, canceled=canceled))
    return lines


def _saved_lines(view: RootView) -> Iterator[str]:
    """How much work an earlier run had done."""
    reused = [step for step in view.steps if step.reused_from]
    saved = [step.saved_s for step in reused if step.saved_s is not None]
    if saved:
        were = "was" if len(reused) == 1 else "were"
        total = f"{len(reused)} of {wording.how_many(len(view.steps), 'step')} {were} reused"
        yield _line("saved", f"{wording.duration(sum(saved))} of work: {total}")


def _step_lines(step: StepView, locate: Locate, *, several: bool) -> Iterator[str]:
    if several and step.reused_from:
        yield _line("reused", f"step '{step.name}' from {step.reused_from}")
    if step.failed_trials is not None:
        root_run = wording.short_id(step.failed_trials.root_run)
        yield _line("failed", wording.failed_trials_words(step.failed_trials, step.name, root_run))
    if several and step.status is RunStatus.FAILED and step.error:
        yield _line("failed", f"step '{step.name}': {wording.first_line(step.error.message)}")
    if step.sweep is not None:
        yield from _sweep_lines(step.sweep)
    for output in step.outputs if step.status is RunStatus.COMPLETED else ():
        yield _line(output.kind if output.kind != "data" else output.name, escape(locate(output)))


def _sweep_lines(sweep: SweepView) -> Iterator[str]:
    best = sweep.best
    if best is not None and best.best is not None:
        yield _line("best trial", f"{best.id}: {sweep.metric} {wording.number(best.best)}")
        yield _line("parameters", wording.parameters(best.parameters) or "none")
    else:
        yield _line("best trial", f"none: {wording.why_no_best(sweep)}")
    total = f" of {sweep.total} at most" if sweep.total is not None else ""
    yield _line("trials", f"{len(sweep.trials)}{total}: {wording.counts(sweep)}")
    if sweep.seed is not None:
        yield _line("seed", wording.seed_words(sweep))
    if sweep.history is not None:
        yield _line("history", wording.history_words(sweep.history))
    if wording.concurrency(sweep):
        yield _line("concurrency", wording.concurrency(sweep))


def _next_lines(view: RootView, shorten: Callable[[str], str], *, canceled: bool) -> Iterator[str]:
    name = shorten(view.id)
    if not view.status.is_terminal and canceled:
        yield f"the {view.kind.value} was asked to end and does so by itself; its processes may take some seconds more:"
        yield _line("look", f"hyperstep show {name}")
        return
    if not view.status.is_terminal:
        yield f"the {view.kind.value} run goes on without this process; follow or end it in any terminal:"
        yield _line("follow", f"hyperstep logs {name} -f")
        yield _line("look", f"hyperstep show {name}")
        yield _line("end", f"hyperstep cancel {name}")
        return
    only_one = len(view.sweeps) == 1
    names = [name if only_one else shorten(sweep.id) for sweep in view.sweeps if sweep.best]
    commands = [f"hyperstep show {name}", *(f"hyperstep best {sweep} --json" for sweep in names)]
    if view.status is not RunStatus.COMPLETED:
        commands.append(f"hyperstep logs {name}")
    yield _line("next", "   ".join(commands))


def _line(label: str, text: str) -> str:
    return f"  {f'{label} ':<{_LABEL_WIDTH}}{text}"
