"""The time that a launch takes, in which a trial host may be started first, is not time that a process has had."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.artifact_store.snapshot import SnapshotLimits, take_snapshot
from hyperstep.launchers.launch import Launch
from hyperstep.pipeline.spec import CodeSpec, StepSpec
from hyperstep.records import RunKind, RunRecord, RunStatus
from hyperstep.records.attempt import Attempt, AttemptKey
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.attempts import Attempts
from hyperstep.runtime.runner.context import Envelope, RunnerContext
from hyperstep.runtime.runner.ownership import this_process
from hyperstep.runtime.runner.script_driver import ScriptDriver
from hyperstep.runtime.runner.workplace import Workplace
from hyperstep.testing.behaviour import Behaviour
from hyperstep.testing.scripted_launcher import ScriptedLauncher

LIMIT_S = 50.0


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class SlowLauncher(ScriptedLauncher):
    """Each launch takes twice the limit."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(lambda: None, lambda _attempt: Behaviour(hangs=True))
        self._clock = clock

    def begin_launch(self, attempt: Attempt) -> Launch:
        self._clock.now += 2 * LIMIT_S
        return super().begin_launch(attempt)


Begun = tuple[RunnerContext, StepSpec, Clock]


@pytest.fixture
def begun(home: Home, tmp_path: Path) -> Begun:
    """A run of a script with a limit, its step, and the runner's clock."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "train.py").touch()
    snapshot = take_snapshot(source, home.artifacts, SnapshotLimits(None, None))
    step = StepSpec("s", "s", CodeSpec(snapshot.digest, "train.py", max_duration_s=LIMIT_S))
    root = RunRecord("root", "root", RunKind.SCRIPT, "s", "local", "e", RunStatus.NOT_STARTED, 1.0)
    journal, clock = home.store.create([root], folder="f", spec={}), Clock()
    owner = journal.acquire(this_process())
    return RunnerContext(home, journal, owner.epoch, Envelope("python", 1, 1.0), clock), step, clock


def drive(context: RunnerContext, step: StepSpec, attempts: Attempts) -> None:
    context.do(ScriptDriver(context, attempts, Workplace(step, {}, {}), "root", lambda _unit: None).begin)


def test_a_limit_counts_from_the_end_of_the_launch(begun: Begun) -> None:
    context, step, clock = begun
    launcher = SlowLauncher(clock)
    attempts = Attempts(context, launcher)
    drive(context, step, attempts)
    attempts.enforce_limits()
    assert len(launcher.pids()) == 1
    clock.now += LIMIT_S + 1
    attempts.enforce_limits()
    assert launcher.pids() == {}
    attempts.pump()
    assert context.root.error is not None
    assert context.root.error.message == "ran longer than max_run_duration_seconds = 50"
    attempts.close()


class KnowsNone(ScriptedLauncher):
    """Of an attempt that is adopted it knows no process: everything was killed when one was about to start."""

    stopped = 0

    def adopt(self, attempt: Attempt) -> None:
        self.adopted = attempt

    def stop(self, key: AttemptKey, grace_s: float) -> None:
        self.stopped += 1
        super().stop(key, grace_s)


def test_what_may_never_have_had_a_process_breaks_no_limit(begun: Begun) -> None:
    context, step, clock = begun
    first = Attempts(context, ScriptedLauncher(lambda: None, lambda _attempt: Behaviour(hangs=True)))
    drive(context, step, first)
    first.put_aside()
    launcher = KnowsNone(lambda: None)
    attempts = Attempts(context, launcher)
    drive(context, step, attempts)
    clock.now += 2 * LIMIT_S
    attempts.enforce_limits()
    assert launcher.adopted.key == AttemptKey("root", 0)
    assert not launcher.stopped
    assert attempts.put_aside() == {}
