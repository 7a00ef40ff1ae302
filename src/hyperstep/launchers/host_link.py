"""A client's connection to the trial host: found or started, asked, listened to."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from hyperstep.errors import NoHostError
from hyperstep.launchers.host.address import move_stopped_aside, stopped_holder
from hyperstep.launchers.host_start import START_S, start_host
from hyperstep.launchers.process_table import is_stopped

_ANSWER_S = 60.0
"""A host answers within milliseconds; one that is silent for so long is taken for dead."""
_GLANCE_S = 5.0
"""So long a mere look waits: a host that stands still is no reason to keep whoever asks for a run from seeing it."""
_STOPPED_S = 3.0
"""So long one may be silent, or just stand still, whose process is stopped: it tells nothing until it goes on."""
_LOOK_S = 0.25
"""Between two looks at the process of one that owes us no answer."""
_RETRY_S = 0.02
_MAX_KILLED = 5
"""Hosts in a row that are killed while they start; with one more it is no accident."""

Message = dict[str, Any]


class HostGoneError(Exception):
    """The connection broke; whether the host did what it was asked is not known, but it will not do it any more.

    So another one may be asked for the same. Two things alone make that true: that the host closed the connection, be
    it by its end, or that it has the request in part. A connection that we give up is a ``HostSilentError``.
    """


class HostSilentError(HostGoneError):
    """We gave the connection up: the host lives but does not answer; it may still do what it was asked."""


class HostSocket(socket.socket):
    """A connection to a host that has answered on it."""

    host: int
    """Process id of the host."""


class Reply:
    """The answer to a request, which may be still to come.

    Args:
        link: Whom it was asked.
        on_refusal: Called in the link's own thread when it comes, and is not that all was done.
    """

    def __init__(self, link: HostLink, on_refusal: Callable[[], None] | None = None) -> None:
        self.link = link
        self._on_refusal = on_refusal
        self._answer: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self.came_at: float | None = None
        """Monotonic time; None before."""

    @property
    def has_come(self) -> bool:
        """Whether ``wait`` returns, or raises, at once."""
        return not self._answer.empty()

    def wait(self) -> Message:
        """Wait for it. To be called once.

        Raises:
            HostGoneError: The connection broke before the answer came.
            HostSilentError: The host did not answer in time; the connection is given up.
        """
        while True:
            try:
                message = self._answer.get(timeout=_STOPPED_S)
            except queue.Empty:
                self.link.give_up_if_silent()
                continue
            if message is None:
                raise HostSilentError if self.link.was_silent else HostGoneError
            return message

    def take(self, message: Message | None) -> None:
        """The link's word; None when it broke."""
        self.came_at = time.monotonic()
        self._answer.put(message)
        if self._on_refusal is not None and not (message and message["ok"]):
            self._on_refusal()


