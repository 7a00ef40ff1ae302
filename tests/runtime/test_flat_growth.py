"""What the runner does for a trial, and keeps of it, does not grow with the trials before it.

Counted in calls, steps of the database and blocks of memory.
"""

from __future__ import annotations

import gc
import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest
from tests.runtime.bench import Bench

from hyperstep.digest import Json
from hyperstep.records.attempt import Attempt
from hyperstep.records.status import RunStatus
from hyperstep.runtime.doorbell import doorbell_path, hung
from hyperstep.runtime.pause_note import PauseNote
from hyperstep.runtime.runner import __main__ as runner
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.loop import Runner
from hyperstep.runtime.runner.obstacles import Patience
from hyperstep.runtime.runner.ownership import take_over
from hyperstep.runtime.runner.submitted import submitted
from hyperstep.runtime.submission import Label, submit_step
from hyperstep.testing.instant_launcher import InstantLauncher

_TRIALS, _WINDOW = 1000, 40
_EARLY, _LATE = 60, _TRIALS - 2 * _WINDOW
_STEPS = 20
_FEW_FOLDERS = 10
"""A trial is launched before the folder of the one before is cleared; but no more than some wait for it."""
_FEW_BLOCKS = 60
"""Kept of a trial; most are smaller than 100 bytes."""
_CONFIG: dict[str, Json] = {
    "sampler": {"name": "RANDOM", "space": {"x": ["uniform", [0, 1]]}, "order": ["x"], "seed": 3},
    "policy": {"name": "Bandit", "properties": {"evaluation_interval": 1, "slack_factor": 0.5}},
    "metric": {"name": "acc", "goal": "maximize"},
    "limits": {"max_total": _TRIALS, "max_concurrent": 2, "max_duration_s": None, "max_lost_attempts": 2},
}


class Counting:
    """Counts calls of Python functions, steps of SQLite's machine and blocks kept, for each window of trials."""

    def __init__(self) -> None:
        self.launched = 0
        self.calls: dict[int, int] = {}
        self.steps: dict[int, int] = {}
        self.blocks: dict[int, int] = {}
        """Of memory, by which more are held after a window than before it."""
        self.uncleared: list[int] = []
        """At each trial, how many of those before had their source files still."""
        self._sources: list[Path] = []
        self._window = -1

    def play(self, attempt: Attempt) -> int:
        """Log some values and end; each tenth trial does best and fails."""
        number, fails = self.launched, self.launched % 10 == 9
        self.launched += 1
        for window in (_EARLY, _LATE):
            if number in {window, window + _WINDOW}:
                gc.collect()
                self.blocks[window] = sys.getallocatedblocks() - self.blocks.get(window, 0)
        self._sources = [*filter(Path.exists, self._sources), attempt.work_folder / attempt.argv[1]]
        self.uncleared.append(len(self._sources) - 1)
        self._window = next((w for w in (_EARLY, _LATE) if w <= number < w + _WINDOW), -1)
        sys.setprofile(self._count if self._window >= 0 else None)
        values = [2.0 + number / 1e4 if fails else number % 7 / 7 + step / 10 for step in range(3)]
        records = [{"kind": "scalar", "name": "acc", "value": value, "time": 0.0} for value in values]
        attempt.records_file.write_text("".join(json.dumps(record) + "\n" for record in records))
        return int(fails)

    def step(self) -> int:
        if self._window >= 0:
            self.steps[self._window] = self.steps.get(self._window, 0) + 1
        return 0

    def _count(self, _frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            self.calls[self._window] = self.calls.get(self._window, 0) + 1


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counting]:
    counting, connect = Counting(), sqlite3.connect

    def counted(*arguments: object, **options: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)  # type: ignore[call-overload]
        connection.set_progress_handler(counting.step, _STEPS)
        return connection

    monkeypatch.setattr(sqlite3, "connect", counted)
    yield counting
    sys.setprofile(None)


def test_a_trial_costs_no_more_after_nine_hundred_others_than_after_sixty(
    bench: Bench, label: Label, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyperstep.runtime.submission.start_runner", lambda *_arguments: True)
    run_id = submit_step(bench.home, bench.tuning_step("", _CONFIG), label).id
    _drive(bench, run_id, counting)
    assert bench.read(run_id).status is RunStatus.COMPLETED
    assert counting.launched == _TRIALS
    assert max(counting.uncleared) < _FEW_FOLDERS
    assert counting.calls[_LATE] == pytest.approx(counting.calls[_EARLY], rel=0.1)
    assert counting.steps[_LATE] == pytest.approx(counting.steps[_EARLY], rel=0.1)
    assert counting.blocks[_LATE] < 1.1 * counting.blocks[_EARLY]
    assert counting.blocks[_LATE] < _FEW_BLOCKS * _WINDOW


def _drive(bench: Bench, run_id: str, counting: Counting) -> None:
    folder: Path = bench.home.root_folder(run_id)
    journal = bench.home.store.journal(run_id)
    owner = take_over(journal)
    assert owner is not None
    patience = Patience(bench.home, PauseNote(folder), print, time.sleep)
    context = RunnerContext(bench.home, journal, owner.epoch, runner._envelope(submitted(journal)))
    with hung(doorbell_path(folder)) as bell:
        Runner(context, InstantLauncher(bell.ring, counting.play), bell, patience).run()
