"""One SQLite file: opened when first needed, read and written in whole transactions.

Two connections at most: one reads (and so never shows what is not committed), one writes. Threads take turns on them.
A forked child never touches what its parent opened (SQLite forbids it); it opens its own at its first call.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from msgspec import Struct, field

from hyperstep.errors import StoreDeniedError, StoreError
from hyperstep.file_systems import is_read_only
from hyperstep.run_store.sqlite.migrations import Step, check_version, migrate, version_of
from hyperstep.run_store.sqlite.refusals import (
    ChangedMeanwhileError,
    Refusal,
    is_begun_anew,
    is_busy,
    no_room,
    store_error,
    unwritable,
)
from hyperstep.run_store.sqlite.room import cannot_share_memory

if TYPE_CHECKING:  # hardly ever needed
    from hyperstep.run_store.sqlite.read_only import Still

T = TypeVar("T")
Row = tuple[Any, ...]
Parameters = Sequence[object] | dict[str, object]
Mode = Literal["rwc", "rw", "ro"]
"""Make it when absent; read and write what exists; read only."""

JournalMode = Literal["wal", "delete"]
"""How SQLite keeps a transaction whole. ``wal``: in a log beside the file; readers never wait, and all processes share
memory, so it is for local disks only. ``delete``: in a rollback journal; works where files can be locked, on network
folders too, and readers and the writer wait for each other."""

_CHECKPOINT_PAGES = 8192
"""Of 4 KiB: the log grows to 32 MB before a commit moves it into the file, which waits for the disk twice. SQLite's own
1000 pages are written within a fraction of a second when trials report, and verdicts would wait for the disk."""
_LOOK_AGAIN_S = 0.01
_TOLD_AFTER_S = 2.0
"""After this long one says that one waits for another process."""
_logger = logging.getLogger("hyperstep")


class _Connections(Struct):
    """What one process has opened, and whose turn it is."""

    pid: int = field(default_factory=os.getpid)
    reader: sqlite3.Connection | None = None
    writer: sqlite3.Connection | None = None
    still: Still | None = None
    """What the reader looks at where SQLite cannot read it in its own way."""
    only_reads: bool = False
    """Whether one of them was opened to read and write while the disk was mounted for reading only."""
    opened: tuple[int, int] | None = None
    """Device and number of the file that the writer writes."""
    reading: threading.Lock = field(default_factory=threading.Lock)
    writing: threading.Lock = field(default_factory=threading.Lock)
    writing_thread: int | None = None

    def __del__(self) -> None:
        """A store that nobody closed closes itself, but never what a parent process opened."""
        if self.pid == os.getpid():
            for connection in (self.reader, self.writer):
                if connection is not None:
                    connection.close()


_inherited: list[_Connections] = []
"""What a parent process opened, kept so that this process never closes it."""


class Transaction:
    """Statements between begin and commit."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Run one statement; returns how many rows it changed.

        Raises:
            StoreError: The database refuses.
        """
        try:
            return self._connection.execute(sql, parameters).rowcount
        except Refusal as error:
            raise store_error(error, self._path) from error

    def execute_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement for each row.

        Raises:
            StoreError: The database refuses.
        """
        try:
            self._connection.executemany(sql, rows)
        except Refusal as error:
            raise store_error(error, self._path) from error

    def query(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Rows, with what this transaction has written.

        Raises:
            StoreError: The database refuses.
        """
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except Refusal as error:
            raise store_error(error, self._path) from error


class Database:
    """One SQLite file with its migration steps.

    Args:
        path: The file.
        steps: Its migrations.
        mode: What may be done to it. A file that is missing or still being made reads as empty with ``ro``.
        busy_timeout_s: How long to wait for another process's transaction.
        journal_mode: See ``JournalMode``.
    """

    def __init__(
        self,
        path: Path,
        steps: Sequence[Step],
        mode: Mode,
        *,
        busy_timeout_s: float = 30.0,
        journal_mode: JournalMode = "wal",
    ) -> None:
        self.path = path
        self._steps = steps
        self._mode = mode
        self._busy_timeout_s = busy_timeout_s
        self._journal_mode = journal_mode
        self._own = _Connections()

    def query(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Committed rows, all of one moment.

        Raises:
            StoreError: The database cannot be read.
        """
        self._leave_parent()
        with self._own.reading:
            try:
                try:
                    return self._query(sql, parameters)
                except ChangedMeanwhileError:
                    return self._query_again(sql, parameters)
            except Refusal as error:
                raise store_error(error, self.path) from error

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """One transaction: commits when the block ends, rolls back when it raises.

        Raises:
            StoreError: The database cannot be written, or this thread is in a transaction on it already.
        """
        self._leave_parent()
        if self._own.writing_thread == threading.get_ident():
            rule = "A thread has one transaction on a database at a time."
            raise StoreError(rule, received=str(self.path), remedy="Use the writer of the block around this one.")
        with self._own.writing:
            connection = self._begin()
            self._own.writing_thread = threading.get_ident()
            try:
                yield Transaction(connection, self.path)
                self._commit(connection)
            finally:
                self._own.writing_thread = None
                if connection.in_transaction:
                    connection.execute("rollback")

    def close(self) -> None:
        """Let go of the connections that are not in use now; a later call opens new ones."""
        self._leave_parent()
        with self._own.reading:
            self._close_reader()
        if self._own.writing.acquire(blocking=False):
            try:
                if self._own.writer is not None:
                    self._own.writer.close()
                    self._own.writer = None
            finally:
                self._own.writing.release()

    def check_in_place(self) -> None:
        """See that the file that is open for writing is the one of that name.

        Raises:
            StoreError: It was removed, or another one is there now.
        """
        opened = self._own.opened
        if opened is not None and _identity(self.path) != opened:
            rule = "A database must stay where it is while it is written, and this one was removed or replaced."
            raise StoreError(rule, received=str(self.path), remedy="What is written now, nobody else will see.")

    def sync(self) -> None:
        """Bring what was committed to the disk, so that it survives a loss of power too. Failing to is no error.

        In mode ``wal`` a commit leaves that to the operating system; in mode ``delete`` each commit does it itself.
        """
        if self._journal_mode == "wal":
            with suppress(OSError):  # no log yet, or none any more: then all is in the file, and that was synced
                _sync_file(self.path.with_name(f"{self.path.name}-wal"))

    def _leave_parent(self) -> None:
        if self._own.pid != os.getpid():
            _inherited.append(self._own)
            self._own = _Connections()

    def _open_writer(self) -> sqlite3.Connection:
        """The writing connection. What was opened while the disk could only be read is opened anew.

        It could never write, nor could another one of this process that shares memory with it.
        """
        if self._own.only_reads:
            self._own.only_reads = False
            if self._own.writer is not None:
                self._own.writer.close()
                self._own.writer = None
            with self._own.reading:
                self._close_reader()
        if self._own.writer is None:
            self._own.writer = self._connect()
            self._own.opened = _identity(self.path)
        return self._own.writer

    def _begin(self) -> sqlite3.Connection:
        if self._mode == "ro":
            rule = "This run store was opened for reading only."
            raise StoreError(rule, received=str(self.path), remedy="A trial asks its runner to write.")
        writer = self._open_writer()
        try:
            self._patiently(lambda: writer.execute("begin immediate"))
        except sqlite3.Error as error:
            raise store_error(error, self.path) from error
        return writer

    def _patiently(self, action: Callable[[], T]) -> T:
        """Do what another process may keep from being done for a while; says so when that takes long."""
        deadline = time.monotonic() + self._busy_timeout_s
        told = False
        while True:
            try:
                return action()
            except sqlite3.Error as error:
                if not is_busy(error) or time.monotonic() >= deadline:
                    raise
            if not told:
                told = True
                _logger.warning("waiting for another process, which holds %s", self.path)

    def _commit(self, connection: sqlite3.Connection) -> None:
        try:
            self._patiently(lambda: connection.execute("commit"))
        except sqlite3.Error as error:
            raise store_error(error, self.path) from error

    def _query(self, sql: str, parameters: Parameters) -> list[Row]:
        """Read once. Who only reads is refused while a writer begins the shared memory anew."""
        try:
            return self._query_once(sql, parameters)
        except sqlite3.Error as error:
            if self._mode != "ro" or self._own.still is not None or not is_begun_anew(error):
                raise
            self._close_reader()
            raise ChangedMeanwhileError from error

    def _query_once(self, sql: str, parameters: Parameters) -> list[Row]:
        connection = self._open_reader()
        try:
            if self._own.still is None:
                return self._patiently(lambda: connection.execute(sql, parameters).fetchall())
            with self._own.still:
                return connection.execute(sql, parameters).fetchall()
        finally:
            if connection is not self._own.reader:
                connection.close()

    def _query_again(self, sql: str, parameters: Parameters) -> list[Row]:
        from hyperstep.run_store.sqlite.read_only import when_still  # noqa: PLC0415 - hardly ever needed

        return when_still(lambda: self._query(sql, parameters), self.path, self._busy_timeout_s)

    def _open_reader(self) -> sqlite3.Connection:
        """The reading connection; an empty one of its own when there is nothing to read yet."""
        if self._own.still is not None and not self._own.still.is_current():
            self._close_reader()
        if self._own.reader is None:
            if self._mode == "ro" and not self.path.exists():
                return self._empty()
            self._own.reader = self._connect_reader()
            with self._own.still or nullcontext():
                is_empty = self._mode == "ro" and version_of(self._own.reader) == 0
            if is_empty:
                self._close_reader()
                return self._empty()
        return self._own.reader

    def _close_reader(self) -> None:
        if self._own.reader is not None:
            self._own.reader.close()
        self._own.reader = self._own.still = None

    def _empty(self) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        migrate(connection, self._steps, self.path)
        return connection

    def _connect(self) -> sqlite3.Connection:
        """A ready connection: right version, WAL, waiting for others.

        Another process that makes the file at this moment can hold it in ways that SQLite does not wait for.
        """
        if self._mode != "ro":
            self._make_ready()
        deadline = time.monotonic() + self._busy_timeout_s
        while True:
            connection = None
            try:
                self._note_mount()
                connection = self._raw_connection()
                self._prepare(connection)
                self._note_mount()
            except (sqlite3.Error, StoreError) as error:
                if connection is not None:
                    connection.close()
                if isinstance(error, StoreError):
                    raise
                if not is_busy(error) or time.monotonic() > deadline:
                    raise store_error(error, self.path) from error
                time.sleep(_LOOK_AGAIN_S)
            else:
                return connection

    def _connect_reader(self) -> sqlite3.Connection:
        if self._mode != "ro" or self._journal_mode != "wal":
            return self._connect()
        if cannot_share_memory(self.path) and self._keeps_log():
            return self._connect_still()
        try:
            return self._connect()
        except StoreError as error:
            if not self._is_read_only_here(error):
                raise
            return self._connect_still()

    def _keeps_log(self) -> bool:
        from hyperstep.run_store.sqlite.read_only import keeps_log  # noqa: PLC0415 - where there is no room

        return keeps_log(self.path)

    def _is_read_only_here(self, refused: StoreError) -> bool:
        from hyperstep.run_store.sqlite.read_only import is_read_only_here  # noqa: PLC0415 - as above

        return is_read_only_here(self.path, refused.__cause__)

    def _connect_still(self) -> sqlite3.Connection:
        from hyperstep.run_store.sqlite.read_only import open_still  # noqa: PLC0415 - as above

        self._own.still = open_still(self.path)
        try:
            with self._own.still as connection:
                self._prepare(connection)
        except BaseException:
            self._own.still.connection.close()
            self._own.still = None
            raise
        return self._own.still.connection

    def _note_mount(self) -> None:
        """Before something is opened, and after: the disk may be mounted otherwise in between."""
        if self._mode != "ro" and is_read_only(self.path.parent):
            self._own.only_reads = True

    def _make_ready(self) -> None:
        """See that there is a folder, and room for the memory that is shared: SQLite might not come back to say so."""
        if self._mode == "rwc":
            self._make_folder()
        if self._journal_mode == "wal" and cannot_share_memory(self.path):
            raise no_room(self.path)

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.path.parent, error) from error

    def _raw_connection(self) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={self._mode}"
        timeout_s = min(self._busy_timeout_s, _TOLD_AFTER_S)
        return sqlite3.connect(uri, uri=True, timeout=timeout_s, isolation_level=None, check_same_thread=False)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        version = version_of(connection)
        check_version(version, self._steps, self.path)
        if self._mode == "ro":
            self._make_readable(version)
            return
        if connection.execute("pragma journal_mode").fetchone()[0] != self._journal_mode:
            self._switch_journal_mode(connection)
        connection.execute(f"pragma synchronous = {'normal' if self._journal_mode == 'wal' else 'full'}")
        connection.execute(f"pragma wal_autocheckpoint = {_CHECKPOINT_PAGES:d}")
        if version < len(self._steps):
            migrate(connection, self._steps, self.path)

    def _make_readable(self, version: int) -> None:
        """A reader brings an older file up to date, which changes no record, where it may write."""
        if not 0 < version < len(self._steps):
            return
        try:
            with closing(sqlite3.connect(self.path, timeout=self._busy_timeout_s, isolation_level=None)) as connection:
                migrate(connection, self._steps, self.path)
        except sqlite3.Error as error:
            rule = f"Databases of version {version} must be brought up to version {len(self._steps)} before reading."
            remedy = f"That was refused ({error}): look once where the home can be written to."
            raise StoreDeniedError(rule, received=str(self.path), remedy=remedy) from error

    def _switch_journal_mode(self, connection: sqlite3.Connection) -> None:
        mode = connection.execute(f"pragma journal_mode = {self._journal_mode}").fetchone()[0]
        if mode != self._journal_mode:
            rule = f"The home's file system must allow SQLite's journal mode '{self._journal_mode}'; it gave '{mode}'."
            remedy = "Set HYPERSTEP_HOME to a folder on a local disk."
            raise StoreError(rule, received=str(self.path), remedy=remedy)


def _identity(path: Path) -> tuple[int, int] | None:
    """What file that name means; None when there is none."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    return state.st_dev, state.st_ino


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
