"""What `hyperstep doctor --verify` says of the stored files, and of how far it has come."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from hyperstep.cli.following import say
from hyperstep.cli.wording import file_size, how_many
from hyperstep.runtime.stored_files import DamagedFile, Examined, examine_stored_files

_SAID_EVERY_S = 5.0
_NAMED_RUNS = 3


def examine_with_progress(home: Path) -> Examined:
    """Look through all stored files of a home; every few seconds it is said how much of them was read."""
    return examine_stored_files(home, _progress(time.monotonic))


def stored_files_line(stored: Examined | None) -> Iterator[str]:
    """How many there are; nothing where they were not looked through."""
    if stored is not None:
        damaged = f"{len(stored.damaged)} damaged" if stored.damaged else "none damaged"
        yield f"stored files    {stored.count} read, {file_size(stored.size)}; {damaged}"


def damage_words(found: DamagedFile) -> str:
    """What is damaged, where it is now, and what to do."""
    if not found.set_aside:
        return (
            f"The stored file {found.digest} is damaged, or cannot be read, and was not set aside: {found.fault}. "
            f"{_whose(found)} See that you may read and write the folder `objects` of the home, and look again."
        )
    return (
        f"The stored file {found.digest} is damaged: its {file_size(found.size)} are not what was stored. "
        f"{_whose(found)} It was set aside: {found.set_aside}. Submit again what it is of: it counts as gone, so that "
        "it is computed, or read from your folder, and stored again."
    )


def _whose(found: DamagedFile) -> str:
    if not found.runs:
        return "No run whose records can be read refers to it."
    more = len(found.runs) - _NAMED_RUNS
    others = f" and {how_many(more, 'more run')}" if more > 0 else ""
    return f"It is of {', '.join(found.runs[:_NAMED_RUNS])}{others}."


def _progress(clock: Callable[[], float]) -> Callable[[int, int], None]:
    said_at = clock()

    def tell(read: int, total: int) -> None:
        nonlocal said_at
        if clock() - said_at >= _SAID_EVERY_S:
            said_at = clock()
            say(f"read {file_size(read)} of {file_size(total)} of stored files")

    return tell
