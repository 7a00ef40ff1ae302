"""Objects that are not what their digest says: moved out of the way and named, never removed.

They lie in ``.damaged`` below the store's folder, as ``<digest>.<something unique>``, with the time at which they were
set aside; `hyperstep gc` treats them as what no run refers to.
"""

from __future__ import annotations

import hashlib
import logging
import os
import uuid
from contextlib import AbstractContextManager, suppress
from pathlib import Path

FOLDER = ".damaged"

_logger = logging.getLogger("hyperstep")


def set_aside(path: Path, digest: str, folder: Path, lock: AbstractContextManager[bool]) -> str:
    """Move an object aside if it is not what its digest says; returns where it is then, else an empty text.

    Args:
        path: Of the object.
        digest: What it should be.
        folder: Of the store.
        lock: Held while it is moved: nobody discards it meanwhile.

    Raises:
        OSError: It cannot be moved.
    """
    try:
        with path.open("rb") as stream:
            seen = os.fstat(stream.fileno())
            with suppress(OSError):  # what the disk cannot read is damaged, too
                if hashlib.file_digest(stream, "sha256").hexdigest() == digest:
                    return ""
    except (FileNotFoundError, PermissionError):
        return ""
    with lock:
        place = _move(path, _new_place(folder, digest), seen)
    return _told(digest, place) if place else ""


def keep_replaced(path: Path, digest: str, folder: Path) -> None:
    """Give an object that is about to be replaced a second name aside, so that it is not lost; at best."""
    place = _new_place(folder, digest)
    try:
        os.link(path, place)
    except OSError:  # it has gone, or there are no links here
        _logger.warning("The stored file %s had another size than what is stored now. It was replaced.", digest)
        return
    _mark(place)
    _told(digest, place)


def _move(path: Path, place: Path, seen: os.stat_result) -> Path | None:
    """Move the file that was seen to be damaged; one that has taken its place since goes back."""
    try:
        path.rename(place)
    except FileNotFoundError:
        return None
    if not os.path.samestat(seen, place.stat()):
        place.rename(path)
        return None
    _mark(place)
    return place


def _mark(place: Path) -> None:
    with suppress(OSError):  # somebody else's file
        os.utime(place)


def _new_place(folder: Path, digest: str) -> Path:
    aside = folder / FOLDER
    aside.mkdir(exist_ok=True)
    return aside / f"{digest}.{uuid.uuid4().hex[:8]}"


def _told(digest: str, place: Path) -> str:
    _logger.warning("The stored file %s was damaged: it is not what was stored. It was set aside: %s", digest, place)
    return str(place)
