"""The sweep's own metric ``best_child_by_primary_metric``: a row for each new best, and a last one when it ends.

Columns, as v1 has them: ``metric_name``, ``timestamp`` (ISO 8601, UTC), ``run_id``, ``metric_value``, ``final``.
"""

from __future__ import annotations

from datetime import UTC, datetime

from hyperstep.digest import Json
from hyperstep.records.metric import MetricKind, MetricRecord
from hyperstep.records.names import BEST_TABLE
from hyperstep.runtime.runner.context import RunnerContext, Unit
from hyperstep.runtime.runner.sweep_records import trial_id

Best = tuple[int, float]
"""Index of the best trial and its value."""


class BestTable:
    """Adds the rows.

    Args:
        context: The runner's.
        sweep_id: The sweep's run.
        metric: Name of the primary metric.
    """

    def __init__(self, context: RunnerContext, sweep_id: str, metric: str) -> None:
        self._context = context
        self._sweep_id = sweep_id
        self._metric = metric
        self._best: Best | None = None
        self._rows = 0

    def resume(self, best: Best | None) -> None:
        """Go on after the rows of an earlier owner."""
        self._best = best
        self._rows = len(self._context.journal.metrics(self._sweep_id))

    def take(self, unit: Unit, best: Best | None) -> None:
        """Add a row if this is a new best."""
        if best is not None and best != self._best:
            self._add(unit, best, final=False)
        self._best = best

    def close(self, unit: Unit) -> None:
        """Add the last row; none when there is no best."""
        if self._best is not None:
            self._add(unit, self._best, final=True)

    def _add(self, unit: Unit, best: Best, *, final: bool) -> None:
        now = self._context.now()
        row: dict[str, Json] = {
            "metric_name": self._metric,
            "timestamp": datetime.fromtimestamp(now, UTC).isoformat(),
            "run_id": trial_id(self._sweep_id, best[0]),
            "metric_value": best[1],
            "final": final,
        }
        record = MetricRecord(self._sweep_id, 0, self._rows, BEST_TABLE, MetricKind.ROW, row, time=now)
        unit.writer.add_metrics([record])
        self._rows += 1
