"""Starting a process as an attempt needs it, ending its process group, and learning how it ended.

Shared by the trial host and the inline launcher. On Windows (untested) a group is a console process group, and a
process that does not end by Ctrl+Break is terminated alone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from hyperstep.errors import BusyMachineError, LaunchError, means_busy_machine, means_no_room
from hyperstep.launchers.marker import ExitMarker, VoidClaimError, create_claim, write_exit

EXIT_NOT_FOUND = 127
"""Exit code of an attempt whose program is missing, as shells have it."""
EXIT_NOT_STARTED = 126
"""Exit code of an attempt that could not be started for another reason, as shells have it."""

_CREATION_FLAGS: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
"""Zero but on Windows."""


class AttemptFiles(NamedTuple):
    """Where an attempt's process works and what is written about it."""

    work_folder: str
    log_file: str
    claim_file: str
    exit_file: str


@contextlib.contextmanager
def claimed(files: AttemptFiles) -> Iterator[int]:
    """Claim the attempt, and start its process meanwhile; gives the descriptor of the claim, for ``fill_claim``.

    When the process cannot be started, the attempt is over: its exit file says 127 or 126 and its log says why. Not for
    want of room on the disk or on the machine: then it is as if nobody had tried, whoever may die next.

    Raises:
        FileExistsError: The attempt was claimed before: nothing was done. Or it was given up meanwhile: it is over.
        OSError, ValueError: As raised inside: the process could not be started.
    """
    claim = create_claim(files.claim_file)
    try:
        yield claim
    except VoidClaimError:
        raise
    except (OSError, ValueError) as error:
        if means_no_room(error) or means_busy_machine(error):
            Path(files.claim_file).unlink(missing_ok=True)
        else:
            _record_not_started(files, error)
        raise
    finally:
        os.close(claim)


def not_started(argv: Sequence[str], message: str, *, busy: bool) -> LaunchError:
    """The error for a process that could not be started.

    Args:
        argv: Its program and arguments.
        message: What the system said.
        busy: That passes.
    """
    rule = f"The process of an attempt must be able to start, but: {message}."
    if busy:
        remedy = "End other processes, or raise the limit (ulimit -u, ulimit -n); trying again may do."
        return BusyMachineError(rule, received=argv, remedy=remedy)
    return LaunchError(rule, received=argv, remedy="Check the program and the folder it names.")


def start_process(files: AttemptFiles, argv: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start an attempt's process, as the leader of a session of its own.

    Raises:
        OSError, ValueError: It cannot be started.
    """
    log = os.open(files.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        return subprocess.Popen(
            argv,
            env=dict(env),
            cwd=files.work_folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            creationflags=_CREATION_FLAGS,
        )
    finally:
        os.close(log)


def terminate_group(leader: int) -> None:
    """Ask the process group of ``leader`` to end."""
    if sys.platform == "win32":
        _send(os.kill, leader, signal.CTRL_BREAK_EVENT)
    else:
        _send(os.killpg, leader, signal.SIGTERM)


def kill_group(leader: int) -> None:
    """End the process group of ``leader`` at once."""
    if sys.platform == "win32":
        _send(os.kill, leader, signal.SIGTERM)
    else:
        _send(os.killpg, leader, signal.SIGKILL)


def kill_process(pid: int) -> None:
    """End one process at once."""
    _send(os.kill, pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)


def marker_from(return_code: int) -> ExitMarker:
    """How a process ended, from subprocess's return code (the negative signal number when a signal ended it)."""
    ended_at = time.time()
    return ExitMarker(None, -return_code, ended_at) if return_code < 0 else ExitMarker(return_code, None, ended_at)


def marker_from_waitid(ended: os.waitid_result) -> ExitMarker:
    """How a process ended, from what waitid tells."""
    if ended.si_code == os.CLD_EXITED:
        return ExitMarker(ended.si_status, None, time.time())
    return ExitMarker(None, ended.si_status, time.time())


def wait_unreaped(process: subprocess.Popen[bytes]) -> ExitMarker:
    """Wait until a child has ended. Its process id stays taken until ``process.wait`` (where the system has waitid)."""
    if hasattr(os, "waitid"):
        ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        if ended is not None:
            return marker_from_waitid(ended)
    return marker_from(process.wait())


def _record_not_started(files: AttemptFiles, error: Exception) -> None:
    """Best effort: the caller raises the error anyway."""
    code = EXIT_NOT_FOUND if isinstance(error, FileNotFoundError) else EXIT_NOT_STARTED
    with contextlib.suppress(OSError):
        with Path(files.log_file).open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"The process could not be started: {error}\n")
        write_exit(files.exit_file, marker_from(code))


def _send(call: Callable[[int, int], None], target: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # it has ended, or only its zombie is left (macOS)
        call(target, number)
