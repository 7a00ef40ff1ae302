"""Attempts that nobody saw the end of: what they left running is ended, however their end became known."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hyperstep.errors import means_busy_machine
from hyperstep.launchers import watch
from hyperstep.launchers.local import LocalLauncher
from hyperstep.launchers.marker import (
    Claim,
    ExitMarker,
    VoidClaimError,
    create_claim,
    fill_claim,
    read_claim,
    read_exit,
    void_claim,
    write_exit,
)
from hyperstep.launchers.strays import kill_strays
from hyperstep.launchers.watch import ProcessWatch, end_from, marker_of
from hyperstep.records.attempt import Attempt, AttemptEnd, AttemptKey
from hyperstep.testing.launcher_bench import wait_until

SLEEPS = "import time; time.sleep(600)"
ENDED = ExitMarker(0, None, 1.0)


@pytest.fixture
def attempt(tmp_path: Path) -> Attempt:
    folder = tmp_path / "attempt"
    (folder / "work").mkdir(parents=True)
    return Attempt(AttemptKey("run", 0), folder, ("python",), {})


@pytest.fixture
def ends() -> list[AttemptEnd]:
    return []


def _left_behind(attempt: Attempt) -> subprocess.Popen[bytes]:
    """What a trial started in a session of its own."""
    return subprocess.Popen([sys.executable, "-S", "-c", SLEEPS], cwd=attempt.work_folder, start_new_session=True)


def _leader_is_gone(attempt: Attempt) -> None:
    """The claim of a process that has ended."""
    claim = create_claim(attempt.claim_file)
    with subprocess.Popen([sys.executable, "-S", "-c", ""]) as leader:
        fill_claim(claim, leader.pid, parent=os.getpid())
    os.close(claim)


def _watched(attempt: Attempt, ends: list[AttemptEnd]) -> AttemptEnd:
    watch = ProcessWatch(ends.append)
    watch.add(attempt)
    while not ends:
        time.sleep(0.01)
    watch.close()
    return ends[0]


def test_what_an_attempt_left_is_ended_though_somebody_else_wrote_its_end(
    attempt: Attempt, ends: list[AttemptEnd]
) -> None:
    _leader_is_gone(attempt)
    write_exit(attempt.exit_file, ENDED)
    left = _left_behind(attempt)
    assert _watched(attempt, ends).exit_code == 0
    assert left.wait() == -9


def test_what_an_attempt_left_is_ended_when_it_is_adopted_after_its_end(attempt: Attempt) -> None:
    _leader_is_gone(attempt)
    write_exit(attempt.exit_file, ENDED)
    left = _left_behind(attempt)
    launcher = LocalLauncher(lambda: None, attempt.folder / "host.sock")
    launcher.adopt(attempt)
    assert [end.exit_code for end in launcher.poll()] == [0]
    launcher.close()
    assert left.wait() == -9


def test_one_that_nobody_has_claimed_is_claimed_before_it_is_called_lost(
    attempt: Attempt, ends: list[AttemptEnd]
) -> None:
    assert _watched(attempt, ends).lost
    with pytest.raises(FileExistsError):
        create_claim(attempt.claim_file)


def test_a_process_that_its_claim_does_not_name_yet_is_found_before_it_is_called_lost(
    attempt: Attempt, ends: list[AttemptEnd]
) -> None:
    os.close(create_claim(attempt.claim_file))
    late = f"import os, time; time.sleep(0.3); os.chdir({str(attempt.work_folder)!r}); {SLEEPS}"
    starting = subprocess.Popen([sys.executable, "-S", "-c", late], start_new_session=True)
    assert _watched(attempt, ends).lost
    assert starting.wait() == -9


def test_a_launch_that_goes_on_after_its_attempt_was_called_lost_comes_to_nothing(
    attempt: Attempt, ends: list[AttemptEnd]
) -> None:
    claim = create_claim(attempt.claim_file)  # and who made it stands still
    assert _watched(attempt, ends).lost
    with pytest.raises(VoidClaimError):
        fill_claim(claim, os.getpid(), parent=os.getpid())
    os.close(claim)


def test_an_attempt_whose_claim_is_filled_at_the_last_moment_is_watched_on(
    attempt: Attempt, ends: list[AttemptEnd], monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = create_claim(attempt.claim_file)
    with subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(0.2)"]) as late:
        waiting = threading.Thread(target=late.wait)

        def filled_just_before(file: Path) -> Claim | None:
            fill_claim(claim, late.pid, parent=os.getpid())
            write_exit(attempt.exit_file, ENDED)
            waiting.start()  # somebody takes its end
            return void_claim(file)

        monkeypatch.setattr("hyperstep.launchers.watch.void_claim", filled_just_before)
        assert _watched(attempt, ends).exit_code == 0
        waiting.join()
    os.close(claim)


@pytest.fixture
def late() -> Iterator[subprocess.Popen[bytes]]:
    """A process that a host starts, and names in its claim later than others think."""
    with subprocess.Popen([sys.executable, "-S", "-c", SLEEPS], start_new_session=True) as process:
        yield process
        process.kill()


def _adopted(attempt: Attempt) -> tuple[LocalLauncher, int]:
    """By a launcher that finds a claim without a name; the claim."""
    claim = create_claim(attempt.claim_file)
    launcher = LocalLauncher(lambda: None, attempt.folder / "host.sock")
    launcher.adopt(attempt)
    return launcher, claim


def test_what_was_told_to_end_before_anybody_said_who_it_is_ends(
    attempt: Attempt, late: subprocess.Popen[bytes]
) -> None:
    launcher, claim = _adopted(attempt)
    launcher.stop(attempt.key, 3600.0)
    fill_claim(claim, late.pid, parent=1)
    wait_until(lambda: late.poll() == -signal.SIGTERM, "its end")
    wait_until(launcher.poll, "word of it")
    launcher.close()
    os.close(claim)


def test_who_was_named_late_is_listed(attempt: Attempt, late: subprocess.Popen[bytes]) -> None:
    launcher, claim = _adopted(attempt)
    assert launcher.pids() == {}
    fill_claim(claim, late.pid, parent=1)
    wait_until(lambda: launcher.pids() == {attempt.key: late.pid}, "its process id")
    launcher.close()
    assert launcher.pids() == {}
    os.close(claim)


class _Looks:
    """How often the watch has looked for an exit file, which it does of what seems to have ended."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, file: Path) -> ExitMarker | None:
        self.count += 1
        return read_exit(file)


