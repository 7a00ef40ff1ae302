"""Databases that cannot be written to here: on a disk that is full or mounted for reading only, in a folder of others.

SQLite reads a database with a write-ahead log through memory that it shares by a file beside it. Where that file is
not there and cannot be made, it refuses, though the database is healthy. Then it is read without: *in place* when its
log is empty, a *copy* of both when it is not, for what was committed last is in the log only.

Read-only here does not mean that nobody writes: the same disk may be mounted for writing elsewhere, and a full one has
room again at any moment. So what was read in place counts only when the files were not touched from before they were
opened to after, and is read again otherwise.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, TypeVar

from hyperstep.errors import StoreBusyError, StoreDeniedError
from hyperstep.file_systems import is_read_only
from hyperstep.run_store.sqlite.refusals import ChangedMeanwhileError, Refusal, is_not_opened, is_want_of_room
from hyperstep.run_store.sqlite.room import cannot_share_memory

T = TypeVar("T")

_LOG_HEADER_BYTES = 32
"""A log that is begun anew gets another header."""
_VERSION_AT, _WITHOUT_LOG = 18, b"\1"
"""Where a database's header says how it is written. Source: https://www.sqlite.org/fileformat2.html#file_format_version_numbers."""
_SETTLED_NS = 100_000_000
"""File systems count times of change in steps of some milliseconds: a file that was changed within this time may be
changed once more without a trace."""
_LOOK_AGAIN_S = 0.01


class _State(NamedTuple):
    """What tells that the files of a database were not touched: their inodes, sizes and times of change."""

    file: tuple[int, ...]
    log: tuple[int, ...]
    """Empty without one, or with one that holds nothing."""

    @classmethod
    def of(cls, path: Path) -> _State:
        return cls(_touch(path), _touch(_log_of(path)))

    @property
    def is_settled(self) -> bool:
        return not self.file or abs(time.time_ns() - self.file[3]) > _SETTLED_NS


class Still:
    """A connection to a database as it was at one moment. Statements go into its ``with`` block.

    The block raises ``ChangedMeanwhileError`` at its end when what was read there may be of two moments.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, state: _State, *, in_place: bool) -> None:
        self.connection = connection
        self._path = path
        self._state = state
        self._in_place = in_place

    def is_current(self) -> bool:
        """Whether the database is still as it was then."""
        return _State.of(self._path) == self._state

    def __enter__(self) -> sqlite3.Connection:
        return self.connection

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._in_place and (error is None or isinstance(error, Refusal)) and not self.is_current():
            raise ChangedMeanwhileError from error


def is_read_only_here(path: Path, error: BaseException | None) -> bool:
    """Whether SQLite refused a file because of where it lies: it is there, and nothing can be written beside it."""
    if not path.is_file() or not keeps_log(path):
        return False
    return is_want_of_room(error, path) or (is_not_opened(error) and _is_unwritable(path.parent))


def keeps_log(path: Path) -> bool:
    """Whether it is a database with a write-ahead log, as far as its header tells.

    Others, as in a home on a network, need nothing beside them to be read; what SQLite refuses of them it has reasons
    to: half of a transaction may be in the file.
    """
    try:
        with path.open("rb") as stream:
            stream.seek(_VERSION_AT)
            return stream.read(1) != _WITHOUT_LOG
    except OSError:
        return True


def open_still(path: Path) -> Still:
    """Open a database that ``is_read_only_here``.

    Raises:
        ChangedMeanwhileError: It is being written to, so that SQLite may be able to read it in its own way by now.
        StoreDeniedError: It has a log, and the two cannot be copied.
        sqlite3.Error: SQLite refuses it nevertheless.
    """
    state = _State.of(path)
    if not state.is_settled:
        raise ChangedMeanwhileError
    if not state.log:
        return Still(path, _connect(path, "mode=ro&immutable=1"), state, in_place=True)
    return Still(path, _open_copy(path, state), state, in_place=False)


def when_still(action: Callable[[], T], path: Path, patience_s: float) -> T:
    """Do something that raises ``ChangedMeanwhileError`` until it does not.

    Raises:
        StoreBusyError: It always did.
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return action()
        except ChangedMeanwhileError as error:
            if time.monotonic() >= deadline:
                rule = "A database that can only be read here must be left alone while it is read, and it never was."
                remedy = "It is written to elsewhere: look there, or try again when its runs have ended."
                raise StoreBusyError(rule, received=str(path), remedy=remedy) from error
            time.sleep(_LOOK_AGAIN_S)


def read_once(path: Path, action: Callable[[sqlite3.Connection], T], patience_s: float = 30.0) -> T:
    """Open a database for reading, do one thing with it, and close it. It may be done more than once.

    Raises:
        sqlite3.Error: SQLite refuses.
        StoreError: It can only be read here, and is written to all the time or has a log that cannot be copied.
    """

    def attempt() -> T:
        try:
            if not (cannot_share_memory(path) and keeps_log(path)):
                with closing(_connect(path, "mode=ro")) as connection:
                    return action(connection)
        except sqlite3.Error as error:
            if not is_read_only_here(path, error):
                raise
        still = open_still(path)
        with closing(still.connection), still as connection:
            return action(connection)

    return when_still(attempt, path, patience_s)


def _connect(path: Path, how: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{how}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def _open_copy(path: Path, state: _State) -> sqlite3.Connection:
    """A connection to a copy with the log's content brought in. The copy has no name any more and goes with it.

    The file is copied before its log. A page that is moved from the log into the file meanwhile is in the log as well,
    as long as that is not begun anew; a transaction that is appended is there as a whole, or is left out.
    """
    import shutil  # noqa: PLC0415 - hardly ever needed
    import tempfile  # noqa: PLC0415

    try:
        with tempfile.TemporaryDirectory(prefix="hyperstep-reading-", ignore_cleanup_errors=True) as folder:
            copy = Path(folder) / path.name
            header = _header(_log_of(path))
            shutil.copyfile(path, copy)
            shutil.copyfile(_log_of(path), _log_of(copy))
            if _header(_log_of(path)) != header or _touch(path) != state.file:
                raise ChangedMeanwhileError
            connection = _connect(copy, "mode=rw")
            try:
                connection.execute("pragma journal_mode = delete").fetchone()
            except BaseException:
                connection.close()
                raise
            return connection
    except OSError as error:
        if _was_missing(error, path, _log_of(path)):  # the log went into the file, or the run was removed
            raise ChangedMeanwhileError from error
        raise _not_copied(path, error) from error


def _was_missing(error: OSError, *files: Path) -> bool:
    """Whether one of them was not there; it may be again by now."""
    return isinstance(error, FileNotFoundError) and str(error.filename) in map(str, files)


def _not_copied(path: Path, error: OSError) -> StoreDeniedError:
    rule = (
        "Nothing can be written here, and the last records are in a log beside this database: to read them the "
        f"two are copied to the folder of temporary files, which failed ({error.strerror})."
    )
    remedy = (
        "Nothing is wrong with the records. Set TMPDIR to a folder with room for both, free some space if the "
        "home's disk is full, or look where it can be written to."
    )
    return StoreDeniedError(rule, received=str(path), remedy=remedy)


def _is_unwritable(folder: Path) -> bool:
    return is_read_only(folder) or not os.access(folder, os.W_OK)


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _header(log: Path) -> bytes:
    with log.open("rb") as stream:
        return stream.read(_LOG_HEADER_BYTES)


def _touch(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns) if found.st_size else ()
