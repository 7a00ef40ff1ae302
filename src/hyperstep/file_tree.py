"""The files below a folder in which others may be at work."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def files_under(folder: Path) -> Iterator[Path]:
    """All files at any depth, in no order; what goes away meanwhile is left out, where ``Path.rglob`` would raise.

    Links to folders are not followed. A folder that is not there has no files.
    """
    for place, _folders, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            if path.is_file():
                yield path
