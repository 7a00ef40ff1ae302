"""Databases on a disk that is mounted for reading only, or in somebody else's folder."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest.mock import Mock

import pytest
from tests.forked import NOBODY, said_in_child
from tests.runtime.small_disk import disk_of_small_blocks, fill, only_readable_now, small_disk

from hyperstep.errors import StoreBusyError, StoreDeniedError, StoreError
from hyperstep.run_store.sqlite import read_only
from hyperstep.run_store.sqlite.copying import copy_database
from hyperstep.run_store.sqlite.database import Database
from hyperstep.run_store.sqlite.lost import unknown_runs
from hyperstep.run_store.sqlite.migrations import INDEX
from hyperstep.run_store.sqlite.read_only import read_once
from hyperstep.run_store.sqlite.rebuilding import faulty_databases
from hyperstep.run_store.sqlite.refusals import ChangedMeanwhileError, store_error

STEPS = (("create table t (x integer not null)",),)
ALL = "select x from t order by x"
LEAVE = "insert into t values (2)"
_WRITES_AND_DIES = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute(sys.argv[2])
connection.commit()
os._exit(0)
"""


@contextmanager
def only_readable(folder: Path) -> Iterator[Path]:
    """Another name of the folder, mounted for reading only; its own name stays writable. Skips where not allowed."""
    if os.name != "posix" or shutil.which("mount") is None:
        pytest.skip("there is no mount command here")
    place = folder.with_name(f"{folder.name}-read-only")
    place.mkdir()
    for command in (["--bind", str(folder), str(place)], ["-o", "remount,ro,bind", str(place)]):
        done = subprocess.run(["mount", *command], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            subprocess.run(["umount", "-l", str(place)], capture_output=True, check=False)
            pytest.skip(f"a folder cannot be mounted for reading only here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a database that was closed in order: it has no log."""
    folder = tmp_path / "folder"
    with closing(Database(folder / "a.db", STEPS, "rwc")) as database, database.write() as transaction:
        transaction.execute("insert into t values (1)")
    assert contents(folder).keys() == {"a.db"}
    return folder


def leave_log(file: Path, statement: str = LEAVE) -> None:
    """Write a row that is in the log only, and die."""
    subprocess.run([sys.executable, "-c", _WRITES_AND_DIES, str(file), statement], check=True)
    assert file.with_name("a.db-wal").stat().st_size


def leave_log_alone(file: Path, statement: str = LEAVE) -> None:
    leave_log(file, statement)
    file.with_name("a.db-shm").unlink()


def leave_empty_log(file: Path) -> None:
    file.with_name("a.db-wal").touch()


def leave_memory_alone(file: Path) -> None:
    leave_log(file)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute(ALL).fetchall() == [(1,), (2,)]
    file.with_name("a.db-shm").write_bytes(bytes(32768))


def leave_sparse_memory(file: Path) -> None:
    """As on a disk whose blocks are smaller than a page: to write into it is to be killed."""
    with file.with_name("a.db-shm").open("wb") as memory:
        memory.truncate(32768)


@pytest.mark.parametrize(
    ("leave", "rows"),
    [
        (lambda _: None, [(1,)]),
        (leave_empty_log, [(1,)]),
        (leave_log, [(1,), (2,)]),
        (leave_log_alone, [(1,), (2,)]),
        (leave_memory_alone, [(1,), (2,)]),
    ],
    ids=["closed", "empty log", "log and memory", "log", "memory"],
)
def test_all_that_was_committed_is_read_and_nothing_is_left(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    leave: Callable[[Path], None],
    rows: list[tuple[int]],
) -> None:
    leave(folder / "a.db")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    before = contents(folder)
    with only_readable(folder) as place:
        with closing(Database(place / "a.db", STEPS, "ro")) as database:
            assert database.query(ALL) == rows
            assert database.query(ALL) == rows
        assert read_once(place / "a.db", lambda connection: connection.execute(ALL).fetchall()) == rows
        copy_database(place / "a.db", tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute(ALL).fetchall() == rows
    assert contents(folder) == before
    assert contents(temporary) == {}


def test_a_disk_without_any_room_is_read_too(folder: Path, tmp_path: Path) -> None:
    """As images of disks are that were made once for reading only."""
    with small_disk(tmp_path / "disk", "1m") as disk:
        shutil.copy(folder / "a.db", disk)
        fill(disk)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with closing(Database(disk / "a.db", STEPS, "ro")) as database:
            assert database.query(ALL) == [(1,)]


@pytest.mark.parametrize(
    ("leave", "rows"),
    [(lambda _: None, [(1,)]), (leave_log_alone, [(1,), (2,)]), (leave_sparse_memory, [(1,)])],
    ids=["closed", "log", "memory without a place"],
)
def test_a_full_disk_is_read_until_there_is_room_again(
    folder: Path, tmp_path: Path, leave: Callable[[Path], None], rows: list[tuple[int]]
) -> None:
    """SQLite would make files beside the database, even to read it."""
    leave(folder / "a.db")
    with small_disk(tmp_path / "disk", "1m") as disk:
        file = Path(shutil.copytree(folder, disk / "folder"), "a.db")
        if leave is leave_sparse_memory:
            leave(file)  # copying would fill it
        os.utime(file, (1, 1))
        ballast = fill(disk)
        before = contents(file.parent)
        with closing(Database(file, STEPS, "ro")) as database:
            assert database.query(ALL) == rows
            assert read_once(file, lambda connection: connection.execute(ALL).fetchall()) == rows
            assert contents(file.parent) == before
            ballast.unlink()
            with closing(sqlite3.connect(file)) as connection:
                connection.execute("insert into t values (3)")
                connection.commit()
            assert database.query(ALL) == [*rows, (3,)]


def test_a_full_disk_damages_nothing(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where its last records cannot be copied."""
    leave_log_alone(folder / "a.db")
    with small_disk(tmp_path / "disk", "1m") as disk:
        shutil.copytree(folder, disk / "home").joinpath("a.db").rename(disk / "home" / "index.db")
        (disk / "home" / "a.db-wal").rename(disk / "home" / "index.db-wal")
        fill(disk)
        monkeypatch.setattr("tempfile.tempdir", str(disk))
        assert [fault.is_damage for fault in faulty_databases(disk / "home")] == [False]
        refused = sqlite3.OperationalError("disk I/O error")
        refused.sqlite_errorcode = sqlite3.SQLITE_IOERR
        monkeypatch.setattr("hyperstep.run_store.sqlite.rebuilding.read_once", Mock(side_effect=refused))
        assert [fault.is_damage for fault in faulty_databases(disk / "home")] == [False]


_WRITES_BEYOND_ITS_LIMIT = """
import resource, sys
from pathlib import Path
from hyperstep.run_store.sqlite.database import Database
resource.setrlimit(resource.RLIMIT_FSIZE, (20 * 1024, resource.RLIM_INFINITY))
Database(Path(sys.argv[1]), (("create table t (x integer not null)",),), "rwc").query("select x from t")
"""


@pytest.mark.skipif(os.name != "posix", reason="there is no limit of that kind")
def test_a_limit_of_the_size_of_files_is_told_as_that(folder: Path) -> None:
    command = [sys.executable, "-c", _WRITES_BEYOND_ITS_LIMIT, str(folder / "a.db")]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    assert "must be able to grow, and a file may have 20 KB here (disk I/O error)" in said
    assert "Raise that limit (`ulimit -f`)" in said


@pytest.mark.parametrize(
    ("code", "is_limit"),
    [
        (sqlite3.SQLITE_IOERR_WRITE, True),
        (sqlite3.SQLITE_IOERR_SHMSIZE, True),
        (sqlite3.SQLITE_IOERR_READ, False),
        (sqlite3.SQLITE_IOERR_FSYNC, False),
        (sqlite3.SQLITE_CORRUPT, False),
    ],
)
def test_a_failing_disk_is_not_taken_for_a_limit_of_the_size_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, is_limit: bool
) -> None:
    monkeypatch.setattr("hyperstep.run_store.sqlite.room.file_size_limit", lambda: 20 * 1024)
    refused = sqlite3.OperationalError("disk I/O error")
    refused.sqlite_errorcode = code
    assert ("ulimit -f" in str(store_error(refused, tmp_path / "a.db"))) == is_limit


def test_what_is_written_elsewhere_is_seen_by_the_next_question(folder: Path) -> None:
    """The folder is mounted for reading only here; another process sees it writable."""
    with only_readable(folder) as place, closing(Database(place / "a.db", STEPS, "ro")) as database:
        assert database.query(ALL) == [(1,)]
        leave_log_alone(folder / "a.db")
        assert database.query(ALL) == [(1,), (2,)]
        with closing(sqlite3.connect(folder / "a.db")) as connection:
            connection.execute("delete from t")
            connection.commit()
        assert contents(folder).keys() == {"a.db"}
        assert database.query(ALL) == []


def test_an_answer_of_two_moments_is_asked_for_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes between the first page that is read and the end of the question."""
    writes = [3]

    def write(value: int) -> int:
        while writes:
            with closing(sqlite3.connect(folder / "a.db")) as connection:
                connection.execute("insert into t values (?)", (writes.pop(),))
                connection.commit()
        return value

    connect = read_only._connect

    def connect_with_writer(path: Path, how: str) -> sqlite3.Connection:
        connection = connect(path, how)
        connection.create_function("disturbed", 1, write)
        return connection

    monkeypatch.setattr(read_only, "_connect", connect_with_writer)
    with only_readable(folder) as place, closing(Database(place / "a.db", STEPS, "ro")) as database:
        assert database.query("select disturbed(x) from t order by x") == [(1,), (3,)]


_MOVES_ITS_LOG_AND_WRITES = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("pragma wal_checkpoint(restart)")
connection.execute("update t set x = 1 where rowid = 20000")
connection.commit()
os._exit(0)
"""


def test_a_log_that_is_begun_anew_between_file_and_log_is_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copied file would miss what has left the log since."""
    file = folder / "a.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("delete from t")
        connection.executemany("insert into t values (?)", [(0,)] * 20_000)
        connection.commit()
    leave_log_alone(file, "update t set x = 1 where rowid = 1")
    copy, writes = shutil.copyfile, [_MOVES_ITS_LOG_AND_WRITES]

    def copy_and_write(source: Path, target: Path) -> Path:
        copied = copy(source, target)
        while writes:
            subprocess.run([sys.executable, "-c", writes.pop(), str(file)], check=True)
        return copied

    monkeypatch.setattr(shutil, "copyfile", copy_and_write)
    with only_readable(folder) as place, closing(Database(place / "a.db", STEPS, "ro")) as database:
        assert database.query("select sum(x) from t") == [(2,)]
    assert not writes


def test_a_log_that_is_away_for_a_moment_is_looked_for_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its writer closed, and another one opened: it is there again when one looks why it could not be copied."""
    leave_log_alone(folder / "a.db")
    copy, away = shutil.copyfile, [folder / "elsewhere"]

    def copy_meanwhile(source: Path, target: Path) -> Path:
        place = away.pop() if away and source.name.endswith("-wal") else None
        if place is None:
            return copy(source, target)
        log = (folder / "a.db-wal").rename(place)
        try:
            return copy(source, target)
        finally:
            log.rename(folder / "a.db-wal")

    monkeypatch.setattr(shutil, "copyfile", copy_meanwhile)
    with only_readable(folder) as place, closing(Database(place / "a.db", STEPS, "ro")) as database:
        assert database.query(ALL) == [(1,), (2,)]
    assert not away


def test_a_file_that_was_just_written_is_not_read_in_place(folder: Path) -> None:
    """Its time of change could stay the same when it is written once more."""
    os.utime(folder / "a.db")
    with pytest.raises(ChangedMeanwhileError):
        read_only.open_still(folder / "a.db")
    os.utime(folder / "a.db", (1, 1))
    still = read_only.open_still(folder / "a.db")
    with closing(still.connection), still as connection:
        assert connection.execute(ALL).fetchall() == [(1,)]


def test_a_database_that_never_stands_still_is_busy_not_damaged(folder: Path) -> None:
    def write(connection: sqlite3.Connection) -> list[tuple[int]]:
        with closing(sqlite3.connect(folder / "a.db")) as writer:
            writer.execute("insert into t values (9)")
            writer.commit()
        return connection.execute(ALL).fetchall()

    with only_readable(folder) as place, pytest.raises(StoreBusyError, match="It is written to elsewhere"):
        read_once(place / "a.db", write, patience_s=0.3)


def test_a_log_that_cannot_be_copied_is_told_with_what_to_do(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_log_alone(folder / "a.db")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with (
        only_readable(folder) as place,
        closing(Database(place / "a.db", STEPS, "ro")) as database,
        pytest.raises(StoreDeniedError, match=r"No such file.*Nothing is wrong with the records. Set TMPDIR"),
    ):
        database.query(ALL)


def test_a_damaged_one_is_still_called_damaged(folder: Path) -> None:
    content = bytearray((folder / "a.db").read_bytes())
    content[100:200] = os.urandom(100)
    (folder / "a.db").write_bytes(content)
    with (
        only_readable(folder) as place,
        closing(Database(place / "a.db", STEPS, "ro")) as database,
        pytest.raises(StoreError, match="this one is damaged"),
    ):
        database.query(ALL)


def test_an_older_one_is_no_damaged_one(folder: Path) -> None:
    newer = (*STEPS, ("alter table t add column y",))
    with (
        only_readable(folder) as place,
        closing(Database(place / "a.db", newer, "ro")) as database,
        pytest.raises(StoreDeniedError, match="look once where the home can be written to"),
    ):
        database.query(ALL)


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that everybody may enter, and all folders above it."""
    place = Path(tempfile.mkdtemp(prefix="hs-", dir="/tmp"))
    place.chmod(0o777)
    yield place
    shutil.rmtree(place)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only a process of its own can become somebody else")
@pytest.mark.parametrize(("leave", "rows"), [(lambda _: None, [1]), (leave_log_alone, [1, 2])], ids=["closed", "log"])
def test_somebody_elses_folder_is_read_too(
    folder: Path, open_place: Path, monkeypatch: pytest.MonkeyPatch, leave: Callable[[Path], None], rows: list[int]
) -> None:
    leave(folder / "a.db")
    theirs = Path(shutil.copytree(folder, open_place / "theirs"))
    theirs.chmod(0o555)
    monkeypatch.setattr("tempfile.tempdir", str(open_place))
    found = said_in_child(lambda: [x for (x,) in Database(theirs / "a.db", STEPS, "ro").query(ALL)], user=NOBODY)
    theirs.chmod(0o755)
    assert found == repr(rows)


_WRITES_IN_PAIRS = """
import sqlite3, sys
for n in range(10**9):
    connection = sqlite3.connect(sys.argv[1])
    for _ in range(n % 4 + 1):
        connection.execute("update t set x = x + 1 where rowid = 1")
        connection.execute("update t set x = x - 1 where rowid = (select max(rowid) from t)")
        connection.commit()
    connection.close()
"""


def test_no_answer_is_of_two_moments_while_another_process_opens_writes_and_closes(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "a.db")) as connection:
        connection.executemany("insert into t values (?)", [(0,)] * 20_000)  # first and last lie on pages far apart
        connection.commit()
    writer = subprocess.Popen([sys.executable, "-c", _WRITES_IN_PAIRS, str(folder / "a.db")])
    try:
        with only_readable(folder) as place:
            sums = set()
            for _ in range(100):
                with closing(Database(place / "a.db", STEPS, "ro")) as database:
                    sums.add(database.query("select sum(x) from t")[0][0])
                copy_database(place / "a.db", copy := folder.with_name("copy.db"))
                with closing(sqlite3.connect(copy)) as connection:
                    sums.add(connection.execute("select sum(x) from t").fetchone()[0])
                copy.unlink()
        assert sums == {1}
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()


_DIES_WITHIN_A_TRANSACTION = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("pragma cache_size = 1")
connection.execute("begin")
connection.executemany("insert into t values (?)", [(7,)] * 50_000)
os._exit(0)
"""


@pytest.mark.parametrize("index", [True, False])
def test_half_a_transaction_is_never_read_from_a_database_without_a_log(tmp_path: Path, index: bool) -> None:
    """As a home on a network has it. Who looks for lost runs does not know where the home lies."""
    home = tmp_path / "home"
    file = home / ("index.db" if index else "runs/a/run.db")
    steps = (*INDEX, STEPS[0]) if index else STEPS
    with closing(Database(file, steps, "rwc", journal_mode="delete")) as database, database.write() as transaction:
        transaction.execute("pragma user_version")
    subprocess.run([sys.executable, "-c", _DIES_WITHIN_A_TRANSACTION, str(file)], check=True)
    assert file.with_name(f"{file.name}-journal").stat().st_size
    with only_readable_now(home):
        with pytest.raises(sqlite3.Error):
            read_once(file, lambda connection: connection.execute("select count(*) from t").fetchone()[0])
        assert not index or unknown_runs(home) == []
        with pytest.raises(StoreError), closing(Database(file, steps, "ro")) as database:
            database.query("select count(*) from t")


_HOLDS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute(sys.argv[2])
connection.commit()
print("open", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_open(file: Path) -> Iterator[None]:
    """Another process writes a row and has it open, so that it can be read in SQLite's own way."""
    command = [sys.executable, "-c", _HOLDS, str(file), LEAVE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        yield
        holder.communicate()


def test_who_is_reading_goes_on_while_the_shared_memory_is_begun_anew(folder: Path) -> None:
    """As the next one does who opens it for writing. SQLite says to a reader then that it cannot write."""
    with (
        held_open(folder / "a.db"),
        only_readable(folder) as place,
        closing(Database(place / "a.db", STEPS, "ro")) as database,
    ):
        assert database.query(ALL) == [(1,), (2,)]
        with (folder / "a.db-shm").open("r+b") as memory:
            memory.write(bytes(96))
        assert database.query(ALL) == [(1,), (2,)]


@pytest.mark.parametrize("reads", [False, True])
def test_what_was_opened_while_the_disk_could_only_be_read_writes_once_it_can_be_written_to(
    folder: Path, reads: bool
) -> None:
    with held_open(folder / "a.db"), closing(Database(folder / "a.db", STEPS, "rw")) as database:
        with only_readable_now(folder):
            for _ in range(2):
                assert not reads or database.query(ALL) == [(1,), (2,)]
                with pytest.raises(StoreDeniedError), database.write() as transaction:
                    transaction.execute(LEAVE)
        with database.write() as transaction:
            assert transaction.execute(LEAVE) == 1
        assert database.query(ALL) == [(1,), (2,), (2,)]


_WRITES = """
import pathlib, sys
from hyperstep.errors import DiskFullError
from hyperstep.run_store.sqlite.database import Database
database = Database(pathlib.Path(sys.argv[1]), ((sys.argv[2],),), "rw")
try:
    with database.write() as transaction:
        transaction.execute(sys.argv[3])
except DiskFullError:
    print("full")
"""


@pytest.mark.parametrize("free_kb", [0, 16, 31, 33])
def test_whoever_opens_a_database_to_write_where_its_memory_has_no_place_is_told_and_lives(
    tmp_path: Path, free_kb: int
) -> None:
    """A page of which only a part has a place on the disk kills whoever writes to it."""
    with disk_of_small_blocks(tmp_path / "disk") as disk:
        with closing(Database(disk / "a.db", STEPS, "rwc")) as database, database.write() as transaction:
            transaction.execute(LEAVE)
        ballast = fill(disk)
        os.truncate(ballast, ballast.stat().st_size - free_kb * 1024)
        command = [sys.executable, "-c", _WRITES, str(disk / "a.db"), STEPS[0][0], LEAVE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "full\n"), done.stderr
        ballast.unlink()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
