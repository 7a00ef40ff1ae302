"""The files below a folder in which others may be at work."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

GONE = (FileNotFoundError, NotADirectoryError, PermissionError)
"""What is raised for a folder in which there is nothing for us."""


def files_under(folder: Path) -> Iterator[Path]:
    """All files at any depth, in no order; what goes away meanwhile is left out, where ``Path.rglob`` would raise.

    Links to folders are not followed. A folder that is not there, or that we may not list, has no files.

    Raises:
        OSError: A folder cannot be listed for another reason: no descriptor is left, the disk does not answer.
    """
    for place, _folders, names in os.walk(folder, onerror=_raise_unless_gone):
        for name in names:
            path = Path(place, name)
            if path.is_file():
                yield path


def _raise_unless_gone(error: OSError) -> None:
    if not isinstance(error, GONE):
        raise error
