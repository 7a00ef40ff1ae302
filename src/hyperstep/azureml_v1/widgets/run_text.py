"""A run as text: its steps, and the trials of its sweeps in a table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core.run_source import RunSource
from hyperstep.records.run import RunKind, RunRecord

if TYPE_CHECKING:
    from hyperstep.azureml_v1.train.trial_ranking import RankedTrial

_MOST_TRIALS = 20
_MOST_CHARACTERS = 60


def describe_run(source: RunSource, indent: str = "") -> Iterator[str]:
    """A run and all below it, a line each; of a sweep's trials the best ones in a table."""
    run = source.record()
    yield f"{indent}{_headline(run)}"
    if run.kind is RunKind.SWEEP:
        yield from _trial_lines(source, f"{indent}  ")
        return
    for child in sorted(source.journal.runs(parent_id=run.id), key=lambda record: record.number):
        yield from describe_run(RunSource(source.workspace, child.id), f"{indent}  ")


def _headline(run: RunRecord) -> str:
    reused = f", reused from {run.reused_from}" if run.reused_from else ""
    reason = f" ({run.reason})" if run.reason and not run.reused_from else ""
    return f"{run.kind.value} {run.name} [{run.id}]: {run.status.value}{reused}{reason}"


def _trial_lines(source: RunSource, indent: str) -> Iterator[str]:
    from hyperstep.azureml_v1.train.rehydration import sweep_definition  # noqa: PLC0415 - for sweeps only
    from hyperstep.azureml_v1.train.trial_ranking import rank_trials  # noqa: PLC0415

    metric = sweep_definition(source)["metric"]
    trials = rank_trials(source)
    best = trials[0].best if trials else None
    yield f"{indent}{metric['goal']} {metric['name']}; {len(trials)} trials; best so far: {_value(best)}"
    yield from (f"{indent}{line}" for line in _table([_row(trial) for trial in trials[:_MOST_TRIALS]]))
    if len(trials) > _MOST_TRIALS:
        yield f"{indent}and {len(trials) - _MOST_TRIALS} more; see them with: hyperstep show {source.run_id}"


def _row(trial: RankedTrial) -> tuple[str, ...]:
    point = json.loads(trial.hyperparameters or "{}")
    text = ", ".join(f"{name}={value}" for name, value in point.items())
    shown = text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
    return (trial.run_id.rpartition("_")[2], trial.status.value, _value(trial.best), shown)


def _value(value: float | None) -> str:
    return "-" if value is None else f"{value:.6g}"


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if not rows:
        return
    lines = [("trial", "status", "best", "hyperparameters"), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
