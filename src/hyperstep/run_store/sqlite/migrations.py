"""The tables, as numbered steps: a database's version is how many of its steps have been taken.

A step that was released is never changed; a change of the tables is a new step at the end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from hyperstep.errors import StoreError

Step = tuple[str, ...]
"""The statements of one step, in order."""

INDEX: tuple[Step, ...] = (
    (
        """create table roots (
            position integer primary key,
            id text not null unique,
            folder text not null unique,
            workspace text not null,
            experiment text not null,
            submission text not null,
            parent_id text,
            kind text not null,
            status text not null,
            number integer not null,
            name text not null,
            created_at real not null,
            body text not null
        )""",
        "create index roots_by_time on roots (created_at)",
        "create index roots_by_submission on roots (submission)",
        "create table registered_runs (run_id text primary key, root_id text not null) without rowid",
        """create table named (
            workspace text not null,
            kind text not null,
            name text not null,
            version integer not null,
            created_at real not null,
            body text not null,
            primary key (workspace, kind, name, version)
        ) without rowid""",
        """create table name_counters (
            workspace text not null,
            kind text not null,
            name text not null,
            last integer not null,
            primary key (workspace, kind, name)
        ) without rowid""",
        """create table fingerprints (
            position integer primary key,
            workspace text not null,
            digest text not null,
            step text not null,
            run_id text not null,
            root_id text not null,
            created_at real not null,
            body text not null
        )""",
        "create index fingerprints_by_digest on fingerprints (workspace, digest)",
        "create index fingerprints_by_step on fingerprints (workspace, step)",
        "create index fingerprints_by_root on fingerprints (root_id)",
    ),
    (
        """create table sweeps (
            position integer primary key,
            workspace text not null,
            digest text not null,
            step text not null,
            run_id text not null,
            root_id text not null,
            created_at real not null,
            body text not null,
            unique (run_id, digest)
        )""",
        "create index sweeps_by_digest on sweeps (workspace, digest)",
        "create index sweeps_by_step on sweeps (workspace, step)",
        "create index sweeps_by_root on sweeps (root_id)",
    ),
    (
        """create table forced_runs (
            position integer primary key,
            workspace text not null,
            digest text not null,
            run_id text not null,
            root_id text not null,
            began_at real not null,
            unique (workspace, digest, root_id)
        )""",
    ),
)
"""``index.db``: root runs, findable ids, named things, fingerprints of steps and sweeps, runs that were forced."""

JOURNAL: tuple[Step, ...] = (
    (
        # one row: the newest owner's epoch, and a number that counts the transactions
        "create table head (epoch integer not null, version integer not null)",
        "insert into head (epoch, version) values (0, 0)",
        "create table spec (body text not null)",
        """create table owners (
            epoch integer primary key,
            pid integer not null,
            pid_started_at real not null,
            host text not null
        )""",
        """create table runs (
            position integer primary key,
            id text not null unique,
            parent_id text,
            kind text not null,
            status text not null,
            number integer not null,
            name text not null,
            created_at real not null,
            body text not null
        )""",
        "create index runs_by_parent on runs (parent_id)",
        """create table attempts (
            run_id text not null,
            number integer not null,
            started_at real not null,
            ending text,
            records_offset integer not null,
            primary key (run_id, number)
        ) without rowid""",
        # step has no type: one beyond 64 bits is kept as text
        """create table metrics (
            run_id text not null,
            attempt integer not null,
            sequence integer not null,
            name text not null,
            kind text not null,
            value text not null,
            step,
            time real not null,
            primary key (run_id, attempt, sequence)
        ) without rowid""",
        """create table artifacts (
            run_id text not null,
            path text not null,
            digest text not null,
            size integer not null,
            primary key (run_id, path)
        ) without rowid""",
        """create table events (
            run_id text not null,
            sequence integer not null,
            kind text not null,
            time real not null,
            body text not null,
            primary key (run_id, sequence)
        ) without rowid""",
        """create table decisions (
            run_id text not null,
            sequence integer not null,
            event integer not null,
            kind text not null,
            subject text not null,
            time real not null,
            evidence text not null,
            primary key (run_id, sequence)
        ) without rowid""",
    ),
    (
        "alter table owners add column boot text not null default ''",
        "alter table owners add column beat integer not null default 0",
        "alter table owners add column beat_at real not null default 0",
    ),
    ("alter table attempts add column launched text", "alter table attempts add column threads text"),
)
"""``run.db``: everything of one root run."""


def version_of(connection: sqlite3.Connection) -> int:
    """How many steps the database has taken; 0 for an empty one."""
    return int(connection.execute("pragma user_version").fetchone()[0])


def check_version(version: int, steps: Sequence[Step], path: Path) -> None:
    """Refuse a database that a newer hyperstep has changed.

    Raises:
        StoreError: It has taken more steps than this hyperstep knows.
    """
    if version > len(steps):
        rule = f"This hyperstep reads databases up to version {len(steps)}, and this one has version {version}."
        remedy = "A newer hyperstep wrote it: install that version or a later one. The file was left as it is."
        raise StoreError(rule, received=str(path), remedy=remedy)


def migrate(connection: sqlite3.Connection, steps: Sequence[Step], path: Path) -> None:
    """Take the steps that are missing, all or none. Processes may do so at once: the first one does the work.

    Args:
        connection: Open for writing, in autocommit mode, with no transaction begun.
        steps: All steps of this kind of database.
        path: Where it lies, for messages.

    Raises:
        StoreError: A newer hyperstep wrote the database.
        sqlite3.Error: The database refused; nothing was changed.
    """
    connection.execute("begin immediate")
    try:
        version = version_of(connection)
        check_version(version, steps, path)
        for step in steps[version:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"pragma user_version = {len(steps):d}")
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise
