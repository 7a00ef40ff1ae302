"""A few lines below a script's output that are redrawn in place, while the cursor stays where the script left it.

To draw n lines: n times IND (down one line in the same column, scrolling at the bottom), n lines up, save the cursor,
write the lines below, restore the cursor. To erase: the same way to the line below, and clear from there. So output
that has not ended its line is never touched.

Source: DEC STD 070 (IND, DECSC, DECRC) and ECMA-48 (CUU, ED), as xterm, the Linux console and tmux implement them.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

from hyperstep.cli.output_tail import OutputTail

_INDEX = b"\x1bD"
_SAVE = b"\x1b7"
_RESTORE = b"\x1b8"
_ERASE_BELOW = _SAVE + _INDEX + b"\r\x1b[J" + _RESTORE
_NEXT_LINE = b"\r\n"
_RESET_STYLE = b"\x1b[0m"


class LiveRegion:
    """Owns what hyperstep draws on a terminal.

    Args:
        terminal: File descriptor of the terminal.
        wait_for_line_end: Draw only while the output stands at the beginning of a line: with a person at the
            keyboard an unfinished line is likely a question, and what is typed there must not meet our lines.
    """

    def __init__(self, terminal: int, *, wait_for_line_end: bool) -> None:
        self._terminal = terminal
        self._wait_for_line_end = wait_for_line_end
        self._tail = OutputTail()
        self._lines: tuple[str, ...] = ()
        self._drawn: tuple[str, ...] = ()

    def pass_through(self, data: bytes) -> None:
        """Write the script's bytes, unchanged, with the lines out of the way."""
        before = self._erasure()
        self._tail.feed(data)
        self._write(before + data + self._drawing())

    def show(self, lines: Sequence[str]) -> None:
        """Show these lines (escape sequences for colour allowed, none wider than the terminal) from now on."""
        self._lines = tuple(lines)
        if self._lines != self._drawn:
            self._write(self._erasure() + self._drawing())

    def redraw(self) -> None:
        """Draw again: the terminal's size has changed, or somebody else has written on it."""
        self._write(self._erasure() + self._drawing())

    def close(self) -> None:
        """Take the lines away."""
        self.show(())

    def _erasure(self) -> bytes:
        return _ERASE_BELOW if self._drawn else b""

    def _drawing(self) -> bytes:
        """The bytes that draw the lines, if this is a moment to draw; remembers what stands there then."""
        self._drawn = self._lines if self._may_draw() else ()
        if not self._drawn:
            return b""
        count = len(self._drawn)
        text = b"".join(_NEXT_LINE + _RESET_STYLE + line.encode() + _RESET_STYLE for line in self._drawn)
        return _INDEX * count + b"\x1b[%dA" % count + _SAVE + text + _RESTORE

    def _may_draw(self) -> bool:
        return self._tail.is_whole and (self._tail.at_line_start or not self._wait_for_line_end)

    def _write(self, data: bytes) -> None:
        """All of it; a terminal that has gone is no reason to end the script."""
        with contextlib.suppress(OSError):
            while data:
                data = data[os.write(self._terminal, data) :]
