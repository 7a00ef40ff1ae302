"""Whose a child is, for who looks from outside: in a fork the system shows the environment that its server began with.

So the server begins with a variable that is nothing but room, and a child writes the line that names its attempt's
folder there, in its own memory. What it forks has that too, wherever it goes; what it executes has a real environment.
"""

from __future__ import annotations

import os

ROOM_VARIABLE = "HYPERSTEP_WARM_ROOM"
ROOM = "/" * 1024
"""Its value. A folder's path that has slashes behind it still names the folder."""
_LINE = f"{ROOM_VARIABLE}={ROOM}".encode()
_MARK = b"HYPERSTEP_ATTEMPT_FOLDER="
_ENVIRONMENT_AT = 47
"""Index in ``/proc/self/stat`` of the address of the environment, counted from the state on."""


class AttemptMark:
    """The room for the line in this process, and in what is forked from it.

    Args:
        address: Of its first byte; 0 where there is none.
    """

    def __init__(self, address: int) -> None:
        self._address = address

    @classmethod
    def find(cls) -> AttemptMark:
        """Look for the room that this process was started with."""
        try:
            with open("/proc/self/environ", "rb") as stream:  # noqa: PTH123 - no pathlib
                at = stream.read().find(_LINE)
            with open("/proc/self/stat", "rb") as stream:  # noqa: PTH123
                start = int(stream.read().rpartition(b")")[2].split()[_ENVIRONMENT_AT])
        except (OSError, ValueError, IndexError):
            return cls(0)
        return cls(0 if at < 0 else start + at)

    def write(self, folder: bytes) -> None:
        """Show from here on that this process belongs to the attempt of a folder. Nothing is done without room."""
        if not self._address or len(_MARK) + len(folder) > len(_LINE):
            return
        try:
            memory = os.open("/proc/self/mem", os.O_WRONLY | os.O_CLOEXEC)
            try:
                os.pwrite(memory, (_MARK + folder).ljust(len(_LINE), b"/"), self._address)
            finally:
                os.close(memory)
        except OSError:
            return
