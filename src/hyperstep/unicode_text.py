"""Text that databases and caches can hold: names from outside may have lone surrogates, which UTF-8 cannot encode."""

from __future__ import annotations

import re

_ESCAPED_BYTE = re.compile(r"\\u(dc[89a-f][0-9a-f])")
"""A byte of a file name that is no UTF-8, as ``encodable`` writes it."""


def encodable(text: str) -> str:
    """``text`` with each lone surrogate written as a backslash escape; any other text as it is."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def original(name: str) -> str:
    """The file name of which ``name`` is the encodable form; any other text as it is."""
    return _ESCAPED_BYTE.sub(lambda found: chr(int(found[1], 16)), name)
