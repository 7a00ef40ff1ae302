"""The keeper: the parent of a trial host, which has nothing to do until the host is killed.

Then the kernel gives it the host's children (Linux), and it writes the exit files of the attempts among them: none that
ended by itself must run again. It starts nothing and listens to nobody, so little can go wrong with it; when it is
killed itself, the host goes on without.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import NamedTuple

from hyperstep.launchers.host.address import Address
from hyperstep.launchers.host.orphans import Trace, kill_orphans, trace_of
from hyperstep.launchers.host.reaper import adopt_orphans, name_process
from hyperstep.launchers.host.register import Register
from hyperstep.launchers.marker import ExitMarker, read_claim, write_exit
from hyperstep.launchers.out_of_memory import ended_for_memory
from hyperstep.launchers.process import AttemptFiles, kill_group, marker_from_waitid
from hyperstep.launchers.process_table import KEEPER_NAME, children_of, look_up


def leave_a_keeper(address: Address, register: Register) -> None:
    """Return in a child of ours, which is the host from now on; we are its keeper. Linux only, elsewhere we return.

    Args:
        address: The host's; the keeper lets go of it, lest it look taken when the host has gone.
        register: What the host will have running.
    """
    if sys.platform != "linux":
        return
    adopt_orphans()
    try:
        host = os.fork()
    except OSError:
        return
    if not host:
        os.setsid()
        return
    try:
        address.let_go()
        name_process(KEEPER_NAME)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _Keeper(host, register).run()
    finally:
        os._exit(0)


class _Kept(NamedTuple):
    files: AttemptFiles
    trace: Trace
    oom_kills: int | None


class _Keeper:
    def __init__(self, host: int, register: Register) -> None:
        self._host = host
        self._register = register
        self._kept: dict[int, _Kept] = {}
        self._elsewhere: dict[int, _Kept] = {}
        """Attempts that are children of a child of ours: of a warm server, which sees to them while it lives."""
        self._runners: set[int] = set()
        """Runners and warm servers."""

    def run(self) -> None:
        """Return when the host has gone and no attempt of it is left."""
        while self._host or self._kept or self._elsewhere:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
            if ended is None:
                continue
            pid, marker = ended.si_pid, marker_from_waitid(ended)
            if pid == self._host:
                self._host = 0
                self._take_over()
            elif pid in self._kept:
                self._finish(pid, marker)
            os.waitpid(pid, 0)
            if not self._host:
                self._inherit()

    def _take_over(self) -> None:
        """Find out which of the children that we have now is which attempt."""
        children = set(children_of(os.getpid()))
        for entry in self._register.entries():
            if entry.files is None:
                self._runners.add(entry.runner)
                continue
            claim = read_claim(Path(entry.files.claim_file))
            state = look_up(claim.pid) if claim is not None else None
            if claim is None or state is None or state.started_at != claim.started_at:
                continue
            kept = _Kept(entry.files, trace_of(claim.pid, entry.files.work_folder), entry.oom_kills)
            if claim.pid in children:
                self._kept[claim.pid] = kept
            elif state.parent in children:
                self._elsewhere[claim.pid] = kept

    def _inherit(self) -> None:
        """Take on what a warm server that has ended left to us, and forget what it has seen to."""
        if not self._elsewhere:
            return
        ours = set(children_of(os.getpid()))
        for pid in list(self._elsewhere):
            state = look_up(pid)
            if pid in ours:
                self._kept[pid] = self._elsewhere.pop(pid)
            elif state is None or state.parent not in ours:
                del self._elsewhere[pid]

    def _finish(self, pid: int, marker: ExitMarker) -> None:
        """As the host would have; the process id is let go after the exit file was written."""
        kept = self._kept.pop(pid)
        kill_group(pid)
        living = [other.trace for other in self._kept.values()]
        kill_orphans(os.getpid(), {pid, *self._kept, *self._runners}, kept.trace, living)
        if not Path(kept.files.exit_file).exists():
            starved = ended_for_memory(kept.oom_kills, marker.signal)
            with contextlib.suppress(OSError):  # a full disk, a removed folder: then it is lost
                write_exit(kept.files.exit_file, marker._replace(out_of_memory=starved))
