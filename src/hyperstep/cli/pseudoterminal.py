"""The terminal of a script that shares the real one with our display: raw, so that no byte is changed on its way."""

from __future__ import annotations

import contextlib
import os

TYPE_CHECKING = False
if TYPE_CHECKING:  # imported while the script starts up
    from hyperstep.cli.display import Display

STDOUT, STDERR = 1, 2
CHUNK_BYTES = 65536


def can_draw() -> bool:
    """Whether standard error is a terminal on which lines can be redrawn."""
    return os.name == "posix" and os.isatty(STDERR) and os.environ.get("TERM", "dumb") != "dumb"


def same_terminal(one: int, other: int) -> bool:
    """Whether two file descriptors are one terminal."""
    return os.isatty(one) and os.isatty(other) and os.fstat(one).st_rdev == os.fstat(other).st_rdev


class Pseudoterminal:
    """Both ends of one."""

    def __init__(self, master: int, slave: int) -> None:
        self.master = master
        self.slave = slave

    @classmethod
    def make(cls) -> Pseudoterminal:
        """In raw mode (no byte is changed on its way), as large as the real one."""
        import tty  # noqa: PLC0415 - does not exist on Windows

        terminal = cls(*os.openpty())
        tty.setraw(terminal.slave)
        terminal.take_size()
        return terminal

    def take_size(self) -> None:
        """Make it as large as the terminal of standard error."""
        import termios  # noqa: PLC0415 - does not exist on Windows

        with contextlib.suppress(termios.error, OSError):
            termios.tcsetwinsize(self.master, termios.tcgetwinsize(STDERR))

    def copy_to(self, display: Display) -> bool:
        """Pass one chunk on; False when nothing will come any more."""
        try:
            data = os.read(self.master, CHUNK_BYTES)
        except OSError:  # Linux says EIO when the last writer has closed
            return False
        display.pass_through(data)
        return bool(data)
