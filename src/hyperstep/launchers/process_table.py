"""What the system says about a process: its state, its parent, and when it started.

A process id alone names nobody for long: the system gives it out again. With the start time it names one process.
On Linux the start time counts from the machine's boot, so that a stepped wall clock does not move it; elsewhere it is
the time since the epoch that psutil gives. Loaded by the trial host, so psutil is imported only where it is needed.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

_ON_LINUX = sys.platform == "linux"
_TICKS_PER_S = os.sysconf("SC_CLK_TCK") if _ON_LINUX else 1
KEEPER_NAME = "hyperstep-keep"
_HOST_MODULE = b"hyperstep.launchers.host"
"""What the system calls the keeper of a trial host."""
_PROC_BYTES = 1 << 14
_AFTER_NAME_STATE, _AFTER_NAME_PARENT, _AFTER_NAME_SESSION, _AFTER_NAME_START = 0, 1, 3, 19


class ProcessState(NamedTuple):
    """One process as the system sees it now."""

    started_at: float
    """Seconds; only comparable with other values of this module, on the same boot."""
    parent: int
    session: int
    """Id of its session; 0 where the system does not tell."""
    zombie: bool
    """It has ended, and its parent has not yet asked how."""
    stopped: bool = False
    """It stands still until somebody lets it go on (SIGSTOP, a debugger)."""


def look_up(pid: int) -> ProcessState | None:
    """The process with that id; None when there is none."""
    return _from_proc(pid) if _ON_LINUX else _from_psutil(pid)


def is_known(pid: int) -> bool:
    """Whether the system knows a process with that id, which we may signal: asked without opening a file.

    For when there may be no open file left to look it up with; where looking opens none, no answer is no process.
    """
    if not _ON_LINUX:
        return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def is_stopped(pid: int) -> bool:
    """Whether a process is there and stands still."""
    state = look_up(pid)
    return state is not None and state.stopped


def has_ended(pid: int) -> bool:
    """Whether a process is there and has ended: its parent has not let it go yet."""
    state = look_up(pid)
    return state is not None and state.zombie


def boot_id() -> str:
    """Names this boot of the machine; empty where the system does not tell."""
    try:
        return _boot_id()
    except OSError:
        return ""


@cache
def _boot_id() -> str:
    """Asked once, but for the times when no file could be opened."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def children_of(pid: int) -> list[int]:
    """Process ids of the direct children; empty where the kernel does not list them (it does on Linux)."""
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - looked at for each attempt: no path objects
            found += map(int, kernel_file(f"/proc/{pid}/task/{task}/children").split())
    except OSError:
        return found
    return found


def descendants_of(pid: int) -> list[int]:
    """Children, their children, and so on; parents come before their children."""
    found = children_of(pid)
    for child in found:
        found += children_of(child)
    return found


def is_host(pid: int) -> bool:
    """Whether the process was started as a trial host; its keeper was, too."""
    try:
        return _HOST_MODULE in kernel_file(f"/proc/{pid}/cmdline").split(b"\0")
    except OSError:
        return False


def is_keeper(pid: int) -> bool:
    """Whether the process is the keeper of a trial host, dead or living: it waits for the host's orphans."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").rstrip("\n") == KEEPER_NAME
    except OSError:
        return False


def keeper_of(host: int) -> int | None:
    """The keeper of a trial host; None when it has none, or has lost it."""
    state = look_up(host)
    return state.parent if state is not None and is_keeper(state.parent) else None


def kernel_file(file: str) -> bytes:
    """A short file of the kernel's, as those of ``/proc``, whole: without buffers and path objects.

    Raises:
        OSError: It is not there.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        found = data = os.read(descriptor, _PROC_BYTES)
        while len(data) == _PROC_BYTES:
            data = os.read(descriptor, _PROC_BYTES)
            found += data
        return found
    finally:
        os.close(descriptor)


def _from_proc(pid: int) -> ProcessState | None:
    try:
        stat = kernel_file(f"/proc/{pid}/stat").decode("utf-8", "replace")
    except OSError:
        return None
    fields = stat[stat.rindex(")") + 1 :].split()  # the name before may hold spaces and brackets
    return ProcessState(
        started_at=int(fields[_AFTER_NAME_START]) / _TICKS_PER_S,
        parent=int(fields[_AFTER_NAME_PARENT]),
        session=int(fields[_AFTER_NAME_SESSION]),
        zombie=fields[_AFTER_NAME_STATE] in "ZX",
        stopped=fields[_AFTER_NAME_STATE] in "Tt",
    )


def _from_psutil(pid: int) -> ProcessState | None:
    import psutil  # noqa: PLC0415 - the trial host on Linux does not pay for it

    try:
        process = psutil.Process(pid)
        status = process.status()
        zombie, stopped = status == psutil.STATUS_ZOMBIE, status == psutil.STATUS_STOPPED
        return ProcessState(process.create_time(), process.ppid(), 0, zombie, stopped)
    except psutil.Error:
        return None
