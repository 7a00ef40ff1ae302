"""When a recurrence is due: properties over all of them, and the nights on which the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.recurrence import Due, Frequency, Recurrence, anchor_of, due, occurrences, time_zone

_ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
_BEGIN = datetime(2020, 1, 1, tzinfo=UTC).timestamp()
_TIMES = st.floats(min_value=0, max_value=10 * 365 * 86400).map(lambda passed: _BEGIN + int(passed))


@st.composite
def recurrences(draw: st.DrawFn) -> Recurrence:
    """Any recurrence that the rules allow."""
    frequency = draw(st.sampled_from(Frequency))
    by_day = frequency in {Frequency.DAY, Frequency.WEEK}
    times = st.lists(st.integers(0, 23), max_size=3).map(tuple) if by_day else st.just(())
    minutes = st.lists(st.integers(0, 59), max_size=3).map(tuple) if by_day else st.just(())
    days = st.lists(st.integers(0, 6), max_size=3).map(tuple) if frequency is Frequency.WEEK else st.just(())
    return Recurrence(
        frequency,
        draw(st.integers(1, 40)),
        zone=draw(st.sampled_from(_ZONES)),
        hours=draw(times),
        minutes=draw(minutes),
        week_days=draw(days),
    )


@given(recurrences(), _TIMES, _TIMES)
def test_due_times_are_later_than_the_last_and_rise(recurrence: Recurrence, anchor: float, after: float) -> None:
    times = list(islice(occurrences(recurrence, anchor, after), 6))
    assert len(times) == 6
    assert all(moment > after and moment >= anchor for moment in times)
    assert times == sorted(set(times))


@given(recurrences(), _TIMES, _TIMES, st.integers(1, 5))
def test_where_one_looks_changes_nothing(recurrence: Recurrence, anchor: float, after: float, steps: int) -> None:
    times = list(islice(occurrences(recurrence, anchor, after), 6))
    assert next(occurrences(recurrence, anchor, times[steps - 1])) == times[steps]
    between = (times[steps - 1] + times[steps]) / 2
    assert next(occurrences(recurrence, anchor, between)) == times[steps]


@given(recurrences(), _TIMES, _TIMES, st.integers(1, 5))
def test_only_the_latest_of_those_that_passed_is_due(
    recurrence: Recurrence, anchor: float, after: float, passed: int
) -> None:
    times = list(islice(occurrences(recurrence, anchor, after), 6))
    assert due(recurrence, anchor, after, times[passed - 1]) == Due(times[passed - 1], passed - 1)
    assert due(recurrence, anchor, times[passed - 1], (times[passed - 1] + times[passed]) / 2) is None


@given(recurrences(), _TIMES)
def test_the_first_due_time_without_given_times_is_the_start(recurrence: Recurrence, anchor: float) -> None:
    if recurrence.hours or recurrence.minutes or recurrence.week_days:
        return
    first = next(occurrences(recurrence, anchor, anchor - 1))
    local = datetime.fromtimestamp(anchor, time_zone(recurrence.zone))
    assert first == anchor or local.fold == 1  # the second of two equal times of day is not counted


@given(recurrences(), _TIMES)
def test_times_of_day_are_those_of_the_time_zone(recurrence: Recurrence, anchor: float) -> None:
    if not recurrence.hours or not recurrence.minutes:
        return
    zone = ZoneInfo(recurrence.zone)
    for moment in islice(occurrences(recurrence, anchor, anchor), 8):
        local = datetime.fromtimestamp(moment, zone)
        shifted = local.utcoffset() != (local - timedelta(hours=3)).utcoffset()
        assert shifted or (local.hour in recurrence.hours and local.minute in recurrence.minutes)
        assert not recurrence.week_days or shifted or local.weekday() in recurrence.week_days


def _local(recurrence: Recurrence, start: str, number: int) -> list[str]:
    zone = time_zone(recurrence.zone)
    anchor = datetime.fromisoformat(start).replace(tzinfo=zone).timestamp()
    times = islice(occurrences(recurrence, anchor, anchor - 1), number)
    return [datetime.fromtimestamp(moment, zone).isoformat() for moment in times]


def test_a_time_that_the_clocks_skip_comes_later_and_only_that_day() -> None:
    daily = Recurrence(Frequency.DAY, 1, zone="Europe/Berlin", hours=(2,), minutes=(30,))
    assert _local(daily, "2024-03-30T00:00:00", 3) == [
        "2024-03-30T02:30:00+01:00",
        "2024-03-31T03:30:00+02:00",
        "2024-04-01T02:30:00+02:00",
    ]


def test_a_time_that_comes_twice_counts_once() -> None:
    daily = Recurrence(Frequency.DAY, 1, zone="America/New_York", hours=(1,), minutes=(30,))
    assert _local(daily, "2024-11-02T00:00:00", 3) == [
        "2024-11-02T01:30:00-04:00",
        "2024-11-03T01:30:00-04:00",
        "2024-11-04T01:30:00-05:00",
    ]


def test_hours_are_lengths_of_time_when_the_clocks_change() -> None:
    hourly = Recurrence(Frequency.HOUR, 12, zone="Europe/Berlin")
    assert _local(hourly, "2024-03-30T12:00:00", 3) == [
        "2024-03-30T12:00:00+01:00",
        "2024-03-31T00:00:00+01:00",
        "2024-03-31T13:00:00+02:00",
    ]


def test_weeks_count_from_the_week_of_the_start() -> None:
    weekly = Recurrence(Frequency.WEEK, 2, hours=(9,), minutes=(0,), week_days=(0, 4))
    assert _local(weekly, "2024-05-01T00:00:00", 3) == [  # a Wednesday
        "2024-05-03T09:00:00+00:00",
        "2024-05-13T09:00:00+00:00",
        "2024-05-17T09:00:00+00:00",
    ]


def test_a_short_month_has_its_last_day() -> None:
    monthly = Recurrence(Frequency.MONTH, 1)
    assert [text[:10] for text in _local(monthly, "2024-01-31T08:00:00", 4)] == [
        "2024-01-31",
        "2024-02-29",
        "2024-03-31",
        "2024-04-30",
    ]


def test_the_end_of_the_calendar_ends_the_times() -> None:
    monthly = Recurrence(Frequency.MONTH, 12 * 7000)
    assert len(list(occurrences(monthly, _BEGIN, _BEGIN - 1))) == 2


def test_a_start_is_a_time_in_its_zone() -> None:
    daily = Recurrence(Frequency.DAY, 1, start="2024-06-01T09:00:00", zone="Europe/Berlin")
    assert datetime.fromtimestamp(anchor_of(daily, 5.0), UTC).isoformat() == "2024-06-01T07:00:00+00:00"
    assert anchor_of(Recurrence(Frequency.DAY, 1), 5.0) == 5.0


def test_a_start_or_zone_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="YYYY-MM-DD"):
        anchor_of(Recurrence(Frequency.DAY, 1, start="soon"), 0.0)
    with pytest.raises(InvalidInputError, match="time zone"):
        time_zone("Middle/Earth")
