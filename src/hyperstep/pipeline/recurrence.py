"""When something that recurs is due: a function of the recurrence and of time, and of nothing else.

Times are seconds since 1970 in UTC. Times of day are those of the recurrence's time zone: one that the clocks skip in
spring comes as much later as they are put forward; of one that comes twice in autumn only the first counts. Steps of
minutes and hours are lengths of time, which the clocks do not change.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import Enum
from itertools import count, product, takewhile
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from hyperstep.errors import InvalidInputError

_MONTHS = 12
_SECONDS = {"Minute": 60, "Hour": 3600}


class Frequency(Enum):
    """The unit of a recurrence."""

    MINUTE = "Minute"
    HOUR = "Hour"
    DAY = "Day"
    WEEK = "Week"
    MONTH = "Month"


class Recurrence(Struct, frozen=True):
    """Every ``interval`` units, from a start on; by day and week also at given times and on given days."""

    frequency: Frequency
    interval: int
    start: str = ""
    """``YYYY-MM-DDTHH:MM:SS`` in the time zone; empty for the moment at which the recurrence was made."""
    zone: str = "UTC"
    """IANA name."""
    hours: tuple[int, ...] = ()
    """0 to 23; the start's hour when empty."""
    minutes: tuple[int, ...] = ()
    """0 to 59; the start's minute when empty."""
    week_days: tuple[int, ...] = ()
    """Monday is 0; the start's day when empty."""


class Due(Struct, frozen=True):
    """What has become due since the last look."""

    latest: float
    missed: int
    """How many earlier times have passed besides."""


def anchor_of(recurrence: Recurrence, made_at: float) -> float:
    """The time from which a recurrence counts: its start, else when it was made.

    Raises:
        InvalidInputError: The start is no such time, or the time zone is unknown.
    """
    if not recurrence.start:
        return made_at
    try:
        start = datetime.fromisoformat(recurrence.start)
    except ValueError as error:
        rule = "A recurrence starts at a time written YYYY-MM-DDTHH:MM:SS."
        raise InvalidInputError(rule, received=recurrence.start, remedy="Write it like 2024-06-01T09:00:00.") from error
    return start.replace(tzinfo=time_zone(recurrence.zone)).timestamp()


def time_zone(name: str) -> tzinfo:
    """The time zone of that IANA name.

    Raises:
        InvalidInputError: This machine does not know it.
    """
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        rule = "A time zone is one that this machine knows."
        raise InvalidInputError(rule, received=name, remedy="Install its table: pip install tzdata.") from error


def occurrences(recurrence: Recurrence, anchor: float, after: float) -> Iterator[float]:
    """The due times later than ``after``, in order, without end (other than that of the calendar).

    Args:
        recurrence: What recurs.
        anchor: The time from which it counts; the first due time is not before it.
        after: Only times later than this.
    """
    step = _SECONDS.get(recurrence.frequency.value)
    if step is not None:
        length = step * recurrence.interval
        first = max(0, int((after - anchor) // length) + 1)
        yield from (anchor + number * length for number in count(first))
        return
    zone = time_zone(recurrence.zone)
    start = datetime.fromtimestamp(anchor, zone)
    reached = datetime.fromtimestamp(max(after, anchor), zone).date() - timedelta(days=1)
    for day in _days(recurrence, start.date(), reached):
        yield from (moment for moment in _moments(recurrence, start, day, zone) if moment > after and moment >= anchor)


def due(recurrence: Recurrence, anchor: float, after: float, now: float) -> Due | None:
    """The latest due time in ``(after, now]`` and how many more there were; None when there was none."""
    latest, passed = None, 0
    for moment in takewhile(lambda moment: moment <= now, occurrences(recurrence, anchor, after)):
        latest, passed = moment, passed + 1
    return None if latest is None else Due(latest, passed - 1)


def _moments(recurrence: Recurrence, start: datetime, day: date, zone: tzinfo) -> list[float]:
    """The due times of a day, in order."""
    fixed = bool(recurrence.hours or recurrence.minutes)
    times = product(recurrence.hours or (start.hour,), recurrence.minutes or (start.minute,))
    second, microsecond = (0, 0) if fixed else (start.second, start.microsecond)
    return sorted(
        {
            datetime(day.year, day.month, day.day, hour, minute, second, microsecond, zone).timestamp()
            for hour, minute in times
        }
    )


def _days(recurrence: Recurrence, start: date, reached: date) -> Iterator[date]:
    """The days on which a recurrence is due, from the period that holds ``reached`` on."""
    periods = {Frequency.DAY: _daily, Frequency.WEEK: _weekly, Frequency.MONTH: _monthly}
    try:
        yield from periods[recurrence.frequency](recurrence, start, max(reached, start))
    except (OverflowError, ValueError):  # the calendar ends with the year 9999
        return


def _daily(recurrence: Recurrence, start: date, reached: date) -> Iterator[date]:
    first = (reached - start).days // recurrence.interval
    for number in count(first):
        yield start + timedelta(days=number * recurrence.interval)


def _weekly(recurrence: Recurrence, start: date, reached: date) -> Iterator[date]:
    monday = start - timedelta(days=start.weekday())
    first = (reached - monday).days // 7 // recurrence.interval
    week_days = sorted(set(recurrence.week_days or (start.weekday(),)))
    for number in count(first):
        week = monday + timedelta(weeks=number * recurrence.interval)
        yield from (week + timedelta(days=week_day) for week_day in week_days)


def _monthly(recurrence: Recurrence, start: date, reached: date) -> Iterator[date]:
    """In a month that is too short, on its last day."""
    begin = start.year * _MONTHS + start.month - 1
    first = (reached.year * _MONTHS + reached.month - 1 - begin) // recurrence.interval
    for number in count(first):
        year, month = divmod(begin + number * recurrence.interval, _MONTHS)
        last = calendar.monthrange(year, month + 1)[1]
        yield date(year, month + 1, min(start.day, last))
