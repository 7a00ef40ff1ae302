"""One SQLite file: migrations, refusals."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hyperstep.errors import StoreError
from hyperstep.run_store.sqlite.database import Database
from hyperstep.run_store.sqlite.migrations import INDEX, JOURNAL, Step

FIRST: Step = ("create table a (x integer)", "insert into a (x) values (1)")
SECOND: Step = ("alter table a add column y integer not null default 2",)


def test_steps_are_taken_in_order_and_once(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    old = Database(file, [FIRST], "rwc")
    assert old.query("select * from a") == [(1,)]
    old.close()
    for _ in range(2):
        new = Database(file, [FIRST, SECOND], "rwc")
        assert new.query("select * from a") == [(1, 2)]
        new.close()


def test_a_step_that_fails_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    Database(file, [FIRST], "rwc").query("select 1")
    broken = Database(file, [FIRST, (*SECOND, "create nonsense")], "rwc")
    with pytest.raises(StoreError, match="nonsense"):
        broken.query("select 1")
    again = Database(file, [FIRST], "rwc")
    assert again.query("select * from a") == [(1,)]
    again.close()


def test_a_reader_brings_an_older_file_up_to_date(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    old = Database(file, [FIRST], "rwc")
    old.query("select 1")
    old.close()
    reader = Database(file, [FIRST, SECOND], "ro")
    assert len(reader.query("select * from a")[0]) == 2
    reader.close()
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("pragma user_version").fetchone() == (2,)


def test_an_older_file_that_may_not_be_changed_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    old = Database(file, [FIRST], "rwc")
    with old.write():
        reader = Database(file, [FIRST, SECOND], "ro", busy_timeout_s=0.05)
        with pytest.raises(StoreError, match=r"version 1 .* version 2"):
            reader.query("select 1")
    assert old.query("pragma user_version") == [(1,)]
    old.close()


def test_a_busy_database_is_told_after_the_waiting_time(tmp_path: Path) -> None:
    first = Database(tmp_path / "x.db", [FIRST], "rwc")
    second = Database(tmp_path / "x.db", [FIRST], "rwc", busy_timeout_s=0.05)
    with first.write() as transaction:
        transaction.execute("insert into a (x) values (2)")
        with pytest.raises(StoreError, match="another process holds it"), second.write():
            pass
    assert second.query("select count(*) from a") == [(2,)]
    first.close()
    second.close()


def test_a_file_that_must_exist_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can be opened"):
        Database(tmp_path / "x.db", [FIRST], "rw").query("select 1")
    assert list(tmp_path.iterdir()) == []


def test_databases_use_the_write_ahead_log(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db", [FIRST], "rwc")
    assert database.query("pragma journal_mode") == [("wal",)]
    assert database.query("pragma synchronous") == [(1,)]
    database.close()


def test_closing_within_a_transaction_leaves_it_alone(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db", [FIRST], "rwc")
    with database.write() as transaction:
        transaction.execute("insert into a (x) values (2)")
        database.close()
    assert database.query("select count(*) from a") == [(2,)]
    database.close()


@pytest.mark.parametrize("steps", [INDEX, JOURNAL])
def test_released_steps_make_a_whole_database(steps: tuple[Step, ...], tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db", steps, "rwc")
    assert database.query("pragma integrity_check") == [("ok",)]
    assert database.query("pragma user_version") == [(len(steps),)]
    database.close()
