"""Events come back from their JSON."""

from __future__ import annotations

import json

import pytest

from hyperstep.sweep.events import (
    CancelRequested,
    MetricReported,
    SweepEvent,
    SweepStarted,
    TimeAdvanced,
    TrialCancelRequested,
    TrialEnded,
    TrialStarted,
    event_from_json,
    event_to_json,
)

EVENTS = [
    SweepStarted(at_s=1.5, slots=4),
    TrialStarted(at_s=2, trial=0, attempt=1),
    MetricReported(at_s=3, trial=0, attempt=1, values=(0.5, None, -1e300)),
    TrialEnded(at_s=4, trial=0, attempt=1, exit_code=None, signal=9, lost=True, error="x", metrics=("a", "b")),
    TrialEnded(at_s=4, trial=0, attempt=1, exit_code=0, fault="no slot fits"),
    CancelRequested(at_s=5, reason="because"),
    TrialCancelRequested(at_s=5, trial=3, reason="because"),
    TimeAdvanced(at_s=6),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_survives_its_json(event: SweepEvent) -> None:
    data = event_to_json(event)
    assert data["event"] == type(event).__name__
    assert event_from_json(json.loads(json.dumps(data))) == event
