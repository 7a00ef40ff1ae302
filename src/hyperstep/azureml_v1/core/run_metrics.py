"""Metric records in the shapes that ``get_metrics`` gives them.

=====================  ==========================================
logged                 read back
=====================  ==========================================
one value              the value; a number is a float when any value of the metric is
several values         a list in order
a row or table row     ``{column: value}``
several rows           ``{column: [value, …]}``, None where a row lacks the column
images, matrices …     text ``aml://artifactId/ExperimentRun/dcid.<run id>/<path>``
=====================  ==========================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from hyperstep.records.metric import MetricKind, MetricRecord

_ROWS = frozenset({MetricKind.ROW, MetricKind.TABLE})
_FILES = frozenset({MetricKind.IMAGE, MetricKind.ARTIFACT})


class Artifact(Struct, frozen=True):
    """A metric that is a file: what ``get_metrics(populate=True)`` gives."""

    run_id: str
    path: str
    """Name within the run."""

    @property
    def artifact_id(self) -> str:
        """The text that stands for it."""
        return f"aml://artifactId/ExperimentRun/dcid.{self.run_id}/{self.path}"

    def __str__(self) -> str:
        return self.artifact_id


def shaped(records: Iterable[MetricRecord], *, populate: bool = False) -> dict[str, Any]:
    """Metrics by name, in order of first logging.

    Args:
        records: Of one run, in order.
        populate: Give files as Artifact objects instead of texts.
    """
    by_name: dict[str, list[MetricRecord]] = {}
    for record in records:
        by_name.setdefault(record.name, []).append(record)
    return {name: _shape(group, populate=populate) for name, group in by_name.items()}


def _shape(records: Sequence[MetricRecord], *, populate: bool) -> Any:  # noqa: ANN401 - see the table above
    kind = records[-1].kind
    if kind in _ROWS:
        return _columns([row for record in records if record.kind in _ROWS for row in _rows(record)])
    if kind in _FILES:
        files = [Artifact(r.run_id, str(r.value)) for r in records if r.kind in _FILES]
        return _unwrapped(list(files) if populate else [file.artifact_id for file in files])
    values = [value for r in records if r.kind not in _ROWS | _FILES for value in _values(r)]
    return _unwrapped(_same_type(values))


def _values(record: MetricRecord) -> list[Any]:
    value = record.value
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]


def _rows(record: MetricRecord) -> list[dict[str, Any]]:
    table: Mapping[str, Any] = record.value if isinstance(record.value, Mapping) else {}
    if record.kind is MetricKind.ROW:
        return [dict(table)]
    length = max((len(column) for column in table.values()), default=0)
    return [{name: column[i] for name, column in table.items()} for i in range(length)]


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: _unwrapped(_same_type([row.get(name) for row in rows])) for name in names}


def _same_type(values: list[Any]) -> list[Any]:
    """Whole numbers become floats beside a float."""
    if not any(isinstance(value, float) for value in values):
        return values
    return [float(v) if isinstance(v, int) and not isinstance(v, bool) else v for v in values]


def _unwrapped(values: list[Any]) -> Any:  # noqa: ANN401 - see the table above
    return values[0] if len(values) == 1 else values
