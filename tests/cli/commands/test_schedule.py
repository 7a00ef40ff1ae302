"""`hyperstep schedule`: what it says, and how it ends."""

from __future__ import annotations

import time

import pytest

from hyperstep.cli.commands import schedule as command
from hyperstep.cli.main import main
from hyperstep.pipeline.recurrence import Frequency, Recurrence
from hyperstep.runtime.home import Home
from hyperstep.runtime.schedules import Fired, ScheduleRecord, Watch, add_schedule

Captured = pytest.CaptureFixture[str]


def test_without_schedules_it_says_so(capsys: Captured) -> None:
    assert main(["schedule", "--once"]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "0 active schedules.\n"


def test_each_schedule_and_each_failure_is_told(home: Home, capsys: Captured) -> None:
    hourly = Recurrence(Frequency.HOUR, 1)
    born = time.time() - 3 * 3600 - 60
    ended = Recurrence(Frequency.MONTH, 12 * 9000)
    watch = Watch("workspaceblobstore", "in", 5)
    for record in (
        ScheduleRecord("s1", "hourly", "e", "gone", recurrence=hourly, created_at=born, since=born),
        ScheduleRecord("s2", "ended", "e", "gone", recurrence=ended, created_at=born, since=time.time()),
        ScheduleRecord("s3", "watching", "e", "gone", watch=watch, since=time.time()),
        ScheduleRecord("s4", "off", "e", "gone", active=False, recurrence=hourly),
    ):
        add_schedule(home, "local", record)
    assert main(["schedule", "--once"]) == 0
    captured = capsys.readouterr()
    assert "hourly: nothing was submitted: Workspace 'local' has no published pipeline" in captured.out
    assert captured.err.startswith("3 active schedules.")
    assert "hourly [s1]: next at 2" in captured.err
    assert "ended [s2]: has no further time" in captured.err
    assert "watching [s3]: looks at workspaceblobstore/in every 5 min" in captured.err


def test_it_looks_again_and_again_until_it_is_interrupted(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert home.path.exists()
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", sleep)
    assert main(["schedule", "--every", "0.5"]) == 130
    assert slept == [0.5, 0.5, 0.5]
    captured = capsys.readouterr()
    assert (captured.out, captured.err.strip()) == ("", "0 active schedules. Ctrl-C ends.")


def test_missed_times_are_counted() -> None:
    record = ScheduleRecord("s1", "hourly", "e", "p")
    fired = Fired(record, 0.0, run_id="r", missed=3)
    assert command._line(fired).endswith("hourly: submitted r; 3 earlier due times have passed and are not made up for")
