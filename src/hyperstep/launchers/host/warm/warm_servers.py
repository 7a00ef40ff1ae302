"""The warm servers of a trial host: one for each key, few at a time, ended when nobody has needed them for a while."""

from __future__ import annotations

import math
import selectors
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hyperstep.launchers.host.register import Register
from hyperstep.launchers.host.warm.command_line import CommandLine
from hyperstep.launchers.host.warm.conditions import common_part, shadowed, warm_command
from hyperstep.launchers.host.warm.warm_server import EndedChild, WarmServer
from hyperstep.launchers.start_variables import deciding_part

MAX_SERVERS = 4
IDLE_S = 300.0
"""A server without an attempt for so long ends, whoever may be there."""
IMPORT_S = 120.0
"""A server that still imports after so long hangs."""
LEAVE_S = 10.0
"""So does one without an attempt that was told to go so long ago, and is still there."""
_MAX_DEATHS = 3
"""Of servers that had been of use; then no other is started. One death during the imports counts as so many."""
_MAX_DEATHS_KNOWN = 64

_Identity = tuple[object, ...]


class Wanted(NamedTuple):
    """What an attempt's ``WarmStart`` says; here without the records, which a host does not load."""

    key: str
    modules: Sequence[str]


class Cold(NamedTuple):
    """Why an attempt is not started warm."""

    why: str
    for_now: bool = False


class Warm(NamedTuple):
    """The server that an attempt may be forked from."""

    server: WarmServer
    command: CommandLine


class _Deaths(NamedTuple):
    """How many servers of one identity have failed, and why the last one did."""

    number: int
    fault: str


