"""ScheduleRecurrence: when a schedule submits, as v1 code says it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Never

from hyperstep.azureml_v1.pipeline.time_zone import IANA_NAMES, TimeZone
from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.recurrence import Frequency, Recurrence, anchor_of

WEEK_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WITH_TIMES = ("Day", "Week")
_HOURS = range(24)
_MINUTES = range(60)
_TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_FORMAT = "%Y-%m-%dT%H:%M:%S"


class ScheduleRecurrence:
    """When a schedule submits.

    Without a start time it submits at once and then every ``interval`` units from the moment at which it was made;
    with hours, minutes or a time of day at those times only.

    Args:
        frequency: ``Minute``, ``Hour``, ``Day``, ``Week`` or ``Month``.
        interval: Every so many of them, from 1. In a month that is too short for the start's day, its last day.
        start_time: A datetime, or a text like ``2024-06-01T09:00:00``; nothing is submitted before it.
        time_zone: Where all these times are; required with a start time that has no zone of its own. UTC without it.
        hours: 0 to 23; with ``Day`` and ``Week`` only.
        minutes: 0 to 59; with ``Day`` and ``Week`` only.
        week_days: Names of days; with ``Week`` only.
        time_of_day: ``HH:MM``, in place of hours and minutes.

    Raises:
        InvalidInputError: One of these rules is broken.
    """

    def __init__(
        self,
        frequency: str,
        interval: int,
        start_time: datetime | str | None = None,
        time_zone: TimeZone | None = None,
        hours: Sequence[int] | None = None,
        minutes: Sequence[int] | None = None,
        week_days: Sequence[str] | None = None,
        time_of_day: str | None = None,
    ) -> None:
        self.frequency = frequency
        self.interval = interval
        self.start_time = start_time
        self.time_zone = time_zone
        self.hours = hours
        self.minutes = minutes
        self.week_days = week_days
        self.time_of_day = time_of_day
        self.validate()

    def __repr__(self) -> str:
        return f"ScheduleRecurrence(Frequency: {self.frequency}, Interval: {self.interval})"

    def validate(self) -> None:
        """See that the fields follow the rules.

        Raises:
            InvalidInputError: One is broken.
        """
        names = [frequency.value for frequency in Frequency]
        if self.frequency not in names:
            _refuse(f"frequency is one of {', '.join(names)}.", self.frequency)
        _check_interval(self.interval)
        _check_zone(self.start_time, self.time_zone)
        self._check_times()
        self._check_week_days()
        anchor_of(self._to_engine(), 0.0)  # raises for a start that is no time

    def _check_times(self) -> None:
        given = {"hours": self.hours, "minutes": self.minutes, "time_of_day": self.time_of_day}
        used = [name for name, value in given.items() if value]
        if used and self.frequency not in _WITH_TIMES:
            _refuse(f"{used[0]} is given with frequency {' or '.join(_WITH_TIMES)} only.", self.frequency)
        if self.time_of_day and (self.hours or self.minutes):
            _refuse("time_of_day stands in place of hours and minutes.", self.time_of_day)
        for name, values, allowed in (("hours", self.hours, _HOURS), ("minutes", self.minutes, _MINUTES)):
            wrong = [value for value in values or () if value not in allowed]
            if wrong:
                _refuse(f"{name} are whole numbers from 0 to {allowed[-1]}.", wrong[0])
        if self.time_of_day and not _TIME_OF_DAY.fullmatch(self.time_of_day):
            _refuse("time_of_day is written HH:MM.", self.time_of_day)

    def _check_week_days(self) -> None:
        if self.week_days and self.frequency != "Week":
            _refuse("week_days is given with frequency Week only.", self.frequency)
        wrong = [day for day in self.week_days or () if day not in WEEK_DAYS]
        if wrong:
            _refuse(f"week_days are among {', '.join(WEEK_DAYS)}.", wrong[0])

    def _to_engine(self) -> Recurrence:
        hours, minutes = self.hours or (), self.minutes or ()
        if self.time_of_day:
            hour, _, minute = self.time_of_day.partition(":")
            hours, minutes = (int(hour),), (int(minute),)
        start, zone = _start(self.start_time, self.time_zone)
        return Recurrence(
            frequency=Frequency(self.frequency),
            interval=self.interval,
            start=start,
            zone=zone,
            hours=tuple(hours),
            minutes=tuple(minutes),
            week_days=tuple(WEEK_DAYS.index(day) for day in self.week_days or ()),
        )


def from_engine(recurrence: Recurrence) -> ScheduleRecurrence:
    """The recurrence of a recorded schedule."""
    zones = {name: zone for zone, name in reversed(IANA_NAMES.items())}
    return ScheduleRecurrence(
        recurrence.frequency.value,
        recurrence.interval,
        recurrence.start or None,
        zones.get(recurrence.zone, TimeZone.UTC) if recurrence.start or recurrence.zone != "UTC" else None,
        list(recurrence.hours) or None,
        list(recurrence.minutes) or None,
        [WEEK_DAYS[day] for day in recurrence.week_days] or None,
    )


def _check_interval(interval: object) -> None:
    if isinstance(interval, bool) or not isinstance(interval, int) or interval < 1:
        _refuse("interval is a whole number from 1.", interval)


def _check_zone(start: object, zone: object) -> None:
    if zone is not None and not isinstance(zone, TimeZone):
        _refuse("time_zone is a TimeZone.", zone)
    if start is None or zone is not None:
        return
    if not isinstance(start, datetime) or start.tzinfo is None:
        _refuse("A start_time comes with a time_zone.", start)


def _start(start: datetime | str | None, zone: TimeZone | None) -> tuple[str, str]:
    """The start as text, and the IANA zone that it is in."""
    name = IANA_NAMES[zone] if zone is not None else "UTC"
    if start is None:
        return "", name
    if isinstance(start, str):
        return start, name
    if start.tzinfo is not None and zone is None:
        start = start.astimezone(UTC)
    return start.strftime(_FORMAT), name


def _refuse(rule: str, received: object) -> Never:
    raise InvalidInputError(rule, received=received, remedy="Correct the ScheduleRecurrence.")
