"""The inline launcher: attempts as children of our own process. The portable path, where no trial host can run.

Exits of attempts that outlive this process are not known to anybody: whoever adopts them reports them as lost.

On Windows it is untested: an attempt is started in a console process group of its own, asked to end by Ctrl+Break, and
then terminated without its descendants.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Callable

from hyperstep.errors import ConflictError, LaunchError, means_busy_machine
from hyperstep.launchers.base import Launcher
from hyperstep.launchers.host.orphans import NOBODY, Trace, kill_orphans
from hyperstep.launchers.launch import Launch, SettledLaunch
from hyperstep.launchers.marker import ExitMarker, fill_claim, read_exit, write_exit
from hyperstep.launchers.out_of_memory import ended_for_memory, oom_kills
from hyperstep.launchers.process import (
    AttemptFiles,
    claimed,
    kill_group,
    kill_process,
    not_started,
    start_process,
    terminate_group,
    wait_unreaped,
)
from hyperstep.launchers.process_table import descendants_of
from hyperstep.launchers.watch import ProcessWatch, end_from
from hyperstep.records.attempt import Attempt, AttemptEnd, AttemptKey, Launched

_NO_HOST = "warm starts need a trial host, and none runs here"


class _Child:
    """One process of ours. Its id is not let go while ``stop`` may use it."""

    def __init__(self, attempt: Attempt, process: subprocess.Popen[bytes]) -> None:
        self.attempt = attempt
        self.process = process
        self._lock = threading.Lock()
        self._oom_kills = oom_kills()
        self._asked = False
        self.trace = Trace(process.pid, str(attempt.work_folder), attempt.env)
        self._ended = False
        self._kill_timer: threading.Timer | None = None

    def wait(self, end_orphans: Callable[[], None]) -> ExitMarker:
        """Wait for the end, kill what is left of the group, and what left it, write the exit file."""
        marker = wait_unreaped(self.process)
        starved = False if self._asked else ended_for_memory(self._oom_kills, marker.signal)
        marker = marker._replace(out_of_memory=starved)
        with self._lock:
            self._ended = True
            if self._kill_timer is not None:
                self._kill_timer.cancel()
        kill_group(self.process.pid)
        end_orphans()
        with contextlib.suppress(OSError):  # a full disk, a removed folder: our owner is told all the same
            write_exit(self.attempt.exit_file, marker)
        self.process.wait()
        return marker

    def stop(self, grace_s: float) -> None:
        """Ask the group to end, and kill it after ``grace_s``."""
        with self._lock:
            if self._ended:
                return
            self._asked = True
            terminate_group(self.process.pid)
            if self._kill_timer is not None:
                self._kill_timer.cancel()
            self._kill_timer = threading.Timer(grace_s, self._kill)
            self._kill_timer.daemon = True
            self._kill_timer.start()

    def _kill(self) -> None:
        with self._lock:
            if not self._ended:
                strangers = descendants_of(self.process.pid)  # of which some may have a group of their own
                kill_group(self.process.pid)
                for pid in strangers:
                    kill_process(pid)


class InlineLauncher(Launcher):
    """Starts attempts itself, with one waiting thread for each."""

    def __init__(self, notify: Callable[[], None]) -> None:
        super().__init__(notify)
        self._lock = threading.Lock()
        self._children: dict[AttemptKey, _Child] = {}
        self._adopted: set[AttemptKey] = set()
        self._ends: list[AttemptEnd] = []
        self._processes = ProcessWatch(self._report)
        self._killed: set[int] = set()
        """Children that were killed as orphans, and not waited for yet."""
        self._closed = False

    def begin_launch(self, attempt: Attempt) -> Launch:
        """As in the base; its outcome is known at once."""
        return SettledLaunch.of(lambda: self._launch(attempt))

    def _launch(self, attempt: Attempt) -> Launched:
        self._check_open(attempt)
        try:
            with self._lock:  # until it is known whose it is, nobody may take it for an orphan
                child = _Child(attempt, _claim_and_start(attempt))
                self._children[attempt.key] = child
        except FileExistsError as error:
            rule = "An attempt runs at most once, and this one was claimed before."
            remedy = "Make an attempt with the next number."
            raise ConflictError(rule, received=attempt.key, remedy=remedy) from error
        except (OSError, ValueError, TypeError) as error:
            raise not_started(attempt.argv, str(error), busy=means_busy_machine(error)) from error
        threading.Thread(target=self._wait, args=(child,), name="hyperstep-attempt", daemon=True).start()
        return Launched(why_cold=_NO_HOST if attempt.warm else "")

    def adopt(self, attempt: Attempt) -> None:
        """As in the base. An attempt that was never claimed is claimed, and reported as lost."""
        self._check_open(attempt)
        with self._lock:
            if attempt.key in self._children or attempt.key in self._adopted:
                return
            self._adopted.add(attempt.key)
        marker = read_exit(attempt.exit_file)
        if marker is not None:
            self._report(end_from(attempt.key, marker))
            return
        self._processes.add(attempt)

    def stop(self, key: AttemptKey, grace_s: float) -> None:
        """As in the base."""
        with self._lock:
            child = self._children.get(key)
        if child is not None:
            child.stop(grace_s)
        self._processes.stop(key, grace_s)

    def poll(self) -> list[AttemptEnd]:
        """As in the base."""
        self._processes.keep_on()
        with self._lock:
            ends, self._ends = self._ends, []
        return ends

    def pids(self) -> dict[AttemptKey, int]:
        """As in the base."""
        with self._lock:
            own = {key: child.process.pid for key, child in self._children.items()}
            return own | self._processes.pids()

    def keep_guarded(self) -> None:
        """Nobody guards where there is no host."""

    def close(self) -> None:
        """As in the base. Exit files are written on as long as our process lives."""
        self._processes.close()
        with self._lock:
            self._closed = True
            self._children.clear()
            self._adopted.clear()

    def _check_open(self, attempt: Attempt) -> None:
        if self._closed:
            rule = "A closed launcher starts and adopts nothing."
            raise LaunchError(rule, received=attempt.key, remedy="Make another launcher.")

    def _wait(self, child: _Child) -> None:
        self._report(end_from(child.attempt.key, child.wait(lambda: self._end_orphans(child))))

    def _end_orphans(self, ended: _Child) -> None:
        """End what left the attempt's group, if the kernel gives orphans to us; see ``adopt_orphans``."""
        with self._lock:
            living = [child for child in self._children.values() if child is not ended]
            leaders = {child.process.pid for child in (ended, *living)}
            spared = leaders | self._killed
            self._killed |= kill_orphans(os.getpid(), spared, ended.trace, [NOBODY, *(child.trace for child in living)])
            self._killed = {pid for pid in self._killed if not _is_waited_for(pid)}

    def _report(self, end: AttemptEnd) -> None:
        with self._lock:
            if self._closed:
                return
            self._children.pop(end.key, None)
            self._adopted.discard(end.key)
            self._ends.append(end)
        self._notify()


def _is_waited_for(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _claim_and_start(attempt: Attempt) -> subprocess.Popen[bytes]:
    files = _files(attempt)
    with claimed(files) as claim:
        process = start_process(files, attempt.argv, attempt.env)
        try:
            fill_claim(claim, process.pid, parent=os.getpid())
        except OSError:
            kill_group(process.pid)
            process.wait()
            raise
    return process


def _files(attempt: Attempt) -> AttemptFiles:
    return AttemptFiles(
        work_folder=str(attempt.work_folder),
        log_file=str(attempt.log_file),
        claim_file=str(attempt.claim_file),
        exit_file=str(attempt.exit_file),
    )
