"""ScheduleRecurrence: its rules, what the engine is told, and the time zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hyperstep.azureml_v1.pipeline.schedule_recurrence import ScheduleRecurrence, from_engine
from hyperstep.azureml_v1.pipeline.time_zone import IANA_NAMES, TimeZone
from hyperstep.pipeline.recurrence import Frequency, Recurrence, time_zone


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"frequency": "day"}, "frequency"),
        ({"interval": 0}, "interval"),
        ({"interval": True}, "interval"),
        ({"interval": 1.5}, "interval"),
        ({"start_time": "2024-06-01T09:00:00"}, "time_zone"),
        ({"start_time": datetime(2024, 6, 1)}, "time_zone"),  # noqa: DTZ001 - the case in question
        ({"start_time": "June", "time_zone": TimeZone.UTC}, "YYYY-MM-DD"),
        ({"time_zone": "UTC"}, "TimeZone"),
        ({"frequency": "Hour", "hours": [1]}, "hours"),
        ({"frequency": "Month", "minutes": [1]}, "minutes"),
        ({"frequency": "Minute", "time_of_day": "10:00"}, "time_of_day"),
        ({"hours": [24]}, "0 to 23"),
        ({"minutes": [60]}, "0 to 59"),
        ({"week_days": ["Monday"]}, "Week only"),
        ({"frequency": "Week", "week_days": ["Mon"]}, "Monday"),
        ({"time_of_day": "24:00"}, "HH:MM"),
        ({"time_of_day": "10:00", "hours": [1]}, "in place of"),
    ],
)
def test_a_broken_rule_is_a_value_error_that_names_it(settings: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        ScheduleRecurrence(**{"frequency": "Day", "interval": 1, **settings})


def test_validate_looks_at_the_fields_as_they_are() -> None:
    recurrence = ScheduleRecurrence("Day", 1)
    recurrence.validate()
    recurrence.interval = 0
    with pytest.raises(ValueError, match="interval"):
        recurrence.validate()


def test_the_engine_is_told_all_fields() -> None:
    made = ScheduleRecurrence(
        "Week",
        2,
        "2024-06-01T09:00:00",
        TimeZone.PacificStandardTime,
        hours=[9, 17],
        minutes=[0],
        week_days=["Monday", "Friday"],
    )
    expected = Recurrence(
        Frequency.WEEK, 2, "2024-06-01T09:00:00", "America/Los_Angeles", hours=(9, 17), minutes=(0,), week_days=(0, 4)
    )
    assert made._to_engine() == expected
    assert from_engine(expected)._to_engine() == expected
    assert from_engine(expected).time_zone is TimeZone.PacificStandardTime
    assert repr(made) == "ScheduleRecurrence(Frequency: Week, Interval: 2)"


def test_a_time_of_day_stands_for_an_hour_and_a_minute() -> None:
    engine = ScheduleRecurrence("Day", 1, time_of_day="07:30")._to_engine()
    assert (engine.hours, engine.minutes, engine.start, engine.zone) == ((7,), (30,), "", "UTC")
    assert from_engine(engine).time_zone is None


def test_a_datetime_with_a_zone_needs_no_other() -> None:
    start = datetime(2024, 6, 1, 9, tzinfo=timezone(timedelta(hours=2)))
    engine = ScheduleRecurrence("Hour", 1, start)._to_engine()
    assert (engine.start, engine.zone) == ("2024-06-01T07:00:00", "UTC")


def test_every_time_zone_is_one_that_this_machine_knows() -> None:
    assert set(IANA_NAMES) == set(TimeZone)
    assert all(time_zone(name) for name in IANA_NAMES.values())
    assert TimeZone("Pacific Standard Time") is TimeZone.PacificStandardTime
    assert TimeZone.UTC.value == "UTC"
    minus_eleven = datetime(2024, 1, 1, tzinfo=ZoneInfo(IANA_NAMES[TimeZone.UTC11]))
    assert minus_eleven.utcoffset() == timedelta(hours=-11)
    assert datetime(2024, 1, 1, tzinfo=UTC).utcoffset() == timedelta(0)
