"""A child of a warm server that waits for its order, seen from the host."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence

_SEND_S = 5.0
"""A spare reads as soon as it runs; one that does not for so long stands still."""
_LENGTH_BYTES = 8


class Spare:
    """One waiting child.

    Args:
        number: How its server calls it.
        pid: Its process id; it leads a session of its own.
        orders: The host's end of its order socket.
    """

    def __init__(self, number: int, pid: int, orders: socket.socket) -> None:
        self.number = number
        self.pid = pid
        self._orders = orders
        orders.settimeout(_SEND_S)

    def order(self, work_folder: str, log: int, argv: Sequence[str], script: int, env: Mapping[str, str]) -> None:
        """Have it become an attempt.

        Args:
            work_folder: Where it works.
            log: Descriptor for standard output and error.
            argv: The command line.
            script: Index of the script in it.
            env: The environment.

        Raises:
            OSError: It has ended, or does not read.
        """
        variables = [f"{name}={value}" for name, value in env.items()]
        fields = [work_folder, str(script), str(len(argv)), *argv, *variables]
        body = "\0".join(fields).encode("utf-8", "surrogateescape")
        message = len(body).to_bytes(_LENGTH_BYTES, "big") + body
        with self._orders:
            sent = socket.send_fds(self._orders, [message], [log])
            if sent < len(message):  # else it has all, and may be gone by now, so that to send nothing would fail
                self._orders.sendall(message[sent:])

    def close(self) -> None:
        """Let it go: it ends."""
        self._orders.close()
