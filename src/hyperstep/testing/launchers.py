"""What every launcher must keep true, as pytest classes to inherit.

``LauncherContract`` is for all launchers, fakes included; ``ProcessLauncherContract`` adds what only real processes can
show. Usage::

    class TestMyLauncher(ProcessLauncherContract):
        def make_launcher(self, notify: Callable[[], None]) -> Launcher:
            return MyLauncher(notify)
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import psutil
import pytest

from hyperstep.errors import ConflictError, LaunchError
from hyperstep.launchers.base import Launcher
from hyperstep.records.attempt import Attempt, AttemptKey, WarmStart
from hyperstep.testing.behaviour import Behaviour
from hyperstep.testing.launcher_bench import HANGS, PATIENCE_S, Bench, OtherOwner, is_running, wait_until, write_claim


class LauncherContract(ABC):
    """Inherit, and say how the launcher is made. Launchers made in one test share the machine."""

    @abstractmethod
    def make_launcher(self, notify: Callable[[], None]) -> Launcher:
        """The launcher under test."""

    warm: ClassVar[WarmStart | None] = None
    """How the attempts may be started warm."""

    @pytest.fixture
    def bench(self, tmp_path: Path) -> Iterator[Bench]:
        """A launcher with attempts to give it; all is ended afterwards."""
        bench = Bench(tmp_path / "attempts", self.make_launcher, self.warm)
        yield bench
        bench.clear()

    @pytest.mark.parametrize("code", [0, 3])
    def test_the_exit_code_is_reported(self, bench: Bench, code: int) -> None:
        attempt = bench.launch(Behaviour(exit_code=code))
        (end,) = bench.ends()
        assert (end.key, end.exit_code, end.signal, end.lost) == (attempt.key, code, None, False)
        assert end.succeeded == (code == 0)
        assert end.ended_at is not None

    def test_an_end_by_a_signal_is_reported_with_the_signal(self, bench: Bench) -> None:
        bench.launch(Behaviour(signal=signal.SIGUSR1))
        (end,) = bench.ends()
        assert (end.exit_code, end.signal, end.lost) == (None, signal.SIGUSR1, False)

    def test_the_exit_file_is_there_before_the_end_is_reported(self, bench: Bench) -> None:
        attempt = bench.run(Behaviour(exit_code=4))
        marker = json.loads(attempt.exit_file.read_text())
        assert (marker["exit_code"], marker["signal"]) == (4, None)
        assert isinstance(marker["ended_at"], float)

    def test_output_and_errors_are_in_the_log_in_order(self, bench: Bench) -> None:
        output = tuple(("err" if number % 2 else "out", f"line {number}\n") for number in range(20))
        attempt = bench.run(Behaviour(output=output))
        assert attempt.log_file.read_text() == "".join(text for _, text in output)

    def test_files_are_written_into_the_work_folder(self, bench: Bench) -> None:
        attempt = bench.run(Behaviour(files={"model.txt": "a model"}, records=("first", "second")))
        assert (attempt.work_folder / "model.txt").read_text() == "a model"
        assert attempt.records_file.read_text() == "first\nsecond\n"

    def test_a_claimed_attempt_is_not_launched_again(self, bench: Bench) -> None:
        attempt = bench.launch(HANGS)
        with pytest.raises(ConflictError):
            bench.launcher.launch(attempt)
        with pytest.raises(ConflictError):
            bench.another().launch(attempt)
        assert list(bench.launcher.pids()) == [attempt.key]

    def test_an_ended_attempt_is_not_launched_again(self, bench: Bench) -> None:
        attempt = bench.run(Behaviour())
        with pytest.raises(ConflictError):
            bench.launcher.launch(attempt)
        assert not bench.launcher.poll()

    def test_an_attempt_that_cannot_start_is_over(self, bench: Bench) -> None:
        attempt = bench.attempt(Behaviour(startable=False))
        with pytest.raises(LaunchError):
            bench.launcher.launch(attempt)
        assert not bench.launcher.pids()
        assert not bench.launcher.poll()
        with pytest.raises(ConflictError):
            bench.launcher.launch(attempt)

    def test_an_attempt_that_could_not_start_is_told_by_its_exit_file(self, bench: Bench) -> None:
        attempt = bench.attempt(Behaviour(startable=False))
        with pytest.raises(LaunchError):
            bench.launcher.launch(attempt)
        bench.launcher.adopt(attempt)
        (end,) = bench.ends()
        assert end.exit_code == 127

    def test_many_launches_are_begun_before_the_outcome_of_any_is_asked_for(self, bench: Bench) -> None:
        attempts = [bench.attempt(HANGS) for _ in range(16)]
        launches = [bench.launcher.begin_launch(attempt) for attempt in attempts]
        for launch in launches:
            launch.outcome()
        assert set(bench.launcher.pids()) == {attempt.key for attempt in attempts}

    def test_an_end_is_not_reported_before_the_outcome_of_its_launch_is_known(self, bench: Bench) -> None:
        attempts = [bench.attempt(Behaviour(exit_code=code)) for code in range(16)]
        launches = {attempt.key: bench.launcher.begin_launch(attempt) for attempt in attempts}
        waiting = set(launches)
        while waiting:
            ended = {end.key for end in bench.ends()}
            assert all(launches[key].is_known for key in ended)
            waiting -= ended
        assert all(launch.outcome() for launch in launches.values())
        assert not bench.launcher.pids()

    def test_an_attempt_is_stopped_though_the_outcome_of_its_launch_was_not_asked_for(self, bench: Bench) -> None:
        attempt = bench.attempt(HANGS)
        bench.launcher.begin_launch(attempt)
        bench.launcher.stop(attempt.key, PATIENCE_S)
        (end,) = bench.ends()
        assert (end.key, end.signal) == (attempt.key, signal.SIGTERM)

    def test_of_a_launch_that_fails_the_outcome_says_why_and_is_told_of(self, bench: Bench) -> None:
        attempt = bench.attempt(Behaviour(startable=False))
        launch = bench.launcher.begin_launch(attempt)
        wait_until(lambda: launch.is_known, "the outcome")
        with pytest.raises(LaunchError):
            launch.outcome()
        assert not bench.launcher.poll()
        assert not bench.launcher.pids()

    def test_stop_ends_a_polite_process_by_sigterm(self, bench: Bench) -> None:
        attempt = bench.launch(HANGS)
        bench.launcher.stop(attempt.key, PATIENCE_S)
        (end,) = bench.ends()
        assert (end.key, end.exit_code, end.signal) == (attempt.key, None, signal.SIGTERM)

    def test_stopping_what_is_unknown_or_has_ended_does_nothing(self, bench: Bench) -> None:
        attempt = bench.run(Behaviour())
        bench.launcher.stop(attempt.key, 0.0)
        bench.launcher.stop(AttemptKey("nobody", 7), 0.0)
        assert not bench.launcher.poll()

    def test_live_attempts_are_listed_until_they_end(self, bench: Bench) -> None:
        attempts = [bench.launch(HANGS) for _ in range(3)]
        assert set(bench.launcher.pids()) == {attempt.key for attempt in attempts}
        assert len(set(bench.launcher.pids().values())) == len(attempts)
        bench.launcher.stop(attempts[1].key, 0.0)
        bench.ends()
        assert set(bench.launcher.pids()) == {attempts[0].key, attempts[2].key}

    def test_fifty_attempts_at_once_are_each_reported_once(self, bench: Bench) -> None:
        attempts = [bench.launch(Behaviour(exit_code=number % 3)) for number in range(50)]
        ends = {end.key: end.exit_code for end in bench.ends(50)}
        assert ends == {attempt.key: attempt.key.number % 3 for attempt in attempts}
        assert not bench.launcher.poll()
        assert not bench.launcher.pids()

    def test_notify_is_called_when_an_attempt_ends(self, bench: Bench) -> None:
        notified = threading.Event()
        launcher = self.make_launcher(notified.set)
        launcher.launch(bench.attempt(Behaviour()))
        assert notified.wait(PATIENCE_S)
        assert len(launcher.poll()) == 1
        launcher.close()

    def test_close_ends_no_attempt(self, bench: Bench) -> None:
        attempt = bench.launch(HANGS)
        successor = bench.another()
        bench.launcher.close()
        assert not bench.launcher.pids()
        successor.adopt(attempt)
        assert list(successor.pids()) == [attempt.key]
        successor.stop(attempt.key, PATIENCE_S)
        (end,) = bench.ends(launcher=successor)
        assert end.key == attempt.key

    def test_a_closed_launcher_leaves_an_attempt_as_it_was(self, bench: Bench) -> None:
        attempt = bench.attempt(Behaviour(exit_code=6))
        closed = bench.another()
        closed.close()
        with pytest.raises(LaunchError):
            closed.launch(attempt)
        with pytest.raises(LaunchError):
            closed.adopt(attempt)
        bench.launcher.launch(attempt)
        assert bench.ends()[0].exit_code == 6

    def test_an_ended_attempt_is_adopted_from_its_exit_file(self, bench: Bench) -> None:
        attempt = bench.run(Behaviour(exit_code=5))
        successor = bench.another()
        successor.adopt(attempt)
        (end,) = bench.ends(launcher=successor)
        assert (end.key, end.exit_code) == (attempt.key, 5)

    def test_an_attempt_adopted_twice_is_reported_once(self, bench: Bench) -> None:
        attempt = bench.launch(HANGS)
        successor = bench.another()
        for _ in range(3):
            successor.adopt(attempt)
        successor.stop(attempt.key, PATIENCE_S)
        assert len(bench.ends(launcher=successor)) == 1
        assert len(bench.ends(launcher=bench.launcher)) == 1
        assert not successor.poll()

    def test_an_attempt_whose_process_is_gone_is_lost(self, bench: Bench) -> None:
        attempt = bench.attempt(Behaviour())
        write_claim(attempt, pid=(1 << 22) + 7)
        bench.launcher.adopt(attempt)
        (end,) = bench.ends()
        assert (end.key, end.lost, end.exit_code, end.signal) == (attempt.key, True, None, None)

    def test_an_attempt_whose_claim_is_empty_is_lost(self, bench: Bench) -> None:
        attempt = bench.attempt(Behaviour())
        attempt.claim_file.touch()
        bench.launcher.adopt(attempt)
        (end,) = bench.ends()
        assert end.lost

    def test_an_attempt_that_was_never_claimed_is_lost_and_cannot_start_any_more(self, bench: Bench) -> None:
        attempt = bench.attempt(Behaviour())
        successor = bench.another()
        successor.adopt(attempt)
        (end,) = bench.ends(launcher=successor)
        assert end.lost
        with pytest.raises(ConflictError):
            bench.launcher.launch(attempt)


class ProcessLauncherContract(LauncherContract):
    """For launchers that start real processes."""

    exits_outlive_owner: ClassVar[bool]
    """Whether the exit code of a process is known though the launcher's own process was killed meanwhile."""

    @abstractmethod
    def expression(self) -> str:
        """A Python expression that makes the launcher in another process, of ``notify``, with full module names."""

    @pytest.fixture
    def other_owner(self, bench: Bench) -> Iterator[OtherOwner]:
        """Another process that owns a launcher."""
        owner = OtherOwner(type(bench.launcher), self.expression())
        yield owner
        owner.kill()

    def test_the_environment_is_exactly_as_given(self, bench: Bench) -> None:
        env = {"GREETING": "grüße = \n", "EMPTY": "", "PYTHONCOERCECLOCALE": "0"}
        assert bench.report(bench.run(Behaviour(), env))["env"] == env

    def test_a_process_starts_in_its_work_folder_as_leader_of_its_own_group(self, bench: Bench) -> None:
        attempt = bench.launch(HANGS)
        report = bench.report(attempt)
        assert Path(report["cwd"]) == attempt.work_folder.resolve()
        assert report["pid"] == report["group"] == report["session"] == bench.launcher.pids()[attempt.key]

    def test_a_process_has_an_empty_input_and_no_descriptors_of_others(self, bench: Bench) -> None:
        report = bench.report(bench.run(Behaviour()))
        assert report["stdin"] == ""
        assert report["descriptors"] == [0, 1, 2]

    def test_a_process_starts_with_ordinary_signals(self, bench: Bench) -> None:
        report = bench.report(bench.run(Behaviour()))
        assert report["interruptible"]
        assert report["blocked"] == []

    def test_a_missing_work_folder_is_a_launch_error(self, bench: Bench) -> None:
        attempt = bench.attempt(Behaviour())
        attempt.work_folder.rmdir()
        with pytest.raises(LaunchError):
            bench.launcher.launch(attempt)

    def test_a_program_that_cannot_be_executed_is_a_launch_error(self, bench: Bench) -> None:
        attempt = bench.attempt(Behaviour())
        refused = Attempt(attempt.key, attempt.folder, (str(attempt.folder), "x"), attempt.env)
        with pytest.raises(LaunchError):
            bench.launcher.launch(refused)
        assert json.loads(attempt.exit_file.read_text())["exit_code"] == 126
        assert "could not be started" in attempt.log_file.read_text()

    def test_a_large_log_is_complete(self, bench: Bench) -> None:
        attempt = bench.attempt(Behaviour())
        program = "import sys\nfor n in range(20): sys.stdout.write(('%02d' % n) * (1 << 19))"
        bench.launcher.launch(Attempt(attempt.key, attempt.folder, (sys.executable, "-S", "-c", program), attempt.env))
        assert bench.ends()[0].succeeded
        assert attempt.log_file.stat().st_size == 20 << 20

    def test_stop_kills_a_process_that_ignores_sigterm_and_its_children(self, bench: Bench) -> None:
        attempt = bench.launch(Behaviour(hangs=True, ignores_terminate=True, children=3))
        children = bench.report(attempt)["children"]
        assert all(is_running(pid) for pid in children)
        bench.launcher.stop(attempt.key, 0.1)
        (end,) = bench.ends()
        assert end.signal == signal.SIGKILL
        wait_until(lambda: not any(map(is_running, children)), "the end of all children")

    def test_children_that_a_process_leaves_behind_are_ended(self, bench: Bench) -> None:
        attempt = bench.launch(Behaviour(ignores_terminate=True, children=2, exit_code=3))
        (end,) = bench.ends()
        assert end.exit_code == 3
        children = bench.report(attempt)["children"]
        wait_until(lambda: not any(map(is_running, children)), "the end of all children")

    def test_two_hundred_attempts_leave_no_descriptor_and_no_zombie(self, bench: Bench) -> None:
        if not Path("/proc/self/fd").exists():
            pytest.skip("descriptors cannot be counted here")
        bench.run(Behaviour())
        before = self.descriptors(bench)
        for _ in range(10):
            for _ in range(20):
                bench.launch(Behaviour())
            bench.ends(20)
        wait_until(lambda: self.descriptors(bench) <= before, "as few descriptors as before")
        wait_until(lambda: not self.zombies(bench), "the end of all zombies")

    def descriptors(self, _bench: Bench) -> int:
        """How many descriptors are open in the processes that launch."""
        return sum(1 for _ in Path("/proc/self/fd").iterdir())

    def zombies(self, _bench: Bench) -> list[int]:
        """Children of the processes that launch which have ended and were not asked how."""
        children = psutil.Process().children()
        return [child.pid for child in children if child.status() == psutil.STATUS_ZOMBIE]

    def test_a_reused_process_id_is_not_taken_for_the_attempt(self, bench: Bench) -> None:
        attempt = bench.attempt(Behaviour())
        live = bench.launch(HANGS)
        claim = json.loads(live.claim_file.read_text())
        attempt.claim_file.write_text(json.dumps(claim | {"started_at": claim["started_at"] - 1}))
        successor = bench.another()
        successor.adopt(attempt)
        (end,) = bench.ends(launcher=successor)
        assert end.lost
        successor.stop(attempt.key, 0.0)
        assert is_running(claim["pid"])

    def test_a_live_attempt_is_adopted_after_its_owner_was_killed(self, bench: Bench, other_owner: OtherOwner) -> None:
        attempt = bench.attempt(HANGS)
        other_owner.launch(attempt)
        other_owner.kill()
        pid = bench.report(attempt)["pid"]
        assert is_running(pid)
        bench.launcher.adopt(attempt)
        assert bench.launcher.pids() == {attempt.key: pid}
        os.kill(pid, signal.SIGUSR2)
        (end,) = bench.ends()
        assert (end.signal, end.lost) == ((signal.SIGUSR2, False) if self.exits_outlive_owner else (None, True))

    def test_an_adopted_attempt_is_stopped_with_its_children(self, bench: Bench, other_owner: OtherOwner) -> None:
        attempt = bench.attempt(Behaviour(hangs=True, ignores_terminate=True, children=2))
        other_owner.launch(attempt)
        other_owner.kill()
        report = bench.report(attempt)
        bench.launcher.adopt(attempt)
        bench.launcher.stop(attempt.key, 0.1)
        assert bench.ends()[0].key == attempt.key
        wait_until(lambda: not any(map(is_running, [report["pid"], *report["children"]])), "the end of all")

    def test_an_attempt_that_ended_without_an_owner_is_adopted(self, bench: Bench, other_owner: OtherOwner) -> None:
        attempt = bench.attempt(HANGS)
        other_owner.launch(attempt)
        other_owner.kill()
        pid = bench.report(attempt)["pid"]
        os.kill(pid, signal.SIGUSR2)
        wait_until(lambda: not is_running(pid), "the end of the process")
        bench.launcher.adopt(attempt)
        (end,) = bench.ends()
        assert (end.signal, end.lost) == ((signal.SIGUSR2, False) if self.exits_outlive_owner else (None, True))

    def test_what_a_lost_attempt_left_running_is_ended(self, bench: Bench) -> None:
        attempt = bench.attempt(Behaviour())
        stray = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], cwd=attempt.work_folder)
        try:
            attempt.claim_file.touch()
            wait_until(lambda: psutil.Process(stray.pid).cwd() == str(attempt.work_folder.resolve()), "its start")
            bench.launcher.adopt(attempt)
            assert bench.ends()[0].lost
            assert stray.wait(PATIENCE_S) == -signal.SIGKILL
        finally:
            stray.kill()
            stray.wait()
