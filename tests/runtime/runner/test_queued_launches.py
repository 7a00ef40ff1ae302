"""A launch that an earlier owner asked of a host that stands still, and that the host obeys when it goes on."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hyperstep.artifact_store.snapshot import SnapshotLimits, take_snapshot
from hyperstep.launchers import host_link
from hyperstep.launchers.control_path import control_folder
from hyperstep.launchers.host_link import host_pid
from hyperstep.launchers.local import LocalLauncher
from hyperstep.pipeline.spec import CodeSpec, StepSpec
from hyperstep.records import RunKind, RunRecord, RunStatus
from hyperstep.records.attempt import Attempt
from hyperstep.run_store.base import Journal
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner import attempts as attempts_module
from hyperstep.runtime.runner import workplace
from hyperstep.runtime.runner.attempts import Attempts
from hyperstep.runtime.runner.context import Envelope, RunnerContext
from hyperstep.runtime.runner.ownership import this_process
from hyperstep.runtime.runner.script_driver import ScriptDriver
from hyperstep.runtime.runner.workplace import Workplace
from hyperstep.testing.launcher_bench import is_running, wait_until

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who stands still"),
    pytest.mark.usefixtures("own_hosts"),
]


class Owner:
    """One owner of the run after another, each with a launcher and attempts of its own."""

    def __init__(self, home: Home, journal: Journal, step: StepSpec) -> None:
        epoch = journal.acquire(this_process()).epoch
        self.context = RunnerContext(home, journal, epoch, Envelope(sys.executable, 1, 1.0), lambda: 1000.0)
        self.launcher = LocalLauncher(lambda: None, control_folder() / "host.sock", idle_s=0.0)
        self.attempts = Attempts(self.context, self.launcher)
        self.driver = ScriptDriver(self.context, self.attempts, Workplace(step, {}, {}), "root", lambda _unit: None)

    def begin(self) -> None:
        self.context.do(self.driver.begin)

    def has_ended(self) -> bool:
        self.attempts.pump()
        return self.context.root.status.is_terminal


class Stopped:
    """A host that was stopped while it had a launch before it."""

    def __init__(self, pid: int, attempt: Attempt) -> None:
        self.pid = pid
        self.attempt = attempt

    def go_on(self) -> None:
        """Returns when the host has done what it was asked, after which it may leave."""
        os.kill(self.pid, signal.SIGCONT)
        addresses = [control_folder() / "host.sock", control_folder() / f"host-{self.pid}.sock"]
        for _ in range(2):  # what came before this question it has at least read, and at the next one done
            wait_until(lambda: self.pid in map(host_pid, addresses) or not is_running(self.pid), "an answer")


@pytest.fixture
def step(home: Home, tmp_path: Path) -> StepSpec:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "train.py").touch()
    snapshot = take_snapshot(tmp_path / "source", home.artifacts, SnapshotLimits(None, None))
    return StepSpec("s", "s", CodeSpec(snapshot.digest, "train.py"))


@pytest.fixture
def journal(home: Home) -> Journal:
    root = RunRecord("root", "root", RunKind.SCRIPT, "s", "local", "e", RunStatus.NOT_STARTED, 1.0)
    return home.store.create([root], folder="f", spec={})


@pytest.fixture
def stopped(home: Home, journal: Journal, step: StepSpec, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stopped]:
    """The owner that asked it is gone."""
    monkeypatch.setattr(host_link, "_STOPPED_S", 0.3)
    owner = Owner(home, journal, step)
    assert owner.launcher._link_to_host(start=True) is not None
    pid = owner.launcher.host_pid()
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    owner.begin()
    owner.launcher.close()
    yield Stopped(pid, home.attempt(owner.context.root, 0))
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def next_owner(home: Home, journal: Journal, step: StepSpec, stopped: Stopped) -> Iterator[Owner]:
    assert not stopped.attempt.claim_file.exists()
    owner = Owner(home, journal, step)
    yield owner
    owner.attempts.end_all()
    owner.attempts.close()


def test_what_is_canceled_while_it_waits_for_room_is_not_started(next_owner: Owner, stopped: Stopped) -> None:
    next_owner.attempts.launch_nothing()
    next_owner.begin()
    next_owner.context.do(lambda: next_owner.driver.cancel("root", "enough"))
    assert next_owner.context.root.status is RunStatus.CANCELED
    stopped.go_on()
    assert not stopped.attempt.log_file.exists()


def test_what_was_to_end_when_the_owner_changed_is_not_started(next_owner: Owner, stopped: Stopped) -> None:
    next_owner.driver._canceling = True  # as an earlier owner has recorded
    next_owner.begin()
    stopped.go_on()
    assert not stopped.attempt.log_file.exists()
    assert next_owner.context.root.status is RunStatus.CANCELED


def test_no_process_starts_in_a_folder_that_the_next_owner_makes_anew(
    next_owner: Owner, stopped: Stopped, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepared_late(*arguments: object) -> Attempt:
        attempt = workplace.prepare_attempt(*arguments)  # type: ignore[arg-type]
        stopped.go_on()
        assert not attempt.log_file.exists()
        return attempt

    monkeypatch.setattr(attempts_module, "prepare_attempt", prepared_late)
    next_owner.begin()
    wait_until(next_owner.has_ended, "the end")
    assert next_owner.context.root.status is RunStatus.COMPLETED
    assert [(each.key.number, each.end.lost) for each in journal.attempts("root") if each.end] == [(0, False)]


def test_an_owner_that_dies_while_it_makes_the_folder_leaves_the_attempt_to_the_next(
    home: Home, next_owner: Owner, journal: Journal, step: StepSpec
) -> None:
    next_owner.attempts.launch_nothing()
    next_owner.begin()
    third = Owner(home, journal, step)
    third.begin()
    wait_until(third.has_ended, "the end")
    assert [(each.key.number, each.end.lost) for each in journal.attempts("root") if each.end] == [(0, False)]
    third.attempts.close()
