"""Trials' metrics as a picture: inline SVG, which any notebook shows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from html import escape

from hyperstep.azureml_v1.widgets.run_reading import SweepView, TrialView

_WIDTH, _HEIGHT = 640, 180
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 8, 10, 24
_COLORS = ("#4e79a7", "#f28e2b", "#59a14f", "#b07aa1", "#76b7b2", "#9c755f", "#edc948", "#ff9da7")
_BEST_COLOR = "#e15759"
_LEAST = 1e-300
"""Values nearer to 0 are taken for it."""

Points = Sequence[tuple[float, float]]


def metric_picture(sweep: SweepView) -> str:
    """The primary metric of each trial over what it logged, the best trial on top; empty while nothing was logged.

    Where no trial logged more than one value, the values stand over the trials' indices instead.
    """
    drawn = [trial for trial in sweep.trials if trial.curve]
    if not drawn:
        return ""
    if max(len(trial.curve) for trial in drawn) == 1:
        dots = [(float(trial.index), trial.curve[0]) for trial in drawn]
        return _picture([dots], f"{sweep.metric} by trial", lambda frame: _dots(frame, drawn))
    lines = [_over_steps(trial) for trial in drawn]
    return _picture(lines, f"{sweep.metric} by value logged", lambda frame: _lines(frame, drawn))


class Frame:
    """Where values stand in the picture.

    Args:
        lines: All that will be drawn; at least one point.
    """

    def __init__(self, lines: Sequence[Points]) -> None:
        points = [point for line in lines for point in line]
        self.low_x, self.high_x = _span([x for x, _ in points])
        self.low_y, self.high_y = _span([y for _, y in points])

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Pixels from the left and from the top."""
        across = _share(x, self.low_x, self.high_x)
        up = _share(y, self.low_y, self.high_y)
        return (
            _LEFT + across * (_WIDTH - _LEFT - _RIGHT),
            _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM),
        )


def _share(value: float, low: float, high: float) -> float:
    """How far a value is from low (0) to high (1). Halves, since a whole difference may be beyond all floats."""
    return (value / 2 - low / 2) / (high / 2 - low / 2)


def _span(values: Sequence[float]) -> tuple[float, float]:
    """Lowest and highest, with room around them where they are as good as equal."""
    low, high = min(values), max(values)
    if high / 2 - low / 2 > 0:
        return low, high
    room = abs(low) * 0.05 if abs(low) > _LEAST else 0.5
    return max(low - room, -sys.float_info.max), min(high + room, sys.float_info.max)


def _over_steps(trial: TrialView) -> list[tuple[float, float]]:
    return [(float(place), value) for place, value in enumerate(trial.curve, start=1)]


def _lines(frame: Frame, trials: Sequence[TrialView]) -> str:
    return "".join(_line(frame, trial, is_best=place == 0) for place, trial in reversed(list(enumerate(trials))))


def _line(frame: Frame, trial: TrialView, *, is_best: bool) -> str:
    color = _BEST_COLOR if is_best else _COLORS[trial.index % len(_COLORS)]
    width, opacity = (2.2, 1) if is_best else (1.1, 0.65)
    places = [frame.place(x, y) for x, y in _over_steps(trial)]
    if len(places) == 1:
        return _dot(places[0], color, trial)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    style = f'fill="none" stroke="{color}" stroke-width="{width}" stroke-opacity="{opacity}"'
    return f'<polyline points="{path}" {style}><title>{_caption(trial)}</title></polyline>'


def _dots(frame: Frame, trials: Sequence[TrialView]) -> str:
    return "".join(
        _dot(frame.place(trial.index, trial.curve[0]), _COLORS[0] if place else _BEST_COLOR, trial)
        for place, trial in reversed(list(enumerate(trials)))
    )


def _dot(place: tuple[float, float], color: str, trial: TrialView) -> str:
    x, y = place
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"><title>{_caption(trial)}</title></circle>'


def _caption(trial: TrialView) -> str:
    best = "" if trial.best is None else f": best {trial.best:.6g}"
    return escape(f"trial {trial.index}{best}")


def _picture(lines: Sequence[Points], caption: str, draw: Callable[[Frame], str]) -> str:
    frame = Frame(lines)
    floor = _HEIGHT - _BOTTOM
    axes = (
        f'<path d="M{_LEFT} {_TOP}V{floor}H{_WIDTH - _RIGHT}" fill="none" stroke="currentColor" stroke-opacity="0.4"/>'
    )
    labels = "".join(
        (
            _label(_LEFT - 6, _TOP + 8, f"{frame.high_y:.4g}", "end"),
            _label(_LEFT - 6, floor, f"{frame.low_y:.4g}", "end"),
            _label(_LEFT, _HEIGHT - 8, f"{frame.low_x:.4g}", "middle"),
            _label(_WIDTH - _RIGHT, _HEIGHT - 8, f"{frame.high_x:.4g}", "end"),
            _label((_LEFT + _WIDTH) / 2, _HEIGHT - 8, caption, "middle"),
        )
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" style="max-width:100%" '
        f'role="img" aria-label="{escape(caption)}">{axes}{labels}{draw(frame)}</svg>'
    )


def _label(x: float, y: float, text: str, anchor: str) -> str:
    style = f'font-size="11" fill="currentColor" fill-opacity="0.75" text-anchor="{anchor}"'
    return f'<text x="{x:g}" y="{y:g}" {style}>{escape(text)}</text>'
