"""Which of a user's own modules the scripts of a folder load from outside it: no fingerprint sees these.

Known from the notes that processes leave of their imports, and kept in the home's cache by the folder's snapshot.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_MOST = 20
"""Places that are kept of one snapshot: who has more on his path is told of these."""


def outside_code(home: Path, snapshot: str) -> tuple[str, ...]:
    """The packages and modules that were seen so far, each by the path of its folder or file; sorted.

    Args:
        home: The home's folder.
        snapshot: Digest of the script's folder.
    """
    try:
        found = json.loads(_file(home, snapshot).read_bytes())
    except (OSError, ValueError):
        return ()
    return tuple(map(str, found)) if isinstance(found, list) else ()


def keep_outside_code(home: Path, snapshot: str, places: Iterable[str]) -> None:
    """Keep what was seen beside what was seen before; a cache that refuses to keeps nothing."""
    known = outside_code(home, snapshot)
    kept = sorted({*known, *places})[:_MOST]
    if kept == list(known):
        return
    file = _file(home, snapshot)
    temporary = file.with_name(f".{file.name}.{os.getpid()}.part")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(kept), encoding="ascii")
        temporary.replace(file)


def _file(home: Path, snapshot: str) -> Path:
    return home / "cache" / "outside-code" / f"{snapshot}.json"
