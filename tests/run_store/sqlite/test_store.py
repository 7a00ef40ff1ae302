"""The run store on SQLite keeps the contract, and leaves the home as it should."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from msgspec.structs import replace

from hyperstep.errors import StoreError
from hyperstep.run_store import open_run_store
from hyperstep.run_store.base import Journal, RunStore
from hyperstep.testing.journal import JournalContract
from hyperstep.testing.run_store import OWNER, RunStoreContract, StoreFactory, root_run


class SqliteFactory(StoreFactory):
    def open_store(self, place: Path, *, read_only: bool = False) -> RunStore:
        return open_run_store(place, read_only=read_only)


class TestSqliteRunStore(SqliteFactory, RunStoreContract):
    pass


class TestSqliteJournal(SqliteFactory, JournalContract):
    pass


class NetworkFactory(StoreFactory):
    """As on a network file system: without shared memory."""

    def open_store(self, place: Path, *, read_only: bool = False) -> RunStore:
        return open_run_store(place, read_only=read_only, journal_mode="delete")


class TestSqliteRunStoreWithoutSharedMemory(NetworkFactory, RunStoreContract):
    pass


class TestSqliteJournalWithoutSharedMemory(NetworkFactory, JournalContract):
    pass


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "a home, with ünï? #1 %41"
    store = open_run_store(home)
    store.create([root_run()], folder="f", spec={"a": 1})
    store.close()
    return home


def test_a_closed_store_leaves_two_files(home: Path) -> None:
    files = sorted(path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())
    assert files == ["index.db", "runs/f/run.db"]


def test_reading_an_absent_home_makes_nothing(tmp_path: Path) -> None:
    store = open_run_store(tmp_path / "none", read_only=True)
    assert store.roots() == []
    assert not (tmp_path / "none").exists()


def test_reading_changes_no_byte_of_the_databases(home: Path) -> None:
    before = {path: path.read_bytes() for path in home.rglob("*.db")}
    store = open_run_store(home, read_only=True)
    assert store.journal("HD_root").spec() == {"a": 1}
    store.close()
    assert {path: path.read_bytes() for path in home.rglob("*.db")} == before


def test_a_reader_that_came_first_sees_what_is_made_later(tmp_path: Path) -> None:
    reader = open_run_store(tmp_path, read_only=True)
    assert reader.roots() == []
    (tmp_path / "index.db").touch()  # a writer has only begun
    assert reader.roots() == []
    writer = open_run_store(tmp_path)
    writer.create([root_run()], folder="f", spec=None)
    assert reader.roots() == [root_run()]
    writer.close()
    reader.close()


@pytest.mark.parametrize("read_only", [False, True])
def test_a_damaged_index_is_named_and_left_alone(home: Path, *, read_only: bool) -> None:
    index = home / "index.db"
    index.write_bytes(b"no database at all, " * 500)
    store = open_run_store(home, read_only=read_only)
    with pytest.raises(StoreError, match=r"damaged.*index\.db.*left as it is"):
        store.roots()
    assert index.read_bytes() == b"no database at all, " * 500


def test_a_damaged_journal_costs_one_run(home: Path) -> None:
    store = open_run_store(home)
    other = store.create([root_run("other")], folder="g", spec=5)
    (home / "runs/f/run.db").write_bytes(b"torn" * 1000)
    with pytest.raises(StoreError, match=r"runs/f/run\.db"):
        store.journal("HD_root")
    assert other.spec() == 5
    assert len(store.roots()) == 2
    assert (home / "runs/f/run.db").read_bytes() == b"torn" * 1000
    store.close()


def test_a_page_damaged_in_the_middle_is_told(home: Path) -> None:
    store = open_run_store(home)
    journal = store.journal("HD_root")
    with journal.transaction(0) as writer:
        for n in range(500):
            writer.append_event("HD_root", "x" * 100, {"n": n}, 1.0)
    store.close()
    file = home / "runs/f/run.db"
    content = bytearray(file.read_bytes())
    content[4096 * 15 : 4096 * 25] = os.urandom(4096 * 10)
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"run\.db"):
        open_run_store(home, read_only=True).journal("HD_root").events("HD_root")


def test_a_missing_journal_is_told_and_not_made_anew(home: Path) -> None:
    (home / "runs/f/run.db").unlink()
    for read_only in (False, True):
        with pytest.raises(StoreError, match=r"gone.*run\.db"):
            open_run_store(home, read_only=read_only).journal("HD_root")
    assert not (home / "runs/f/run.db").exists()


def test_a_journal_without_its_first_records_is_told(home: Path) -> None:
    (home / "runs/f/run.db").write_bytes(b"")
    with pytest.raises(StoreError, match="must hold what was submitted"):
        open_run_store(home, read_only=True).journal("HD_root").spec()


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    with pytest.raises(StoreError, match="HYPERSTEP_HOME"):
        open_run_store(tmp_path / "home").roots()


def test_a_full_disk_leaves_whole_records(home: Path) -> None:
    store = open_run_store(home)
    journal = store.journal("HD_root")
    with journal.transaction(0) as writer:
        writer.append_event("HD_root", "x", {}, 1.0)
    _limit_pages(journal)
    with pytest.raises(StoreError, match=r"full.*Nothing was recorded in part"):
        _write_a_megabyte(journal)
    assert [event.kind for event in journal.events("HD_root")] == ["x"]
    store.close()


def _write_a_megabyte(journal: Journal) -> None:
    with journal.transaction(0) as writer:
        for _ in range(1000):
            writer.append_event("HD_root", "y" * 1000, {}, 1.0)


def _limit_pages(journal: object) -> None:
    """As a full disk does: no page more than there are now."""
    writer: sqlite3.Connection = journal._database._own.writer  # type: ignore[attr-defined]
    pages = writer.execute("pragma page_count").fetchone()[0]
    writer.execute(f"pragma max_page_count = {pages}")


def test_many_journals_hold_few_connections(tmp_path: Path) -> None:
    store = open_run_store(tmp_path)
    journals = [store.create([root_run(f"r{n}")], folder=f"f{n}", spec=n) for n in range(40)]
    descriptors = Path("/proc/self/fd")
    if descriptors.exists():
        held = {str(link.readlink()) for link in descriptors.iterdir() if link.is_symlink()}
        assert len({name for name in held if name.startswith(str(tmp_path)) and name.endswith("run.db")}) <= 16
    assert [journal.spec() for journal in journals] == list(range(40))
    for journal in journals:
        journal.close()
    store.close()


def test_a_database_of_a_newer_version_is_refused(home: Path) -> None:
    for name in ("index.db", "runs/f/run.db"):
        connection = sqlite3.connect(home / name)
        connection.execute("pragma user_version = 99")
        connection.close()
    with pytest.raises(StoreError, match=r"version 99.*index\.db.*newer hyperstep"):
        open_run_store(home).roots()
    with pytest.raises(StoreError, match=r"version 99"):
        open_run_store(home, read_only=True).roots()


def test_a_stored_record_that_does_not_fit_is_told(home: Path) -> None:
    connection = sqlite3.connect(home / "index.db")
    connection.execute("update roots set status = 'Dreaming'")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="RunRecord"):
        open_run_store(home, read_only=True).roots()


def test_text_that_no_database_holds_is_refused_whole(home: Path) -> None:
    store = open_run_store(home)
    with pytest.raises(StoreError, match="refused"):
        store.put_named("local", "model", "half \ud800", {}, 1.0)
    assert store.all_named("local", "model") == []
    with pytest.raises(StoreError, match="refused"):
        store.journal("HD_root").acquire(replace(OWNER, pid=2**70))
    assert store.journal("HD_root").owner() is None
    store.close()
