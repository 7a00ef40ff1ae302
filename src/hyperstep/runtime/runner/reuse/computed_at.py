"""When the result of a run was computed that another may stand for."""

from __future__ import annotations

from hyperstep.errors import InvalidInputError
from hyperstep.records.run import RunRecord

COMPUTED_AT = "hyperstep.computed_at"
"""Property of a trial that a finished one stands for: when that one ended."""


def computed_at(run: RunRecord) -> float:
    """When a run ended, or the one that stands for it.

    Raises:
        InvalidInputError: The records of that one were gone when it was taken.
    """
    if run.reused_from is None:
        return run.ended_at or run.created_at
    if COMPUTED_AT not in run.properties:
        rule = "What stands for a trial has records, from which it is known what it had read."
        raise InvalidInputError(rule, received=f"{run.id}, which {run.reused_from} stands for")
    return float(run.properties[COMPUTED_AT])
