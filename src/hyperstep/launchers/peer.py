"""Who is at the other end of a control socket, and whether that process stands still."""

from __future__ import annotations

import socket
import struct

from hyperstep.launchers.process_table import is_stopped

_CREDENTIALS = struct.Struct("3i")
"""Process id, user id, group id."""


def _peer_pid(connection: socket.socket) -> int | None:
    """Process id of who listens; None where the system does not tell (it does on Linux), or when it broke off."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    try:
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    except OSError:
        return None
    return int(_CREDENTIALS.unpack(credentials)[0]) or None


def stopped_peer(connection: socket.socket) -> int | None:
    """Process id of who listens, when it stands still until somebody lets it go on; None when it gets on."""
    pid = _peer_pid(connection)
    return pid if pid is not None and is_stopped(pid) else None
