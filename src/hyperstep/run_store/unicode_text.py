"""Text that databases can hold: names and paths from outside may have lone surrogates, which UTF-8 cannot encode."""

from __future__ import annotations


def encodable(text: str) -> str:
    """``text`` with each lone surrogate written as a backslash escape; any other text as it is."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
