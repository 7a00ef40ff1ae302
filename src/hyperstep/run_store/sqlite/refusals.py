"""What SQLite says when it refuses, in words that tell what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hyperstep.errors import DiskFullError, StoreBusyError, StoreDeniedError, StoreError, means_no_room

Refusal = (sqlite3.Error, UnicodeEncodeError, OverflowError)
"""What a statement may raise; the last two when a value has no form in a database."""


class ChangedMeanwhileError(Exception):
    """Somebody wrote to a database that was read without SQLite's locks: what was read counts for nothing."""


_PRIMARY = 0xFF
_DAMAGED = (
    "A run store's database must be whole, and this one is damaged ({why}).",
    "It was left as it is. `hyperstep doctor` says what is damaged and what to do.",
)
_TEXTS = {
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_FULL: (
        "The disk must have room for the records, and it is full.",
        "Nothing was recorded in part. Free some space, or set HYPERSTEP_HOME to a folder on another disk.",
    ),
    sqlite3.SQLITE_READONLY: (
        "The run store must be writable, and it is not ({why}).",
        "Change the permissions, or set HYPERSTEP_HOME to a folder that you can write to.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "The run store's database must be a file that can be opened ({why}).",
        "See whether it exists and whether you may read it and write to its folder, or set HYPERSTEP_HOME.",
    ),
    sqlite3.SQLITE_BUSY: (
        "The run store must be free for writing within the waiting time, and another process holds it.",
        "Try again; when it stays so, look for a hyperstep process that is suspended and continue or end it.",
    ),
    sqlite3.SQLITE_IOERR: (
        "The run store's files must be readable and writable; the operating system reports an error ({why}).",
        "See whether the disk is full or failing. On a network folder, set HYPERSTEP_HOME to a local one.",
    ),
}
_KINDS: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_FULL: DiskFullError,
    sqlite3.SQLITE_BUSY: StoreBusyError,
    sqlite3.SQLITE_LOCKED: StoreBusyError,
    sqlite3.SQLITE_READONLY: StoreDeniedError,
    sqlite3.SQLITE_CANTOPEN: StoreDeniedError,
}
_MAY_MEAN_NO_ROOM = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_MEET_A_LIMIT = {
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
}
"""What a file that may not grow any more is reported as."""
_BEGUN_ANEW = {sqlite3.SQLITE_READONLY_RECOVERY, sqlite3.SQLITE_READONLY_CANTINIT}
_OTHER = ("The run store's database refused a statement ({why}).", "It was left as it is.")


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another process holds the database."""
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_not_opened(error: BaseException | None) -> bool:
    """Whether SQLite got no access to the file or what lies beside it, and so says nothing of what is in it."""
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


def is_begun_anew(error: sqlite3.Error) -> bool:
    """Whether the memory that is shared for reading must be begun anew, and only who can write is able to."""
    return getattr(error, "sqlite_errorcode", 0) in _BEGUN_ANEW


def is_want_of_room(error: BaseException | None, path: Path) -> bool:
    """Whether SQLite found no room beside the file, though it was to read only; says nothing of what is in it."""
    from hyperstep.run_store.sqlite.room import has_no_room  # noqa: PLC0415 - for an error only

    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    return code == sqlite3.SQLITE_FULL or (code in _MAY_MEAN_NO_ROOM and has_no_room(path.parent))


def store_error(error: Exception, path: Path) -> StoreError:
    """The StoreError that says what ``error`` means for the database at ``path``."""
    from hyperstep.run_store.sqlite.room import file_size_limit  # noqa: PLC0415 - for an error only

    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    if is_want_of_room(error, path):
        code = sqlite3.SQLITE_FULL
    rule, remedy = _TEXTS.get(code, _OTHER)
    limit = (
        file_size_limit()
        if getattr(error, "sqlite_errorcode", 0) in _MEET_A_LIMIT and code != sqlite3.SQLITE_FULL
        else None
    )
    if limit is not None:
        rule = f"The run store's files must be able to grow, and a file may have {limit / 1024:g} KB here ({{why}})."
        remedy = "Raise that limit (`ulimit -f`), then try again."
    return _KINDS.get(code, StoreError)(rule.format(why=error), received=str(path), remedy=remedy)


def no_room(path: Path) -> DiskFullError:
    """The error for a database that is not even opened, for want of room beside it."""
    rule, remedy = _TEXTS[sqlite3.SQLITE_FULL]
    return DiskFullError(rule, received=str(path), remedy=remedy)


def unwritable(path: Path, error: OSError) -> StoreError:
    """The StoreError for a file or folder that cannot be made."""
    rule = f"The home must be a folder that can be written to: {error.strerror}."
    kind = DiskFullError if means_no_room(error) else StoreError
    return kind(rule, received=str(path), remedy="Free some space, or set HYPERSTEP_HOME to another folder.")
