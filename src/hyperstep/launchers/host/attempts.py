"""The live attempts of a trial host: started here, ended here, their exits written here."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from hyperstep.launchers.host.guards import Guards
from hyperstep.launchers.host.orphans import Trace, kill_orphans, kill_tree
from hyperstep.launchers.host.reaper import next_ended, release
from hyperstep.launchers.host.register import Register
from hyperstep.launchers.host.warm.forking import Cold, Forked, Wanted, fork_warm
from hyperstep.launchers.host.warm.silence import Silence
from hyperstep.launchers.host.warm.warm_server import WarmServer
from hyperstep.launchers.host.warm.warm_servers import WarmServers
from hyperstep.launchers.host.withheld import Withheld
from hyperstep.launchers.marker import ExitMarker, fill_claim
from hyperstep.launchers.out_of_memory import ended_for_memory, oom_kills
from hyperstep.launchers.process import AttemptFiles, claimed, kill_group, kill_process, start_process, terminate_group
from hyperstep.launchers.process_table import descendants_of


class EndedAttempt(NamedTuple):
    """An attempt whose exit file has been written, or will be once the disk takes it."""

    folder: str
    marker: ExitMarker


class Limit(NamedTuple):
    """How long an attempt may run."""

    max_duration_s: float | None = None
    """None: as long as it likes."""
    grace_s: float = 0.0
    """Between SIGTERM and SIGKILL when that is over."""


class LaunchRequest(NamedTuple):
    """What a runner asks this host to start."""

    folder: str
    """Names the attempt."""
    files: AttemptFiles
    argv: Sequence[str]
    env: Mapping[str, str]
    limit: Limit
    warm: Wanted | None = None


class Started(NamedTuple):
    """What was started."""

    pid: int
    warm: bool = False
    why_cold: str = ""
    for_now: bool = False


class _Live:
    def __init__(self, files: AttemptFiles, pid: int, trace: Trace, limit: Limit, kills: int | None) -> None:
        self.files = files
        self.pid = pid
        self.fork: tuple[WarmServer, int] | None = None
        """The server that forked it, and its number there."""
        self.trace = trace
        self.oom_kills = kills
        self.grace_s = limit.grace_s
        self.deadline: float | None = None
        """Monotonic time at which it has run long enough."""
        if limit.max_duration_s is not None:
            self.deadline = time.monotonic() + limit.max_duration_s
        self.timed_out = False
        self.kill_at: float | None = None
        """Monotonic time after which its group is killed."""

    def next_act_at(self) -> float | None:
        """When there is something to do to it."""
        return self.deadline if self.kill_at is None else self.kill_at

    def complete(self, marker: ExitMarker) -> ExitMarker:
        """What the system says of its end, with what we know."""
        starved = ended_for_memory(self.oom_kills, marker.signal) if self.kill_at is None else False
        return marker._replace(out_of_memory=starved, timed_out=self.timed_out)


class HostedAttempts:
    """All live attempts of this host, by folder.

    Args:
        guards: The runners, which are children of the host too.
        servers: The warm servers, likewise, and some attempts are theirs.
        register: Told what runs, for the host's keeper.
    """

    def __init__(self, guards: Guards, servers: WarmServers, register: Register) -> None:
        self._guards = guards
        self._servers = servers
        self._register = register
        self._slot_of: dict[str, int] = {}
        self._live: dict[str, _Live] = {}
        self._folder_of: dict[int, str] = {}
        self._folder_of_fork: dict[tuple[WarmServer, int], str] = {}
        self._silence = Silence()
        self._withheld = Withheld()

    def __len__(self) -> int:
        return len(self._live) + self.withheld

    def launch(self, request: LaunchRequest) -> Started:
        """Claim and start an attempt: by a warm server when it may, and one is ready; else cold.

        Raises:
            FileExistsError: It was claimed before.
            OSError, ValueError: It could not be started, and is over.
        """
        kills = oom_kills()
        slot = self._register.note_attempt(request.files, kills)
        try:
            pid, forked = self._start(request)
        except BaseException:
            self._register.give_back(slot)
            raise
        self._slot_of[request.folder] = slot
        live = _Live(request.files, pid, Trace(pid, request.files.work_folder, request.env), request.limit, kills)
        self._live[request.folder] = live
        self._folder_of[pid] = request.folder
        if isinstance(forked, Cold):
            return Started(pid, why_cold=forked.why, for_now=forked.for_now)
        live.fork = forked.server, forked.number
        self._folder_of_fork[live.fork] = request.folder
        return Started(pid, warm=True)

    def _start(self, request: LaunchRequest) -> tuple[int, Forked | Cold]:
        with claimed(request.files) as claim:
            forked = fork_warm(self._servers, request.files, request.argv, request.env, request.warm)
            if isinstance(forked, Forked):
                pid, parent = forked.pid, forked.server.pid
            else:
                pid, parent = _start_cold(request), os.getpid()
            try:
                fill_claim(claim, pid, parent=parent, heir=os.getpid())
            except OSError:
                kill_process(pid)  # by itself too: what was just forked leads no group yet
                kill_group(pid)
                if isinstance(forked, Forked):
                    forked.server.reap(forked.number)
                raise
        return pid, forked

    def pids(self) -> dict[str, int]:
        """Process id of each live attempt."""
        return {folder: live.pid for folder, live in self._live.items()}

    @property
    def withheld(self) -> int:
        """How many have ended and wait for a disk to take how."""
        return len(self._withheld)

    def stop(self, folder: str, grace_s: float) -> None:
        """Ask an attempt to end, and make it end after ``grace_s``. Nothing happens when it is not live."""
        live = self._live.get(folder)
        if live is None:
            return
        kill_at = time.monotonic() + grace_s
        live.kill_at = kill_at if live.kill_at is None else min(kill_at, live.kill_at)
        terminate_group(live.pid)

    def seconds_to_next_act(self) -> float | None:
        """How long there is nothing to do but to take in what has ended; None when only an event changes that."""
        now = time.monotonic()
        waits = [max(0.0, at - now) for live in self._live.values() if (at := live.next_act_at()) is not None]
        looks = self._silence.seconds_to_next_look(self._parents()), self._withheld.seconds_to_next_try()
        return min([*waits, *(look for look in looks if look is not None)], default=None)

    def _parents(self) -> dict[int, WarmServer]:
        return {live.pid: live.fork[0] for live in self._live.values() if live.fork is not None}

    def end_overdue(self) -> None:
        """Ask those to end that ran long enough, and kill those whose grace is over, with all their descendants.

        And end warm servers that stand still, whose attempts would never end for us.
        """
        self._silence.look(self._parents())
        now = time.monotonic()
        for folder, live in self._live.items():
            if live.kill_at is None and live.deadline is not None and live.deadline <= now:
                live.timed_out = True
                self.stop(folder, live.grace_s)
            if live.kill_at is not None and live.kill_at <= now:
                strangers = descendants_of(live.pid)  # of which some may have a group of their own
                kill_group(live.pid)
                for pid in strangers:
                    kill_tree(pid)
                live.kill_at = now + 1.0  # once more, should a child have been forked meanwhile

    def collect_ended(self, is_watched: Callable[[str], bool]) -> Iterator[EndedAttempt]:
        """The attempts that have ended; their exit files are written, what they left behind is killed.

        Where an exit file cannot be written now, the attempt's process is not let go until it is.

        Args:
            is_watched: Whether somebody is told of an attempt's end, given its folder: who is, records it durably.
        """
        self._withheld.try_again()
        yield from self._collect_forked(is_watched)
        while (ended := next_ended(self._withheld.pids)) is not None:
            pid, marker = ended
            folder = self._folder_of.get(pid)
            if folder is not None:
                yield self._finish(folder, marker, partial(release, pid), durable=not is_watched(folder))
                continue
            if not self._guards.take_end(pid, marker):
                self._servers.take_end(pid)
            release(pid)
        yield from self._collect_forked(is_watched)

    def _collect_forked(self, is_watched: Callable[[str], bool]) -> Iterator[EndedAttempt]:
        """Those that are children of warm servers. One whose server died is ours by then, and is not met here."""
        for ended in self._servers.take_ended():
            folder = self._folder_of_fork.get((ended.server, ended.number))
            if folder is not None:
                let_go = partial(ended.server.reap, ended.number)
                yield self._finish(folder, ended.marker, let_go, durable=not is_watched(folder))

    def _finish(self, folder: str, marker: ExitMarker, let_go: Callable[[], None], *, durable: bool) -> EndedAttempt:
        live = self._live.pop(folder)
        pid = live.pid
        marker = live.complete(marker)
        kill_group(pid)
        living = [other.trace for other in self._live.values()]
        leaders = {*self._folder_of, *self._withheld.pids, *self._guards.children, *self._servers.children}
        kill_orphans(os.getpid(), leaders, live.trace, living)
        del self._folder_of[pid]
        if live.fork is not None:
            del self._folder_of_fork[live.fork]
        slot = self._slot_of.pop(folder)

        def forget() -> None:
            self._register.give_back(slot)
            let_go()

        self._withheld.write(pid, live.files.exit_file, marker, forget, durable=durable)
        return EndedAttempt(folder, marker)


def _start_cold(request: LaunchRequest) -> int:
    process = start_process(request.files, request.argv, request.env)
    process.returncode = 0  # reaped by us; subprocess is not to wait for it
    return process.pid
