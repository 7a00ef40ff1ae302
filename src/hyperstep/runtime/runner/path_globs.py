"""Whether a relative path matches a pattern in which ``**`` stands for any folders."""

from __future__ import annotations

import re
from functools import lru_cache

_PIECES = re.compile(r"(?P<folders>\*\*/)|(?P<rest>\*\*)|(?P<star>\*)|(?P<one>\?)|(?P<text>[^*?]+)")


def matches_glob(path: str, pattern: str) -> bool:
    """Whether ``path`` matches as a whole; ``*`` and ``?`` stay within one folder.

    Args:
        path: Relative, with forward slashes.
        pattern: For example ``**/*.csv``, which matches ``a.csv`` and ``b/c/a.csv``.
    """
    return _compiled(pattern).fullmatch(path) is not None


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_expression(piece) for piece in _PIECES.finditer(pattern.lstrip("/"))))


def _expression(piece: re.Match[str]) -> str:
    fixed = {"folders": "(?:.*/)?", "rest": ".*", "star": "[^/]*", "one": "[^/]"}
    return fixed.get(piece.lastgroup or "", re.escape(piece[0]))
