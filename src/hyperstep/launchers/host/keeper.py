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
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

from hyperstep.launchers.host.address import Address
from hyperstep.launchers.host.orphans import Trace, kill_orphans, trace_of
from hyperstep.launchers.host.reaper import adopt_orphans, name_process, next_ended, release
from hyperstep.launchers.host.register import Register
from hyperstep.launchers.host.withheld import Withheld
from hyperstep.launchers.marker import Claim, ExitMarker, read_claim
from hyperstep.launchers.out_of_memory import ended_for_memory
from hyperstep.launchers.process import AttemptFiles, kill_group, kill_process, marker_from_waitid
from hyperstep.launchers.process_table import KEEPER_NAME, look_up

_LOOK_S = 0.5
"""Between two looks at attempts that are children of a warm server, of whose end we are not told, and at full disks."""
_SILENT_S = 5.0
"""So long a warm server may leave an ended child without seeing to it; then it stands still."""
_NO_PROCESS = -1


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
    """An attempt of a host that was killed: a child of ours, or of a process that the host had started."""

    files: AttemptFiles
    claim: Claim
    trace: Trace
    oom_kills: int | None

    def is_there(self) -> bool:
        """Whether its process has not been waited for: it may become our child yet."""
        state = look_up(self.claim.pid)
        return state is not None and state.started_at == self.claim.started_at

    def server_that_owes_its_end(self) -> int | None:
        """Process id of its parent, when it has ended and that is not us."""
        state = look_up(self.claim.pid)
        return state.parent if state is not None and state.zombie and state.parent != os.getpid() else None

    def is_ours(self) -> bool:
        """Whether its process is a child of ours."""
        state = look_up(self.claim.pid)
        return state is not None and state.parent == os.getpid()


class _Keeper:
    def __init__(self, host: int, register: Register) -> None:
        self._host = host
        self._register = register
        self._kept: dict[int, _Kept] = {}
        self._withheld = Withheld()
        self._helpers: set[int] = set()
        """Runners and warm servers."""
        self._owed_since: dict[int, float] = {}
        """Monotonic time at which a warm server was first seen with an ended child."""

    def run(self) -> None:
        """Return when the host has gone and no attempt of it is left."""
        with contextlib.suppress(ChildProcessError):
            while self._host or self._kept or self._withheld:
                ended = self._next_end()
                if ended is not None:
                    self._take_end(*ended)
                self._withheld.try_again()
                self._forget_those_gone()
                self._end_still_servers()

    def _next_end(self) -> tuple[int, ExitMarker] | None:
        """Wait for a child to end; only a while when others have attempts that we keep, or an end is not written."""
        if not self._withheld and all(kept.is_ours() for kept in self._kept.values()):
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
            return None if ended is None else (ended.si_pid, marker_from_waitid(ended))
        found = next_ended(self._withheld.pids)
        if found is None:
            time.sleep(_LOOK_S)
        return found

    def _take_end(self, pid: int, marker: ExitMarker) -> None:
        if pid == self._host:
            self._host = 0
            self._take_over()
        elif pid in self._kept:
            self._finish(pid, marker)
            return
        release(pid)

    def _forget_those_gone(self) -> None:
        """A warm server has written how they ended; what they left behind is ours to end."""
        for pid, kept in list(self._kept.items()):
            if not kept.is_there():
                del self._kept[pid]
                self._end_orphans(kept.trace)

    def _end_still_servers(self) -> None:
        """Their children are ours then."""
        now = time.monotonic()
        owing = {kept.server_that_owes_its_end() for kept in self._kept.values()}
        self._owed_since = {pid: self._owed_since.get(pid, now) for pid in owing if pid in self._helpers}
        for pid, since in self._owed_since.items():
            if now - since >= _SILENT_S:
                kill_process(pid)

    def _take_over(self) -> None:
        """Find out which attempts are left, and end what is left of those that a warm server saw to before us."""
        gone = []
        for entry in self._register.entries():
            if entry.files is None:
                self._helpers.add(entry.helper)
                continue
            claim = read_claim(Path(entry.files.claim_file))
            if claim is None:
                continue
            kept = _Kept(entry.files, claim, trace_of(claim.pid, entry.files.work_folder), entry.oom_kills)
            if kept.is_there():
                self._kept[claim.pid] = kept
            else:
                gone.append(Trace(_NO_PROCESS, entry.files.work_folder, {}))
        for trace in gone:
            self._end_orphans(trace)

    def _end_orphans(self, ended: Trace, *spared: int) -> None:
        living = [kept.trace for kept in self._kept.values()]
        kill_orphans(os.getpid(), {*spared, *self._kept, *self._withheld.pids, *self._helpers}, ended, living)

    def _finish(self, pid: int, marker: ExitMarker) -> None:
        """As the host would have; the process id is let go after the exit file was written, by somebody."""
        kept = self._kept.pop(pid)
        kill_group(pid)
        self._end_orphans(kept.trace, pid)
        if Path(kept.files.exit_file).exists():
            release(pid)
            return
        marker = marker._replace(out_of_memory=ended_for_memory(kept.oom_kills, marker.signal))
        self._withheld.write(pid, kept.files.exit_file, marker, partial(release, pid))
