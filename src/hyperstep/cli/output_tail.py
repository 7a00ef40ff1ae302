"""Where a stream of terminal output has got to: whether drawing may be put between this byte and the next.

Source: UTF-8 (RFC 3629) and the escape sequences of ECMA-48 (CSI, and the strings that ST or BEL end).
"""

from __future__ import annotations

from enum import Enum, auto

_ESC = 0x1B
_BEL = 0x07
_NEWLINE = 0x0A
_CSI = ord("[")
_STRINGS = frozenset(b"]PX^_")
"""After ESC: OSC, DCS, SOS, PM, APC."""
_FINAL = range(0x40, 0x7F)
_INTERMEDIATE = range(0x20, 0x30)
_CONTINUATION = range(0x80, 0xC0)
_LONGEST_CHARACTER = 4


class _State(Enum):
    GROUND = auto()
    ESCAPE = auto()
    CSI = auto()
    STRING = auto()
    STRING_ESCAPE = auto()


class OutputTail:
    """Follows the bytes of a stream."""

    def __init__(self) -> None:
        self._state = _State.GROUND
        self._missing = 0
        self.at_line_start = True
        """Whether the last character was a newline, or there was none."""

    @property
    def is_whole(self) -> bool:
        """Whether the last character and the last escape sequence are complete."""
        return self._state is _State.GROUND and self._missing == 0

    def feed(self, data: bytes) -> None:
        """Take in the next bytes."""
        recent = data
        if self._state is _State.GROUND and _ESC not in data and len(data) > _LONGEST_CHARACTER:
            self._missing, recent = 0, data[-_LONGEST_CHARACTER:]
        for byte in recent:
            self._step(byte)
        if data:
            self.at_line_start = data[-1] == _NEWLINE

    def _step(self, byte: int) -> None:
        if self._state is _State.GROUND:
            self._ground(byte)
        elif self._state is _State.ESCAPE:
            self._escape(byte)
        elif self._state is _State.CSI:
            self._state = _State.GROUND if byte in _FINAL else _State.CSI
        elif self._state is _State.STRING:
            self._state = {_BEL: _State.GROUND, _ESC: _State.STRING_ESCAPE}.get(byte, _State.STRING)
        else:
            self._state = _State.GROUND

    def _ground(self, byte: int) -> None:
        if byte == _ESC:
            self._state, self._missing = _State.ESCAPE, 0
        elif byte in _CONTINUATION:
            self._missing = max(0, self._missing - 1)
        else:
            self._missing = _continuation_bytes(byte)

    def _escape(self, byte: int) -> None:
        if byte == _CSI:
            self._state = _State.CSI
        elif byte in _STRINGS:
            self._state = _State.STRING
        elif byte not in _INTERMEDIATE:
            self._state = _State.GROUND


def _continuation_bytes(lead: int) -> int:
    """How many bytes follow a UTF-8 lead byte; 0 for a byte that leads nothing."""
    for least, count in ((0xF8, 0), (0xF0, 3), (0xE0, 2), (0xC0, 1)):
        if lead >= least:
            return count
    return 0
