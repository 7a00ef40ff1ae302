"""The two kinds of line in a run's log: what happened, and what was decided upon it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from hyperstep.digest import Json


class EventRecord(Struct, frozen=True):
    """Something that happened to a run, as it was fed to the run's state machine."""

    run_id: str
    """The sweep (or pipeline) whose state machine took the event."""
    sequence: int
    """Order within that run, from 0, without gaps."""
    kind: str
    body: Mapping[str, Json]
    time: float
    """Seconds since the epoch when it was recorded."""


class DecisionRecord(Struct, frozen=True):
    """What was decided, caused by which event, and on what evidence."""

    run_id: str
    sequence: int
    """Order within that run's decisions, from 0, without gaps."""
    event: int
    """Sequence of the event that caused it."""
    kind: str
    """``sample``, ``exhausted``, ``stop``, ``halt``, ``resume``, ``retry``,
    ``max_failed``, ``finish``; of a pipeline ``reuse``."""
    subject: str
    """Id of the run that it is about."""
    evidence: Mapping[str, Json]
    time: float
