"""The values of a sweep's primary metric as its controller takes them, from what was logged."""

from __future__ import annotations

import math
from collections.abc import Iterable

from hyperstep.digest import Json
from hyperstep.records.metric import MetricKind, MetricRecord

_LIST, _SCALAR = MetricKind.LIST.value, MetricKind.SCALAR.value


def metric_values(kind: str, value: Json) -> tuple[float | None, ...]:
    """What one record of the primary metric adds to the curve: one value for a scalar, all of a list.

    None stands for what is no finite number: text, None, NaN, the infinities.
    """
    if kind == _LIST:
        return tuple(_usable(each) for each in value) if isinstance(value, list) else ()
    return (_usable(value),) if kind == _SCALAR else ()


def curve_of(records: Iterable[MetricRecord]) -> tuple[float | None, ...]:
    """The curve that these records of the primary metric make."""
    return tuple(value for record in records for value in metric_values(record.kind.value, record.value))


def _usable(value: Json) -> float | None:
    if isinstance(value, bool | int | float) and math.isfinite(value):
        return float(value)
    return None