class WarmServers:
    """All warm servers of this host.

    Args:
        selector: What the host waits on; the data of our keys is a function to call when there is something to read.
        register: Told which children are servers, for the host's keeper, which spares them as it spares runners.
        linger_s: How long a server stays without an attempt when no client is connected.
    """

    def __init__(self, selector: selectors.BaseSelector, register: Register, linger_s: float) -> None:
        self._selector = selector
        self._register = register
        self._slot_of: dict[int, int] = {}
        self._linger_s = min(linger_s, IDLE_S)
        self._servers: dict[_Identity, WarmServer] = {}
        self._leaving: list[WarmServer] = []
        """Those that take no more attempts."""
        self._deaths: dict[_Identity, _Deaths] = {}

    def __len__(self) -> int:
        return len(self._servers) + len(self._leaving)

    @property
    def children(self) -> set[int]:
        """Process ids of the servers, which are our children."""
        return {server.pid for server in self._all()}

    def choose(self, wanted: Wanted, argv: Sequence[str], env: Mapping[str, str], work_folder: str) -> Warm | Cold:
        """The server for an attempt, or why it has none now; where one may come of it, it is started."""
        command = warm_command(argv, env, work_folder)
        if isinstance(command, str):
            return Cold(command)
        identity = (wanted.key, command.options, tuple(wanted.modules), deciding_part(env))
        server = self._servers.get(identity)
        if server is None or server.fault:
            return self._start(identity, command, wanted.modules, env, work_folder)
        if server.loaded is None:
            return Cold("the warm server still imports", for_now=True)
        hidden = shadowed(Path(work_folder) / argv[command.script], server.loaded)
        if hidden is not None:
            why = (
                f"the script's folder has a module {hidden}, and libraries have loaded another of that name; rename it"
            )
            return Cold(why)
        return Warm(server, command)

    def take_ended(self) -> Iterator[EndedChild]:
        """The attempts that have ended since the last call."""
        for server in self._all():
            yield from server.take_ended()

    def take_end(self, pid: int) -> None:
        """A child of ours has ended that is no attempt: was it a server, it is closed."""
        for server in self._all():
            if server.pid == pid:
                server.gone = True
                self._register.give_back(self._slot_of.pop(pid))
                server.hear_out()

    def end_idle(self, *, clients: bool) -> None:
        """End those that nobody has needed for long, and forget those that have gone."""
        for identity, server in list(self._servers.items()):
            server.end_if_still()
            if server.fault:
                self._bury(identity)
            elif self._seconds_left(server, clients=clients) <= 0:
                self._overdue(identity)
        for server in self._leaving:
            if self._seconds_to_leave(server) <= 0:
                server.kill()
        self._leaving = [server for server in self._leaving if not server.gone]

    def seconds_to_next_end(self, *, clients: bool) -> float | None:
        """How long ``end_idle`` has nothing to do; None when only an event can change that."""
        waits = [self._seconds_left(server, clients=clients) for server in self._servers.values() if not server.live]
        waits += [seconds for seconds in map(self._seconds_to_leave, self._leaving) if seconds < math.inf]
        return max(0.0, min(waits)) if waits else None

    def retire_all(self) -> int:
        """Have each take no more attempts; returns how many were told."""
        told = len(self._servers)
        for identity in list(self._servers):
            self._retire(identity)
        return told

    def as_messages(self) -> list[dict[str, Any]]:
        """What a client is told of them."""
        return [server.as_message() for server in self._all()]

    # -- starting and ending ------------------------------------------------------------------------------------------

    def _start(
        self,
        identity: _Identity,
        command: CommandLine,
        modules: Sequence[str],
        env: Mapping[str, str],
        work_folder: str,
    ) -> Cold:
        if identity in self._servers:
            self._bury(identity)
        deaths = self._deaths.get(identity)
        if deaths is not None and deaths.number >= _MAX_DEATHS:
            return Cold(deaths.fault)
        if not self._make_room():
            return Cold(f"{MAX_SERVERS} other warm servers are in use", for_now=True)
        try:
            server = WarmServer(
                str(identity[0]), command.options, modules, common_part(env), work_folder, self._selector
            )
        except (OSError, ValueError) as error:
            return Cold(f"the warm server cannot be started: {error}")
        self._servers[identity] = server
        self._slot_of[server.pid] = self._register.note_helper(server.pid)
        return Cold("the warm server is only starting", for_now=True)

    def _make_room(self) -> bool:
        if len(self._servers) < MAX_SERVERS:
            return True
        idle = [identity for identity, server in self._servers.items() if not server.live]
        if not idle:
            return False
        self._retire(min(idle, key=lambda identity: self._servers[identity].used_at))
        return True

    def _retire(self, identity: _Identity) -> None:
        """Have it go: at once while it imports, for it would hear of it when that is done only."""
        server = self._servers.pop(identity)
        if server.loaded is None:
            server.kill()
        else:
            server.retire()
        self._leaving.append(server)

    def _overdue(self, identity: _Identity) -> None:
        server = self._servers[identity]
        if server.loaded is None and time.monotonic() >= server.used_at + IMPORT_S:
            server.kill(f"its imports took longer than {IMPORT_S:.0f} s")
            self._bury(identity)
        else:
            self._retire(identity)

    def _bury(self, identity: _Identity) -> None:
        """Take leave of one that failed; of its like for good when it could not import, or when many have failed."""
        server = self._servers.pop(identity)
        self._leaving.append(server)
        if len(self._deaths) >= _MAX_DEATHS_KNOWN:
            self._deaths.clear()
        earlier = self._deaths.get(identity, _Deaths(0, ""))
        number = _MAX_DEATHS if server.loaded is None else earlier.number + 1
        self._deaths[identity] = _Deaths(number, server.fault)

    def _seconds_left(self, server: WarmServer, *, clients: bool) -> float:
        if server.live:
            return IDLE_S
        limit = IMPORT_S if server.loaded is None and clients else IDLE_S if clients else self._linger_s
        return server.used_at + limit - time.monotonic()

    @staticmethod
    def _seconds_to_leave(server: WarmServer) -> float:
        """Until one that is leaving is killed; infinite for one that has attempts, or was killed."""
        is_awaited = server.is_open and not server.live
        return server.used_at + LEAVE_S - time.monotonic() if is_awaited else math.inf

    def _all(self) -> list[WarmServer]:
        return [*self._servers.values(), *self._leaving]
