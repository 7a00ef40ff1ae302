"""Launches whose outcome comes later: the loop goes on, and nothing that may run by then is missed."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator

import pytest
from tests.runtime.bench import Bench

from hyperstep.errors import BusyMachineError, ConflictError, DiskFullError, HyperstepError, LaunchError
from hyperstep.launchers.launch import Launch
from hyperstep.launchers.process import not_started
from hyperstep.pipeline.spec import StepSpec
from hyperstep.records import RunKind, RunRecord, RunStatus
from hyperstep.records.attempt import Attempt, AttemptKey, Launched
from hyperstep.runtime.runner.attempts import Attempts
from hyperstep.runtime.runner.context import Envelope, RunnerContext
from hyperstep.runtime.runner.ownership import this_process
from hyperstep.runtime.runner.script_driver import ScriptDriver
from hyperstep.runtime.runner.workplace import Workplace
from hyperstep.testing.behaviour import Behaviour
from hyperstep.testing.scripted_launcher import ScriptedLauncher

KEY = AttemptKey("root", 0)


class LateLaunch(Launch):
    """Its outcome is known when the test says so, or when somebody waits for it."""

    is_known = False
    known_for_s = 0.0

    def __init__(self, outcome: Callable[[], Launched]) -> None:
        self._outcome = outcome

    def outcome(self) -> Launched:
        return self._outcome()


class LateLauncher(ScriptedLauncher):
    """Starts a process, or fails to, when the outcome is asked for."""

    def __init__(self, error: HyperstepError | None = None) -> None:
        super().__init__(lambda: None, lambda _attempt: Behaviour(hangs=True))
        self._error = error
        self.begun: list[LateLaunch] = []

    def begin_launch(self, attempt: Attempt) -> Launch:
        start = super().begin_launch
        self.begun.append(LateLaunch(lambda: self._finish(attempt, start)))
        return self.begun[-1]

    def _finish(self, attempt: Attempt, start: Callable[[Attempt], Launch]) -> Launched:
        launched = start(attempt).outcome()
        if self._error is not None:
            raise self._error
        return launched


class Begun:
    """The run of a script whose process was asked for."""

    def __init__(self, bench: Bench, launcher: LateLauncher) -> None:
        step = StepSpec("s", "s", bench.code("print('hello')"))
        root = RunRecord("root", "root", RunKind.SCRIPT, "s", "local", "e", RunStatus.NOT_STARTED, 1.0)
        self._journal = bench.home.store.create([root], folder="f", spec={})
        epoch = self._journal.acquire(this_process()).epoch
        self.context = RunnerContext(bench.home, self._journal, epoch, Envelope("python", 1, 1.0))
        self.attempts = Attempts(self.context, launcher)
        self.driver = ScriptDriver(self.context, self.attempts, Workplace(step, {}, {}), "root", lambda _unit: None)
        self.context.do(self.driver.begin)
        self.attempt = bench.home.attempt(self.context.root, 0)


@pytest.fixture
def begin(bench: Bench) -> Iterator[Callable[[LateLauncher], Begun]]:
    all_begun: list[Begun] = []

    def begun(launcher: LateLauncher) -> Begun:
        all_begun.append(Begun(bench, launcher))
        return all_begun[-1]

    yield begun
    for each in all_begun:
        each.attempts.close()


Begin = Callable[[LateLauncher], Begun]


def test_the_loop_does_not_wait_for_an_outcome(begin: Begin) -> None:
    launcher = LateLauncher()
    run = begin(launcher)
    run.attempts.pump()
    assert launcher.launched == []
    launcher.begun[0].is_known = True
    run.attempts.pump()
    assert list(launcher.pids()) == [KEY]
    launcher.end(KEY)
    run.attempts.pump()
    assert run.context.root.status is RunStatus.COMPLETED


def test_what_goes_on_elsewhere_waits_for_an_outcome(begin: Begin) -> None:
    launcher = LateLauncher()
    run = begin(launcher)
    assert run.attempts.put_aside() == {}
    assert [attempt.key for attempt in launcher.launched] == [KEY]


def test_what_is_answered_while_the_run_pauses_is_watched(begin: Begin) -> None:
    launcher = LateLauncher()
    run = begin(launcher)
    run.attempts.keep_watch()
    assert launcher.pids() == {}
    launcher.begun[0].is_known = True
    run.attempts.keep_watch()
    assert list(launcher.pids()) == [KEY]


def test_ending_all_ends_what_is_about_to_run(begin: Begin) -> None:
    launcher = LateLauncher()
    run = begin(launcher)
    run.attempts.end_all()
    assert launcher.stops == [(KEY, 1.0)]
    assert launcher.pids() == {}


def test_ending_all_ends_what_an_earlier_owner_turns_out_to_have_launched(begin: Begin) -> None:
    launcher = LateLauncher(ConflictError("An attempt runs at most once."))
    begin(launcher).attempts.end_all()
    assert launcher.pids() == {}


def test_a_process_starts_when_its_launch_is_answered_not_when_that_is_seen_to(
    begin: Begin,
) -> None:
    launcher = LateLauncher()
    run = begin(launcher)
    launcher.begun[0].is_known, launcher.begun[0].known_for_s = True, 1000.0
    run.attempts.pump()
    launcher.end(KEY)
    run.attempts.pump()
    (record,) = run.context.journal.attempts("root")
    assert record.started_at == pytest.approx(time.time() - 1000.0, abs=100.0)


BUSY = BusyMachineError("A process must be able to start.")


def _refused(number: int) -> LaunchError:
    return not_started(("python",), str(OSError(number, os.strerror(number))), busy=False)


@pytest.mark.parametrize("error", [BUSY, _refused(errno.ENOSPC), _refused(errno.EDQUOT)])
def test_what_found_no_room_while_others_were_waited_for_is_no_attempt(begin: Begin, error: LaunchError) -> None:
    run = begin(LateLauncher(error))
    run.attempts.put_aside()
    assert not run.attempt.claim_file.exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_what_found_no_room_on_the_disk_is_no_failure(begin: Begin, number: int) -> None:
    launcher = LateLauncher(_refused(number))
    run = begin(launcher)
    launcher.begun[0].is_known = True
    with pytest.raises(DiskFullError):
        run.attempts.pump()
    assert not run.attempt.claim_file.exists()


def test_words_of_a_command_that_cannot_be_started_are_not_taken_for_the_systems(begin: Begin) -> None:
    launcher = LateLauncher(not_started(("train", os.strerror(errno.ENOSPC)), "no such program", busy=False))
    run = begin(launcher)
    launcher.begun[0].is_known = True
    run.attempts.pump()
    assert run.context.root.status is RunStatus.FAILED


def test_a_stop_meanwhile_holds_for_what_an_earlier_owner_turns_out_to_have_launched(begin: Begin) -> None:
    launcher = LateLauncher(ConflictError("An attempt runs at most once."))
    run = begin(launcher)
    run.driver.cancel("root", "no more")
    launcher.begun[0].is_known = True
    run.attempts.pump()
    assert launcher.stops == [(KEY, 1.0), (KEY, 1.0)]
    run.attempts.pump()
    assert run.context.root.status is RunStatus.CANCELED
