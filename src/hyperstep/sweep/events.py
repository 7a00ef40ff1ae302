"""What can happen to a sweep.

Each event is recorded before it is handled; handling the same events again gives the
same state. ``at_s`` is seconds since the epoch, as the runner saw it.
"""

from __future__ import annotations

import msgspec

from hyperstep.digest import Json


class _Event(msgspec.Struct, frozen=True, tag_field="event"):
    at_s: float


class SweepStarted(_Event, frozen=True, tag="SweepStarted"):
    """The runner took the sweep up. ``slots``: how many trials the machine takes at one time."""

    slots: int


class TrialStarted(_Event, frozen=True, tag="TrialStarted"):
    """A trial's process runs."""

    trial: int
    attempt: int


class MetricReported(_Event, frozen=True, tag="MetricReported"):
    """A trial reported the primary metric, once or more. A value that is no finite number is None."""

    trial: int
    attempt: int
    values: tuple[float | None, ...]


class TrialEnded(_Event, frozen=True, tag="TrialEnded"):
    """A trial's process is gone; all it wrote has been reported before this."""

    trial: int
    attempt: int
    exit_code: int | None
    signal: int | None = None
    lost: bool = False
    out_of_memory: bool | None = None
    """The system ended it for want of memory; None when nobody knows."""
    error: str = ""
    """Last line of its traceback, or what the runner knows."""
    metrics: tuple[str, ...] = ()
    """Names of all metrics that it logged."""
    fault: str = ""
    """Set when the trial could not be started, or was ended for a fault of its own (no interpreter, a time limit …)."""
    doubt: str = ""
    """Why the end may be due to how the trial was started: it is tried again, as after an end from outside."""


class TrialReused(_Event, frozen=True, tag="TrialReused"):
    """A finished trial of equal code, inputs and point stands for this one, whose process never starts."""

    trial: int
    attempt: int
    source: str
    """The run id of the finished trial."""
    values: tuple[float | None, ...]
    """Its whole curve."""
    metrics: tuple[str, ...] = ()
    """Names of all metrics that it logged."""
    stopped: str = ""
    """Why a policy had stopped it, so that the curve may end too soon for another policy; empty when it completed."""
    as_it_was: bool = False
    """What became of it is taken as it was: an equal policy judged it on the same metric, beside the same trials."""
    counted: int | None = None
    """With ``as_it_was``: how many of its values counted there; None for all."""
    evidence: dict[str, Json] = {}
    """What else the ledger is to say of it: how old it is, what it saves."""


class CancelRequested(_Event, frozen=True, tag="CancelRequested"):
    """Somebody asked to end the sweep."""

    reason: str


class TrialCancelRequested(_Event, frozen=True, tag="TrialCancelRequested"):
    """Somebody asked to end one trial; the sweep goes on."""

    trial: int
    reason: str


class TimeAdvanced(_Event, frozen=True, tag="TimeAdvanced"):
    """Time went by; limits of duration are looked at."""


class PointSought(_Event, frozen=True, tag="PointSought"):
    """There is time to choose the next trial's point: see ``foresight``."""


SweepEvent = (
    SweepStarted
    | TrialStarted
    | MetricReported
    | TrialEnded
    | TrialReused
    | CancelRequested
    | TrialCancelRequested
    | TimeAdvanced
    | PointSought
)


def event_to_json(event: SweepEvent) -> dict[str, Json]:
    """The event as it is recorded; its class name stands under ``event``."""
    data: dict[str, Json] = msgspec.to_builtins(event)
    return data


def event_from_json(data: Json) -> SweepEvent:
    """The event that ``event_to_json`` wrote."""
    event: SweepEvent = msgspec.convert(data, SweepEvent)
    return event
