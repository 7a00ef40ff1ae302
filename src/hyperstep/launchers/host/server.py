"""The trial host's loop: clients, ended children and deadlines in one thread."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import time
from functools import partial
from types import FrameType
from typing import Any

from hyperstep.errors import means_busy_machine
from hyperstep.launchers.host.address import Address
from hyperstep.launchers.host.attempts import EndedAttempt, HostedAttempts, LaunchRequest, Limit
from hyperstep.launchers.host.connection import Connection
from hyperstep.launchers.host.guards import FencedError, Guards
from hyperstep.launchers.host.reaper import adopt_orphans
from hyperstep.launchers.host.register import Register
from hyperstep.launchers.host.warm.warm_servers import Wanted, WarmServers
from hyperstep.launchers.inherited import conditions
from hyperstep.launchers.process import AttemptFiles

_FIRST_CLIENT_S = 10.0
"""A host waits at least so long for whoever had it started."""
_BREATH_S = 0.02
"""Where there is no open file for a client: it goes on knocking, and would keep a core busy."""
_LONGEST_WAIT_S = 3600.0
"""The system takes no timeout of a month; an earlier look finds nothing to do."""


class HostServer:
    """Serves one control socket until nothing has needed it for ``idle_s`` seconds.

    That is no client, attempt, guarded runner or warm server.

    Args:
        address: Where it listens.
        register: Told what runs, for the keeper.
        idle_s: How long it waits for somebody.
        linger_s: How long a warm server stays without an attempt when no client is connected.
    """

    def __init__(self, address: Address, register: Register, *, idle_s: float, linger_s: float) -> None:
        self._address = address
        self._idle_s = idle_s
        self._leave_after_s = max(idle_s, _FIRST_CLIENT_S)
        self._idle_since = time.monotonic()
        self._leaving = False
        self._listening = True
        self._guards = Guards(register)
        self._clients: set[Connection] = set()
        self._watchers: dict[str, set[Connection]] = {}
        self._selector = selectors.DefaultSelector()
        """The data of each key is what to call when there is something to read."""
        self._servers = WarmServers(self._selector, register, linger_s)
        self._attempts = HostedAttempts(self._guards, self._servers, register)
        self._wakeup, self._waker = socket.socketpair()
        self._actions = {
            "hello": self._hello,
            "launch": self._launch,
            "watch": self._watch,
            "stop": self._stop,
            "pids": self._pids,
            "guard": self._guard,
            "fence": self._fence,
            "hosts": self._hosts,
            "stop-servers": self._stop_servers,
        }

    def run(self, stand_by: dict[str, Any] | None = None) -> None:
        """Serve, then leave the address clean.

        Args:
            stand_by: For what a process is to stand by from the beginning, see ``Standby``.
        """
        self._listen_to_signals()
        adopt_orphans()
        self._address.sign()
        self._selector.register(self._wakeup, selectors.EVENT_READ, lambda: self._wakeup.recv(4096))
        self._selector.register(self._address.listener, selectors.EVENT_READ, self._accept)
        if stand_by is not None:
            self._guards.standby.prepare(stand_by)
        while not self._is_finished():
            self._serve_once()
        self._stop_listening()

    def _serve_once(self) -> None:
        ready = self._selector.select(self._seconds_to_wait())
        if self._is_needed:
            self._idle_since = time.monotonic()
        for key, _ in ready:
            now = self._selector.get_map().get(key.fd)
            if now is not None and now.fileobj is key.fileobj:  # not closed by what was called before
                key.data()
        self._attempts.end_overdue()
        for ended in self._attempts.collect_ended(self._is_watched):
            self._tell_end(ended)
        self._servers.end_idle(clients=bool(self._clients))
        self._guards.look()
        if self._leaving:
            self._stop_listening()

    def _seconds_to_wait(self) -> float | None:
        waits = [
            self._attempts.seconds_to_next_act(),
            self._guards.seconds_to_next_look(),
            self._servers.seconds_to_next_end(clients=bool(self._clients)),
        ]
        if not self._is_needed:
            waits.append(max(0.0, self._idle_since + self._leave_after_s - time.monotonic()))
        known = [min(wait, _LONGEST_WAIT_S) for wait in waits if wait is not None]
        return min(known, default=None)

    @property
    def _is_needed(self) -> bool:
        return bool(self._clients or self._attempts or self._guards or self._servers)

    def _is_finished(self) -> bool:
        if self._is_needed:
            return False
        return self._leaving or time.monotonic() >= self._idle_since + self._leave_after_s

    # -- signals ------------------------------------------------------------------------------------------------------

    def _listen_to_signals(self) -> None:
        """Handlers, not SIG_IGN: what is ignored would stay ignored in the attempts."""
        self._wakeup.setblocking(False)
        self._waker.setblocking(False)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, _do_nothing)
        signal.signal(signal.SIGTERM, self._begin_to_leave)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())

    def _begin_to_leave(self, _number: int, _frame: FrameType | None) -> None:
        self._leaving = True

    def _stop_listening(self) -> None:
        """A client that finds us gone watches its attempts by process id and starts another host, which guards it."""
        if not self._listening:
            return
        self._listening = False
        self._guards.forget_all()
        self._servers.retire_all()
        self._guards.standby.dismiss()
        self._selector.unregister(self._address.listener)
        for client in tuple(self._clients):
            self._drop(client)
        self._address.leave()

    # -- clients ------------------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        try:
            client = Connection(self._address.listener.accept()[0])
            self._clients.add(client)
            self._leave_after_s = self._idle_s
            self._selector.register(client.peer, selectors.EVENT_READ, partial(self._serve, client))
        except OSError as error:
            if means_busy_machine(error):
                time.sleep(_BREATH_S)

    def _serve(self, client: Connection) -> None:
        try:
            for request in client.receive():
                client.send({"id": request.get("id"), **self._answer(client, request)})
            client.flush()
        except (OSError, ValueError, AttributeError):
            self._drop(client)
            return
        self._select_for(client)

    def _select_for(self, client: Connection) -> None:
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.has_unsent else 0)
        self._selector.modify(client.peer, wanted, partial(self._serve, client))

    def _drop(self, client: Connection) -> None:
        self._clients.discard(client)
        self._guards.drop(client)
        for watchers in self._watchers.values():
            watchers.discard(client)
        self._selector.unregister(client.peer)
        client.peer.close()

    def _is_watched(self, folder: str) -> bool:
        return bool(self._watchers.get(folder))

    def _tell_end(self, ended: EndedAttempt) -> None:
        message = {"ended": ended.folder, **ended.marker._asdict()}
        for client in self._watchers.pop(ended.folder, ()):
            client.send(message)
            self._select_for(client)

    # -- requests -----------------------------------------------------------------------------------------------------

    def _answer(self, client: Connection, request: dict[str, Any]) -> dict[str, Any]:
        action = self._actions.get(request.get("do", ""))
        if action is None:
            return {"ok": False, "error": "unknown", "message": f"The host cannot do {request.get('do')!r}."}
        try:
            return {"ok": True, **action(client, request)}
        except FileExistsError as error:
            return {"ok": False, "error": "claimed", "message": str(error)}
        except FencedError as error:
            return {"ok": False, "error": "not-owner", "message": str(error)}
        except (OSError, ValueError, KeyError, TypeError) as error:
            kind = "busy" if means_busy_machine(error) else "start"
            return {"ok": False, "error": kind, "message": str(error)}

    def _hello(self, _client: Connection, _request: dict[str, Any]) -> dict[str, Any]:
        return {"pid": os.getpid()}

    def _launch(self, client: Connection, request: dict[str, Any]) -> dict[str, Any]:
        folder, run = request["folder"], request.get("run")
        self._guards.check(run, request.get("epoch", 0))
        limit = Limit(request.get("max_duration_s"), request.get("grace_s", 0.0))
        files, argv, env = AttemptFiles(**request["files"]), request["argv"], request["env"]
        warm = Wanted(**request["warm"]) if request.get("warm") else None
        started = self._attempts.launch(LaunchRequest(folder, files, argv, env, limit, warm))
        self._guards.note_progress(run)
        self._watchers[folder] = {client}
        return started._asdict()

    def _watch(self, client: Connection, request: dict[str, Any]) -> dict[str, Any]:
        folder = request["folder"]
        pid = self._attempts.pids().get(folder)
        if pid is not None:
            self._watchers.setdefault(folder, set()).add(client)
        return {"pid": pid}

    def _stop(self, _client: Connection, request: dict[str, Any]) -> dict[str, Any]:
        self._guards.check(request.get("run"), request.get("epoch", 0))
        self._attempts.stop(request["folder"], float(request["grace_s"]))
        return {}

    def _guard(self, client: Connection, request: dict[str, Any]) -> dict[str, Any]:
        command = {name: request[name] for name in ("run", "argv", "env", "cwd", "log", "given_up")}
        command["standby"] = request.get("standby", [])
        if "pid" not in request:
            pid, started = self._guards.start(command, extra=request["extra"], replace=request["replace"])
            return {"pid": pid, "started": started}
        self._guards.check(request["run"], request["epoch"])
        self._guards.register(command, request["pid"], request["started_at"], client)
        return {"pid": request["pid"], "started": False}

    def _fence(self, _client: Connection, request: dict[str, Any]) -> dict[str, Any]:
        self._guards.check(request["run"], request["epoch"])
        return {}

    def _pids(self, _client: Connection, _request: dict[str, Any]) -> dict[str, Any]:
        return {"pids": self._attempts.pids(), "runners": self._guards.pids(), "withheld": self._attempts.withheld}

    def _hosts(self, _client: Connection, _request: dict[str, Any]) -> dict[str, Any]:
        return {"servers": self._servers.as_messages(), "conditions": conditions()._asdict()}

    def _stop_servers(self, _client: Connection, _request: dict[str, Any]) -> dict[str, Any]:
        self._guards.standby.dismiss()
        return {"stopped": self._servers.retire_all()}


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    """The wakeup descriptor has done its work."""