class HostLink:
    """One connection. Requests may come from any thread; events are handed over in a thread of the link's own.

    Args:
        connection: A connected socket; the link owns it.
        on_end: Called with each message about an attempt's end.
        on_gone: Called once, when the host has gone. Not called after ``close``.
    """

    def __init__(
        self,
        connection: HostSocket,
        on_end: Callable[[Message], None],
        on_gone: Callable[[HostLink], None],
    ) -> None:
        self._connection = connection
        self._stopped_since: float | None = None
        """Monotonic time at which it was first seen to stand still; None when it got on at the last look."""
        self._next_look = 0.0
        self._on_end = on_end
        self._on_gone = on_gone
        self._lock = threading.Lock()
        self._answers: dict[int, Callable[[Message | None], None]] = {}
        self._asked_at: dict[int, float] = {}
        """Monotonic time of each request that is not answered yet, oldest first."""
        self._heard_at = 0.0
        """Monotonic time of the last message: one that answers one request after the other is not silent."""
        self._last_id = 0
        self._open = True
        self.was_silent = False
        """Whether it was us who gave the host up: it may still do what it was asked."""
        self._reader = threading.Thread(target=self._read, name="hyperstep-host-link", daemon=True)
        self._reader.start()

    @property
    def is_open(self) -> bool:
        """False once the host has gone or the link was closed."""
        return self._open

    def ask(self, do: str, **body: object) -> Message:
        """Have the host do something; returns its answer.

        Raises:
            HostGoneError: The connection broke before the answer came.
            HostSilentError: The host did not answer in time; the connection is given up.
        """
        return self.ask_for_reply(do, None, **body).wait()

    def ask_for_reply(self, do: str, on_refusal: Callable[[], None] | None, **body: object) -> Reply:
        """Have the host do something; its answer is looked at later.

        Raises:
            HostGoneError: The connection is broken.
        """
        reply = Reply(self, on_refusal)
        self.tell(do, reply.take, **body)
        return reply

    def tell(self, do: str, on_answer: Callable[[Message | None], None], **body: object) -> None:
        """Have the host do something, without waiting for its answer.

        Args:
            do: What.
            on_answer: Called with the answer in the link's own thread; with None when the connection breaks before.
            **body: As the host's protocol has it.

        Raises:
            HostGoneError: The connection is broken.
        """
        with self._lock:
            if not self._open:
                raise HostGoneError
            self._last_id += 1
            self._answers[self._last_id] = on_answer
            self._asked_at[self._last_id] = time.monotonic()
            self._send({"id": self._last_id, "do": do, **body})

    def give_up_if_silent(self) -> None:
        """Break the connection when the host leaves something unanswered for too long, or stands still.

        To be called now and then, however often: one that is asked nothing is looked at a few times a second.
        """
        now = time.monotonic()
        with self._lock:
            oldest = max(next(iter(self._asked_at.values()), now), self._heard_at)
        if now - oldest >= _ANSWER_S or self._stands_still(now, oldest):
            self.was_silent = True
            self._disconnect()

    def close(self) -> None:
        """Leave the host; returns when the reading thread has ended."""
        with self._lock:
            was_open, self._open = self._open, False
        if was_open:
            self._disconnect()
        if threading.current_thread() is not self._reader:
            self._reader.join()

    def _stands_still(self, now: float, silent_since: float) -> bool:
        """Whether the host is stopped, and was, or has not answered, for so long that it is waited for no longer."""
        if now < self._next_look and now - silent_since < _STOPPED_S:
            return False
        self._next_look = now + _LOOK_S
        if not is_stopped(self._connection.host):
            self._stopped_since = None
            return False
        self._stopped_since = self._stopped_since or now
        return now - min(silent_since, self._stopped_since) >= _STOPPED_S

    def _send(self, message: Message) -> None:
        data, deadline = memoryview(json.dumps(message).encode("ascii") + b"\n"), time.monotonic() + _ANSWER_S
        try:
            while data:
                data = data[self._send_some(data, deadline) :]
        except OSError as error:
            self.was_silent |= not isinstance(error, ConnectionError)  # it lives, and may do what it was asked before
            self._disconnect()  # the reader notices it, and answers for the host

    def _send_some(self, data: memoryview, deadline: float) -> int:
        """Send what fits; a host that gets on is waited for until ``deadline``, one that is stopped is not."""
        try:
            return self._connection.send(data)
        except BlockingIOError:
            if time.monotonic() >= deadline or is_stopped(self._connection.host):
                raise
            return 0

    def _disconnect(self) -> None:
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def _read(self) -> None:
        with self._connection, self._connection.makefile("rb") as lines:
            self._read_lines(lines)
        with self._lock:
            was_open, self._open = self._open, False
            waiting = list(self._answers.values())
        for answer in waiting:
            answer(None)
        if was_open:
            self._on_gone(self)

    def _read_lines(self, lines: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError, KeyError):
            for line in lines:
                message = json.loads(line)
                self._heard_at = time.monotonic()
                if "ended" in message:
                    self._on_end(message)
                else:
                    with self._lock:
                        self._asked_at.pop(message["id"], None)
                        on_answer = self._answers.pop(message["id"])
                    on_answer(message)


def connect(path: Path) -> HostSocket | None:
    """A connection to the host that listens on ``path``; None when none does, or it stands still.

    The host has answered on it, so it knows that it has a client and does not leave.
    """
    connection = HostSocket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(_STOPPED_S)
    try:
        connection.connect(str(path))
        connection.host = _hello(connection, path, _ANSWER_S)
    except OSError:
        connection.close()
        return None
    connection.settimeout(None)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(_STOPPED_S), 0))
    return connection


def connect_or_start(path: Path, *, idle_s: float) -> HostSocket:
    """A connection to the host on ``path``, which is started when none listens, or that one stands still.

    Raises:
        LaunchError: No host could be started.
    """
    deadline, killed = time.monotonic() + START_S, 0
    while (connection := connect(path)) is None:
        move_stopped_aside(path)
        try:
            start_host(path, idle_s)
        except NoHostError:
            killed += 1
            if killed > _MAX_KILLED:
                raise
        connection = connect(path)
        if connection is not None:
            return connection
        if time.monotonic() > deadline:
            rule = "A trial host must listen on its control socket, but none does."
            raise NoHostError(rule, received=str(path), remedy="Its .log file may say why.")
        time.sleep(_RETRY_S)  # one that is just leaving still holds the address
    return connection


def host_pid(path: Path) -> int | None:
    """Process id of the host that listens on ``path``; None when none does, or it stands still. Starts nothing."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_GLANCE_S)
        try:
            connection.connect(str(path))
            return _hello(connection, path, _GLANCE_S)
        except OSError:
            return None


def _hello(connection: socket.socket, path: Path, patience_s: float) -> int:
    """The host's process id.

    Raises:
        OSError: It went away, it does not answer, or it is not a host.
    """
    connection.sendall(b'{"id": 0, "do": "hello"}\n')
    deadline, received = time.monotonic() + patience_s, b""
    while not received.endswith(b"\n"):
        data = _receive(connection, path, deadline)
        if not data:
            raise ConnectionAbortedError
        received += data
    try:
        return int(json.loads(received)["pid"])
    except (ValueError, KeyError, TypeError) as error:
        message = "What listens there is not a trial host."
        raise OSError(message) from error


def _receive(connection: socket.socket, path: Path, deadline: float) -> bytes:
    """What comes next: one that gets on is waited for until ``deadline``, one that is stopped is not.

    Raises:
        OSError: Nothing came.
    """
    while True:
        try:
            return connection.recv(4096)
        except TimeoutError:
            if time.monotonic() >= deadline or stopped_holder(path) is not None:
                raise
