"""A process that has loaded what a runner needs and waits to be one: the next run then starts without that wait.

It is a child of the host like any runner, and is told by one message which runner it is: ``{"argv", "env", "cwd"}`` in
a line of JSON, with the descriptor of the log. It checks itself whether it may be that one, and replaces itself by a
new process where it may not. When the host goes, it goes.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
from collections.abc import Sequence
from typing import Any

from hyperstep.launchers.host.register import Register
from hyperstep.launchers.process_table import look_up
from hyperstep.launchers.start_variables import deciding_part
from hyperstep_trial.boot_environment import OF_ONE_RUN

_Identity = tuple[object, ...]


class Standby:
    """At most one process that stands by.

    Args:
        register: Told of it, for the host's keeper.
    """

    def __init__(self, register: Register) -> None:
        self._register = register
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._identity: _Identity = ()
        self._slots: dict[int, int] = {}
        """Of those that stand by, or did and have not ended."""

    @property
    def children(self) -> set[int]:
        """Process ids of those that stand by or have been dismissed."""
        return set(self._slots)

    def prepare(self, command: dict[str, Any]) -> None:
        """Have one stand by for the next command like this one; without it that will start a process as usual."""
        identity = _identity_of(command)
        if not command["standby"] or (self._process is not None and identity == self._identity):
            return
        self.dismiss()
        with contextlib.suppress(OSError, ValueError):
            self._start(command, identity)

    def take(self, command: dict[str, Any], argv: Sequence[str], log: int) -> int | None:
        """Make it the runner of a command; returns its process id, or None when none stands by that could be.

        Args:
            command: The runner's.
            argv: Its program and arguments.
            log: Descriptor of its log.
        """
        process, connection = self._process, self._socket
        if process is None or connection is None or _identity_of(command) != self._identity:
            return None
        state = look_up(process.pid)
        if state is None or state.zombie or state.stopped or not _send(connection, command, argv, log):
            self.dismiss()
            return None
        self._process = self._socket = None
        connection.close()
        self._register.give_back(self._slots.pop(process.pid))
        return process.pid

    def take_end(self, pid: int) -> bool:
        """A child of the host has ended; returns whether it stood by, or had been dismissed."""
        slot = self._slots.pop(pid, None)
        if slot is None:
            return False
        self._register.give_back(slot)
        if self._process is not None and self._process.pid == pid:
            self.dismiss()
        return True

    def dismiss(self) -> None:
        """Let it go: it ends by itself."""
        if self._socket is not None:
            self._socket.close()
        self._process = self._socket = None

    def _start(self, command: dict[str, Any], identity: _Identity) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = subprocess.Popen(
                    command["standby"],
                    env={name: value for name, value in command["env"].items() if not name.startswith(OF_ONE_RUN)},
                    cwd="/",
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except BaseException:
                ours.close()
                raise
        process.returncode = 0  # reaped by the host's loop; subprocess is not to wait for it
        ours.setblocking(False)
        self._process, self._socket, self._identity = process, ours, identity
        self._slots[process.pid] = self._register.note_helper(process.pid)


def _identity_of(command: dict[str, Any]) -> _Identity:
    """In what it must agree with the runner that it becomes."""
    env = command["env"]
    return (tuple(command["standby"]), env.get("HOME"), deciding_part(env))  # packages of a user's own are below HOME


def _send(connection: socket.socket, command: dict[str, Any], argv: Sequence[str], log: int) -> bool:
    """Whether all of it was sent: a host waits for nobody."""
    order = {"argv": list(argv), "env": command["env"], "cwd": command["cwd"]}
    line = json.dumps(order).encode("ascii") + b"\n"
    try:
        return socket.send_fds(connection, [line], [log]) == len(line)
    except OSError:
        return False
