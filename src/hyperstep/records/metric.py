"""One logged metric record of a run."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from hyperstep.digest import Json

Scalar = str | int | float | bool | None
"""One logged value."""

ScalarPoint = tuple[int, str, Scalar, int | None, float]
"""A metric record of kind scalar without its run and attempt: sequence, name, value, step, time as in MetricRecord."""


class MetricKind(Enum):
    """Which ``log*`` call wrote it; decides the shape in which it is read back."""

    SCALAR = "scalar"
    LIST = "list"
    ROW = "row"
    TABLE = "table"
    IMAGE = "image"
    ARTIFACT = "artifact"
    """Confusion matrix, accuracy table, residuals, predictions: stored as an artifact named like the metric."""


class MetricRecord(Struct, frozen=True):
    """What one ``log*`` call wrote.

    ``value`` by kind: a scalar (number, text, bool or None), a list of scalars, a row ``{column: scalar}``, a table
    ``{column: [scalar, …]}``, or the path of the artifact.
    """

    run_id: str
    attempt: int
    sequence: int
    """Position among the attempt's records, from 0."""
    name: str
    kind: MetricKind
    value: Json
    step: int | None = None
    time: float = 0.0
    """Seconds since the epoch, by the trial's own clock."""
