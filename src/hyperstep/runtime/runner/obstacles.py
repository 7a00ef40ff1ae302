"""What keeps a runner from going on for a while: a full disk, records that others hold, a machine that has no more.

Or a disk that can only be read now. It waits, and says so.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from hyperstep.errors import NotOwnerError, StoreBusyError, StoreError, means_busy_machine, means_no_room
from hyperstep.file_systems import existing_part, free_bytes, has_inodes, is_read_only
from hyperstep.runtime.home import Home
from hyperstep.runtime.pause_note import PauseNote

T = TypeVar("T")
_MB = 1024 * 1024
_PROBE_BYTES = 64 * 1024
_LEAST_BYTES = _MB
_LOOK_AGAIN_S = 1.0
_BUSY_WORDS = "the machine has no process, memory or open file left; end something, the run goes on by itself"


class Obstacle(Struct, frozen=True):
    """Something that passes by itself, or when somebody makes room."""

    words: str
    """For a person: what it is and what to do."""
    place: Path | None = None
    """Where there must be room again; None when trying again is all that helps."""


def words_of_want(home: Home) -> str:
    """What a runner that has nothing open waits for in a home as it is now; empty when its disk takes what it writes.

    For who looks from outside: one that does not own the run leaves no note of why it waits.
    """
    if is_read_only(home.path):
        return _read_only_words(home)
    needed = max(home.settings.min_free_bytes, _LEAST_BYTES)
    return "" if free_bytes(home.path) >= needed and has_inodes(home.path) else full_words(home.path)


def obstacle_of(error: Exception, home: Home) -> Obstacle | None:
    """What of that kind an error means; None when waiting would not help."""
    if isinstance(error, StoreBusyError):
        words = "another process holds the records; end or continue it, the run goes on by itself"
        return Obstacle(f"{words} ({error})")
    if means_busy_machine(error):
        return Obstacle(f"{_BUSY_WORDS} ({error})")
    place = _place_of(error, home)
    if _means_read_only(error, place, home):
        return Obstacle(_read_only_words(home), home.path)
    if not means_no_room(error):
        return None
    return Obstacle(_refused_words(place) or full_words(place), place)


def _read_only_words(home: Home) -> str:
    words = "is mounted for reading only; mount it for writing again, the run goes on by itself"
    return f"the disk of {home.path} {words}"


def full_words(place: Path) -> str:
    """That a disk has too little room for anything new, and what to do."""
    free = free_bytes(place)
    if not has_inodes(place):
        has = f"has no inode left for another file ({free / _MB:.1f} MB free); remove some files"
    elif free < _LEAST_BYTES:
        has = f"is full ({free / _MB:.1f} MB free); free some space"
    else:
        has = f"has less free ({free / _MB:.1f} MB) than local.min_free_mb asks for; free some space"
    return f"the disk of {place} {has}, the run goes on by itself"


def _refused_words(place: Path) -> str:
    """That a write was refused though there seems to be room; empty when there is none."""
    free = free_bytes(place)
    if free < _LEAST_BYTES or not has_inodes(place):
        return ""
    has = f"took a write no more, with {free / _MB:.1f} MB free: too little for that, or a quota is used up"
    return f"the disk of {place} {has}; free some space, the run goes on by itself"


def _place_of(error: Exception, home: Home) -> Path:
    """Where an error of the operating system happened; the home when it does not say, or it was there."""
    named = getattr(error, "filename2", None) or getattr(error, "filename", None)
    place = Path(os.fsdecode(named)) if isinstance(named, str | bytes) else home.path
    return home.path if place.is_relative_to(home.path) else existing_part(place)


def _means_read_only(error: Exception, place: Path, home: Home) -> bool:
    """Whether the home's disk was mounted for reading only under us; a file elsewhere is its owner's matter."""
    if isinstance(error, OSError):
        return error.errno == errno.EROFS and place == home.path
    return isinstance(error, StoreError) and not isinstance(error, NotOwnerError) and is_read_only(home.path)


def reraise_passing(error: Exception, home: Home) -> None:
    """For whoever turns errors into the end of a step: what passes by itself is no such end.

    Raises:
        Exception: The same error, when it passes.
    """
    if obstacle_of(error, home) is not None:
        raise error


class Patience:
    """Waits until an obstacle is gone.

    Args:
        home: The home.
        note: Where to tell that the run pauses.
        log: Takes lines for the runner's own log.
        wait: Waits so many seconds, or less.
    """

    def __init__(
        self, home: Home, note: PauseNote, log: Callable[[str], None], wait: Callable[[float], object]
    ) -> None:
        self._home = home
        self._note = note
        self._log = log
        self._wait = wait

    def until_done(self, action: Callable[[], T], meanwhile: Callable[[], None] | None = None) -> T:
        """Do ``action``, again and again while nothing but an obstacle is in its way; ``meanwhile`` as ``sit_out``."""
        while True:
            try:
                result = action()
            except Exception as error:
                obstacle = obstacle_of(error, self._home)
                if obstacle is None:
                    raise
                self.sit_out(obstacle, meanwhile)
            else:
                return result

    def sit_out(self, obstacle: Obstacle, meanwhile: Callable[[], None] | None = None) -> None:
        """Return when it may be gone. ``meanwhile`` is done at each look."""
        self.tell(obstacle.words)
        is_over = False
        while not is_over:
            self._wait(_LOOK_AGAIN_S)
            if meanwhile is not None:
                meanwhile()
            is_over = obstacle.place is None or self._has_room(obstacle.place)

    def tell(self, words: str) -> None:
        """Say that the run pauses, or goes on."""
        if self._note.tell(words):
            self._log(f"paused: {words}" if words else "goes on")

    def _has_room(self, place: Path) -> bool:
        needed = max(self._home.settings.min_free_bytes, _LEAST_BYTES) if place == self._home.path else _LEAST_BYTES
        return free_bytes(place) >= needed and _can_write(place)


def _can_write(place: Path) -> bool:
    """Whether a small file fits: quotas and used up inodes do not show in the free space.

    It has no name there: the folder may be a user's, and we may be killed at any moment.
    """
    import tempfile  # noqa: PLC0415 - while a run pauses only

    try:
        with tempfile.TemporaryFile(dir=place if place.is_dir() else place.parent) as probe:
            probe.write(b"\1" * _PROBE_BYTES)
    except OSError:
        return False
    return True
