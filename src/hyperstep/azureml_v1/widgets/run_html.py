"""A run as HTML: steps with their status, a sweep's progress, its best, its curves, its trials."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from hyperstep.azureml_v1.widgets.curves import metric_picture
from hyperstep.azureml_v1.widgets.run_reading import RunView, SweepView, TrialView
from hyperstep.records.status import RunStatus

_MOST_TRIALS = 25
_COLORS = {
    RunStatus.COMPLETED: "#3a923a",
    RunStatus.FAILED: "#d1372f",
    RunStatus.CANCELED: "#b7791f",
    RunStatus.RUNNING: "#3572b0",
}
_FAINT = "opacity:.7"
_CELL = "text-align:left;padding:2px 10px 2px 0;vertical-align:top"


def run_html(run: RunView) -> str:
    """The whole panel. Styles stand at the elements, colours follow the notebook's: it needs nothing around it."""
    rows = "".join(_run_row(shown, depth) for depth, shown in _walk(run))
    sweeps = "".join(_sweep(shown, shown.sweep) for _, shown in _walk(run) if shown.sweep is not None)
    head = "".join(f'<th style="{_CELL}">{name}</th>' for name in ("run", "status", "time", "log"))
    return (
        '<div class="hyperstep-run" style="font-size:13px;line-height:1.45">'
        f'<table style="border-collapse:collapse"><tr>{head}</tr>{rows}</table>{sweeps}'
        f'<div style="{_FAINT}">logs: <code>hyperstep logs {escape(run.id)}</code></div></div>'
    )


def _walk(run: RunView, depth: int = 0) -> Iterator[tuple[int, RunView]]:
    yield depth, run
    for child in run.children:
        yield from _walk(child, depth + 1)


def _run_row(run: RunView, depth: int) -> str:
    name = f'<span style="padding-left:{depth * 1.2:g}em">{escape(run.label)} </span>'
    kind = f'<span style="{_FAINT}">{run.kind.value}</span>'
    why = f"reused from {run.reused_from}" if run.reused_from else run.reason
    status = f'{_status(run.status)} <span style="{_FAINT}">{escape(why)}</span>'
    log = f"<code>{escape(run.log)}</code>" if run.log else ""
    return _row((name + kind, status, _time(run.seconds), log))


def _sweep(run: RunView, sweep: SweepView) -> str:
    title = f"<b>{escape(run.title)}</b>: {sweep.goal.value} <code>{escape(sweep.metric)}</code>"
    parts = (_progress(run, sweep), _best(sweep.best), metric_picture(sweep), _trial_table(sweep))
    return f'<div style="margin-top:8px">{title}</div>{"".join(parts)}'


def _progress(run: RunView, sweep: SweepView) -> str:
    total = len(sweep.trials) if run.status.is_terminal else max(sweep.planned, len(sweep.trials))
    share = 100 * sweep.finished / total if total else 0
    words = f"{sweep.finished} of {total} trials finished" + _counts(sweep)
    return (
        '<div role="progressbar" style="height:8px;max-width:640px;border-radius:4px;background:rgba(128,128,128,.25)">'
        f'<div style="height:8px;width:{share:.1f}%;border-radius:4px;background:{_color(run.status)}"></div></div>'
        f"<div>{words}</div>"
    )


def _counts(sweep: SweepView) -> str:
    shown = (RunStatus.RUNNING, RunStatus.CANCELED, RunStatus.FAILED)
    counts = {status: sum(trial.status is status for trial in sweep.trials) for status in shown}
    return "".join(f", {count} {status.value.lower()}" for status, count in counts.items() if count)


def _best(trial: TrialView | None) -> str:
    if trial is None:
        return f'<div style="{_FAINT}">best so far: no value yet</div>'
    return f"<div>best so far: <b>{trial.best:.6g}</b> in trial {trial.index} ({escape(_point(trial))})</div>"


def _trial_table(sweep: SweepView) -> str:
    if not sweep.trials:
        return ""
    names = list(dict.fromkeys(name for trial in sweep.trials[:_MOST_TRIALS] for name in trial.point))
    head = "".join(f'<th style="{_CELL}">{escape(name)}</th>' for name in ("trial", "best", *names, "status", "why"))
    rows = "".join(_trial_row(trial, names) for trial in sweep.trials[:_MOST_TRIALS])
    more = len(sweep.trials) - _MOST_TRIALS
    rest = f'<div style="{_FAINT}">and {more} more trials</div>' if more > 0 else ""
    return (
        '<div style="overflow-x:auto">'
        f'<table style="border-collapse:collapse;margin-top:4px"><tr>{head}</tr>{rows}</table>{rest}</div>'
    )


def _trial_row(trial: TrialView, names: list[str]) -> str:
    best = "" if trial.best is None else f"{trial.best:.6g}"
    values = (escape(_value(trial.point[name])) if name in trial.point else "" for name in names)
    return _row((str(trial.index), best, *values, _status(trial.status), escape(trial.reason)))


def _row(cells: tuple[str, ...]) -> str:
    return f"<tr>{''.join(f'<td style={chr(34)}{_CELL}{chr(34)}>{cell}</td>' for cell in cells)}</tr>"


def _point(trial: TrialView) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in trial.point.items())


def _value(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _status(status: RunStatus) -> str:
    return f'<span style="color:{_color(status)};font-weight:600">{status.value}</span>'


def _color(status: RunStatus) -> str:
    return _COLORS.get(status, "#808080")


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}&#160;min {rest}&#160;s" if minutes else f"{seconds:.1f}&#160;s"