@contextmanager
def _no_open_file_left() -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> _Looks:
    found = _Looks()
    monkeypatch.setattr(watch, "read_exit", found)
    return found


@contextmanager
def _watched_without_open_files(attempt: Attempt, ends: list[AttemptEnd], looks: _Looks) -> Iterator[None]:
    """Watch it while no file can be opened, which tells no end, and then on until its end."""
    processes = ProcessWatch(ends.append)
    with _no_open_file_left():
        processes.add(attempt)
        wait_until(lambda: looks.count > 3, "some looks")
        assert ends == []
    wait_until(lambda: ends, "its end")
    yield
    processes.close()


def test_a_launch_is_not_called_lost_before_its_claim_could_be_made_void(
    attempt: Attempt, ends: list[AttemptEnd], looks: _Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_HALF_STARTED_S", 0.0)
    claim = create_claim(attempt.claim_file)
    with _watched_without_open_files(attempt, ends, looks), pytest.raises(VoidClaimError):
        fill_claim(claim, os.getpid(), parent=os.getpid())
    os.close(claim)


def test_a_known_end_is_not_called_lost_while_no_file_can_be_opened(
    attempt: Attempt, ends: list[AttemptEnd], looks: _Looks
) -> None:
    _leader_is_gone(attempt)
    write_exit(attempt.exit_file, ENDED)
    with _watched_without_open_files(attempt, ends, looks):
        assert ends == [end_from(attempt.key, ENDED)]


def test_an_end_is_told_though_no_file_could_be_opened_to_look_for_what_is_left(
    attempt: Attempt, ends: list[AttemptEnd], monkeypatch: pytest.MonkeyPatch
) -> None:
    _leader_is_gone(attempt)
    limited, tried = _no_open_file_left(), threading.Event()

    def look_for_what_is_left(one: Attempt) -> None:
        if not tried.is_set():
            tried.set()
            with limited:
                kill_strays(one)

    monkeypatch.setattr(watch, "kill_strays", look_for_what_is_left)
    assert _watched(attempt, ends).lost
    assert tried.is_set()


def test_attempts_are_watched_as_soon_as_there_is_a_thread(
    attempt: Attempt, ends: list[AttemptEnd], monkeypatch: pytest.MonkeyPatch
) -> None:
    _leader_is_gone(attempt)
    processes = ProcessWatch(ends.append)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", _refuse)
        processes.add(attempt)
        with pytest.raises(RuntimeError) as refused:
            processes.keep_on()
    assert means_busy_machine(refused.value)
    processes.keep_on()
    wait_until(lambda: ends, "its end")
    processes.close()


def _refuse(_thread: threading.Thread) -> None:
    message = "can't start new thread"
    raise RuntimeError(message)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no file is opened to look at a process")
def test_a_process_that_cannot_be_looked_at_is_not_taken_for_gone(
    attempt: Attempt, late: subprocess.Popen[bytes]
) -> None:
    descriptor = create_claim(attempt.claim_file)
    fill_claim(descriptor, late.pid, parent=os.getpid())
    os.close(descriptor)
    claim = read_claim(attempt.claim_file)
    assert claim is not None
    with _no_open_file_left():
        assert claim.is_alive()
        late.kill()
        late.wait()
        assert not claim.is_alive()


@pytest.mark.parametrize("starved", [None, False, True])
@pytest.mark.parametrize("timed_out", [False, True])
@pytest.mark.parametrize(("exit_code", "signal"), [(0, None), (3, None), (None, 15)])
def test_the_marker_of_an_end_tells_all_of_it(
    exit_code: int | None, signal: int | None, timed_out: bool, starved: bool | None, tmp_path: Path
) -> None:
    end = AttemptEnd(AttemptKey("trial", 0), exit_code, signal, False, 7.5, starved, timed_out)
    write_exit(tmp_path / "exit.json", marker_of(end))
    assert end_from(end.key, read_exit(tmp_path / "exit.json")) == end
