"""What a spare is to become: the fields of an order, and how they travel.

Fields, separated by a zero byte: working folder, index of the script in the command line, how many arguments follow,
the command line, the environment as ``name=value``.
"""

from __future__ import annotations

import _socket
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

_LENGTH_BYTES = 8
_DESCRIPTOR_BYTES = 4
_ARGV_AT = 3


class SpareOrder:
    """The attempt that a spare is to become."""

    def __init__(self, fields: list[bytes]) -> None:
        self.work_folder = fields[0]
        self.script = int(fields[1])
        end = _ARGV_AT + int(fields[2])
        self.argv = [os.fsdecode(field) for field in fields[_ARGV_AT:end]]
        self.env = fields[end:]

    @classmethod
    def receive(cls, source: _socket.socket) -> tuple[Self, int] | None:
        """Wait for an order and the descriptor of its log; None when none will come."""
        try:
            head, ancillary, _, _ = source.recvmsg(_LENGTH_BYTES, _socket.CMSG_SPACE(_DESCRIPTOR_BYTES))
            if len(head) < _LENGTH_BYTES or not ancillary:
                return None
            log = int.from_bytes(ancillary[0][2][:_DESCRIPTOR_BYTES], sys.byteorder)
            body = bytearray()
            missing = int.from_bytes(head, "big")
            while missing:
                part = source.recv(missing)
                if not part:
                    return None
                body += part
                missing -= len(part)
        except OSError:
            return None
        return cls(bytes(body).split(b"\0")), log
