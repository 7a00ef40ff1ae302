"""Limits of time while a run pauses: they hold for all that runs, and for nothing that has ended."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.runtime.bench import Bench
from tests.runtime.small_disk import fill, small_disk

from hyperstep.launchers import watch
from hyperstep.launchers.control_path import control_folder
from hyperstep.launchers.host_link import host_pid
from hyperstep.launchers.local import LocalLauncher
from hyperstep.launchers.marker import read_claim
from hyperstep.launchers.process_table import is_keeper, look_up
from hyperstep.pipeline.spec import StepSpec
from hyperstep.records import RunKind, RunRecord, RunStatus
from hyperstep.records.attempt import AttemptKey
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.attempts import Attempts
from hyperstep.runtime.runner.context import Envelope, RunnerContext
from hyperstep.runtime.runner.ownership import this_process
from hyperstep.runtime.runner.script_driver import ScriptDriver
from hyperstep.runtime.runner.workplace import Workplace
from hyperstep.testing.launcher_bench import is_running, wait_until

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="small disks are mounted on Linux"),
    pytest.mark.usefixtures("own_hosts"),
]

KEY = AttemptKey("root", 0)
GATED = "import os, time\nopen('up', 'w').close()\nwhile not os.path.exists('go'): time.sleep(0.01)\n"
NEVER_S = 3600.0


class Owner:
    """Of one run after another of these, by a clock that the test sets."""

    def __init__(self, bench: Bench) -> None:
        self.now_s = 1000.0
        self._home = bench.home
        self._step = StepSpec("s", "s", bench.code(GATED))
        root = RunRecord("root", "root", RunKind.SCRIPT, "s", "local", "e", RunStatus.NOT_STARTED, 1.0)
        self._journal = bench.home.store.create([root], folder="f", spec={})
        self._epoch = self._journal.acquire(this_process()).epoch
        self.attempt = bench.home.attempt(root, 0)
        self.take_up()

    def take_up(self, faults: Mapping[AttemptKey, str] | None = None) -> None:
        """Go on from the record, as after a pause."""
        envelope = Envelope(sys.executable, 1, NEVER_S, max_silence_s=60.0, warm="off")
        self.context = RunnerContext(self._home, self._journal, self._epoch, envelope, lambda: self.now_s)
        self.launcher = LocalLauncher(lambda: None, control_folder() / "host.sock", idle_s=0.0)
        self.attempts = Attempts(self.context, self.launcher, faults)
        place = Workplace(self._step, {}, {})
        driver = ScriptDriver(self.context, self.attempts, place, "root", lambda _unit: None)
        self.context.do(driver.begin)

    def watch_limits(self) -> None:
        """As a runner does while the run pauses, until a limit of time is over."""
        self.attempts.keep_watch()
        self.now_s += NEVER_S
        self.attempts.keep_watch()

    def has_ended(self) -> bool:
        self.attempts.pump()
        return self.context.root.status.is_terminal

    def trial(self) -> int:
        claim = read_claim(self.attempt.claim_file)
        assert claim is not None
        return claim.pid

    def sees_trial(self) -> bool:
        self.attempts.keep_watch()
        return bool(self.launcher.pids())

    def hear_of_start(self) -> None:
        wait_until(lambda: self.attempts.pump() or self.launcher.pids(), "word of the trial's start")

    def let_trial_end(self) -> int:
        """Returns when its process has ended; the process id."""
        pid = self.trial()
        (self.attempt.work_folder / "go").touch()
        wait_until(lambda: not is_running(pid), "the end of the trial")
        return pid

    def host(self) -> int:
        pid = host_pid(self.launcher.control_path)
        assert pid is not None
        return pid

    def kill_host(self) -> None:
        host = self.host()
        os.kill(host, signal.SIGKILL)
        wait_until(lambda: not is_running(host), "the end of the host")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "4m") as disk:
        yield disk


@pytest.fixture
def owner(disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Owner]:
    monkeypatch.setenv("HYPERSTEP_HOME", str(disk / "home"))
    home = Home.open()
    owner = Owner(Bench(home, tmp_path))
    wait_until((owner.attempt.work_folder / "up").exists, "the start of the trial")
    yield owner
    (owner.attempt.work_folder / "go").touch()
    owner.attempts.close()
    home.close()


def test_one_that_ended_well_on_a_full_disk_broke_no_limit(owner: Owner, disk: Path) -> None:
    owner.hear_of_start()
    owner.kill_host()
    ballast = fill(disk)
    pid = owner.let_trial_end()
    wait_until(lambda: (state := look_up(pid)) is not None and is_keeper(state.parent), "the keeper's child")
    wait_until(lambda: owner.launcher._watched[KEY].link is None, "word that the host has gone")
    owner.watch_limits()
    assert owner.attempts.put_aside() == {}
    ballast.unlink()
    owner.take_up()
    wait_until(owner.has_ended, "the end of the run")
    assert owner.context.root.status is RunStatus.COMPLETED


def test_one_that_ended_while_its_host_stood_still_broke_no_limit(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_STUCK_S", NEVER_S)
    owner.hear_of_start()
    host = owner.host()
    os.kill(host, signal.SIGSTOP)
    owner.let_trial_end()
    owner.watch_limits()
    living = owner.launcher.pids()
    os.kill(host, signal.SIGCONT)
    assert living == {}  # nor would a runner that ends all it has wait for it
    wait_until(owner.has_ended, "the end of the run")
    assert owner.context.root.status is RunStatus.COMPLETED


@pytest.mark.parametrize("killed", [False, True])
def test_a_limit_holds_for_one_whose_launch_was_answered_during_the_pause(owner: Owner, killed: bool) -> None:
    """It is the runner's alone to hold when the host dies."""
    if killed:
        owner.kill_host()
    wait_until(owner.sees_trial, "word of the trial's start")
    pid = owner.trial()
    owner.watch_limits()
    wait_until(lambda: not is_running(pid), "the end of the trial")
    owner.take_up(owner.attempts.put_aside())
    wait_until(owner.has_ended, "the end of the run")
    assert owner.context.root.status is RunStatus.FAILED
    assert "max_silence_s = 60" in str(owner.context.root.error)
