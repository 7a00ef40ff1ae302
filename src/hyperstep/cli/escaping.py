"""Text that others wrote, made safe for a terminal: what moves the cursor or breaks a line is shown as an escape."""

from __future__ import annotations

import re

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line separators, what reverses the writing direction, and halves of characters."""


def escape(text: str) -> str:
    r"""The text in one line: ``\x1b`` for an escape character, ``\n`` for the end of a line."""
    return _UNSAFE.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)


def escape_lines(text: str) -> str:
    """The same, except that its lines stay lines."""
    return "\n".join(escape(line.removesuffix("\r")) for line in text.split("\n"))
