"""Frozen nouns that every floor shares: runs, trials, attempts, metrics, artifacts, events, decisions.

They hold data and the rules about that data (which status may follow which), nothing else.
"""

from hyperstep.records.artifact import ArtifactRecord
from hyperstep.records.attempt import Attempt, AttemptEnd, AttemptKey
from hyperstep.records.event import DecisionRecord, EventRecord
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.records.metric import MetricKind, MetricRecord
from hyperstep.records.run import RunError, RunKind, RunRecord
from hyperstep.records.status import RunStatus

__all__ = [
    "ArtifactRecord",
    "Attempt",
    "AttemptEnd",
    "AttemptKey",
    "DecisionRecord",
    "EventRecord",
    "Goal",
    "MetricKind",
    "MetricRecord",
    "PrimaryMetric",
    "RunError",
    "RunKind",
    "RunRecord",
    "RunStatus",
]
