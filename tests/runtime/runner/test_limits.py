"""When a process has had its time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hyperstep.records.attempt import AttemptEnd, AttemptKey
from hyperstep.runtime.runner.limits import ProcessLimits, broken_limit, limit_of, with_limit

TIMES = st.floats(0, 1e6)


def broken(limits: ProcessLimits, *, now: float, sign: float = 0.0) -> str:
    return broken_limit(limits, started_at_s=100.0, last_sign_at_s=sign, now_s=now)


def test_a_duration_is_over_after_its_seconds_and_not_before() -> None:
    limits = ProcessLimits(max_duration_s=10)
    assert not broken(limits, now=110)
    assert broken(limits, now=110.1) == "ran longer than max_run_duration_seconds = 10"


def test_an_end_by_a_hosts_limit_is_told_as_the_runner_tells_it() -> None:
    end = AttemptEnd(AttemptKey("trial", 0), None, signal=9, timed_out=True)
    assert limit_of(end, 10) == broken(ProcessLimits(max_duration_s=10), now=200)
    assert not limit_of(AttemptEnd(AttemptKey("trial", 0), None, signal=9), 10)


@pytest.mark.parametrize(
    ("number", "ended_at", "now", "timed_out"),
    [
        (9, 111.0, 120.0, True),
        (15, 111.0, 120.0, True),
        (9, 109.0, 120.0, False),
        (11, 111.0, 120.0, False),
        (9, 5000.0, 105.0, False),
        (None, 111.0, 120.0, False),
    ],
)
def test_a_kill_past_the_limit_is_for_the_limit_although_the_host_did_not_come_to_say_so(
    number: int | None, ended_at: float, now: float, *, timed_out: bool
) -> None:
    end = AttemptEnd(AttemptKey("trial", 0), None if number else 0, signal=number, ended_at=ended_at)
    assert with_limit(end, 100.0, now, 10.0).timed_out is timed_out
    assert with_limit(end, 100.0, now, None) is end
    starved = replace(end, out_of_memory=True)
    assert with_limit(starved, 100.0, now, 10.0) is starved


def test_silence_counts_from_the_last_sign_and_before_any_from_the_start() -> None:
    limits = ProcessLimits(max_silence_s=5)
    assert not broken(limits, now=105)
    assert broken(limits, now=106) == "was silent for more than max_silence_s = 5: no output, no metric"
    assert not broken(limits, now=112, sign=108)
    assert broken(limits, now=114, sign=108)


@given(start=TIMES, sign=TIMES, now=TIMES)
def test_without_limits_nothing_is_broken(start: float, sign: float, now: float) -> None:
    assert not broken_limit(ProcessLimits(), started_at_s=start, last_sign_at_s=sign, now_s=now)


@given(limit=st.floats(0.1, 1e3), sign=TIMES, now=TIMES)
def test_what_is_broken_stays_broken_as_time_goes_on(limit: float, sign: float, now: float) -> None:
    limits = ProcessLimits(limit, limit)
    if broken(limits, now=now, sign=sign):
        assert broken(limits, now=now + 1, sign=sign)
