"""One client of the trial host: lines in, lines out, never waited for."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

_READ_BYTES = 1 << 18


class Connection:
    """A client's socket with what it has sent in part and what it has not yet taken."""

    def __init__(self, peer: socket.socket) -> None:
        peer.setblocking(False)
        self.peer = peer
        self._incoming = bytearray()
        self._outgoing = bytearray()

    @property
    def has_unsent(self) -> bool:
        """Whether ``flush`` has work once the socket can be written to."""
        return bool(self._outgoing)

    def receive(self) -> Iterator[dict[str, Any]]:
        """The requests that have come in.

        Raises:
            ConnectionError: The client has gone.
            ValueError: It does not speak our protocol.
        """
        try:
            data = self.peer.recv(_READ_BYTES)
        except BlockingIOError:
            return
        if not data:
            raise ConnectionAbortedError
        self._incoming += data
        *lines, rest = self._incoming.split(b"\n")
        self._incoming = bytearray(rest)
        for line in lines:
            yield json.loads(line)

    def send(self, message: dict[str, Any]) -> None:
        """Send as much as the client takes now; the rest goes by ``flush``."""
        self._outgoing += json.dumps(message).encode("ascii") + b"\n"
        self.flush()

    def flush(self) -> None:
        """Send on. A client that has gone is noticed when reading."""
        try:
            sent = self.peer.send(self._outgoing)
        except OSError:
            return
        del self._outgoing[:sent]
