"""Named things with versions, remembered fingerprints, forced runs: the tables of the index besides the runs."""

from __future__ import annotations

import json
from collections.abc import Mapping

from hyperstep.digest import Json
from hyperstep.records.run import ForcedRun
from hyperstep.run_store.base import NamedRecord, StoredFingerprint
from hyperstep.run_store.conflicts import no_named
from hyperstep.run_store.sqlite.database import Database
from hyperstep.run_store.sqlite.index_copy import IndexCopy
from hyperstep.run_store.sqlite.rows import dump, fingerprint_from, fingerprint_row, named_from

_COUNT = """
insert into name_counters (workspace, kind, name, last) values (?, ?, ?, 1)
on conflict (workspace, kind, name) do update set last = last + 1
"""
_COUNTED = "select last from name_counters where workspace = ? and kind = ? and name = ?"
_ADD = "insert into named (workspace, kind, name, version, created_at, body) values (?, ?, ?, ?, ?, ?)"
_BODY = "select body from named where workspace = ? and kind = ? and name = ? and version = ?"
_REPLACE = "update named set body = ? where workspace = ? and kind = ? and name = ? and version = ?"
_ONE = """
select workspace, kind, name, version, created_at, body from named
where workspace = :workspace and kind = :kind and name = :name and (:version is null or version = :version)
order by version desc limit 1
"""
_ALL = """
select workspace, kind, name, version, created_at, body from named
where workspace = :workspace and kind = :kind and (:name is null or name = :name)
order by name, version desc
"""
_REMOVE = """
delete from named
where workspace = :workspace and kind = :kind and name = :name and (:version is null or version = :version)
"""
_REMEMBER = """
insert into fingerprints (workspace, digest, step, run_id, root_id, created_at, body) values (?, ?, ?, ?, ?, ?, ?)
"""
_RECALL = """
select workspace, digest, step, run_id, root_id, created_at, body from fingerprints
where workspace = ? and digest = ? order by created_at desc, position desc limit ?
"""
_REMEMBERED = """
select workspace, digest, step, run_id, root_id, created_at, body from fingerprints
where workspace = ? and step = ? order by created_at desc, position desc limit ?
"""
_REMEMBER_SWEEP = """
insert or replace into sweeps (workspace, digest, step, run_id, root_id, created_at, body) values (?, ?, ?, ?, ?, ?, ?)
"""
_RECALL_SWEEPS = """
select workspace, digest, step, run_id, root_id, created_at, body from sweeps
where workspace = ? and digest = ? order by created_at desc, position desc
"""
_REMEMBERED_SWEEPS = """
select workspace, digest, step, run_id, root_id, created_at, body from sweeps
where workspace = ? and step = ? order by created_at desc, position desc limit ?
"""

_HAS_FORCED = "select count(*) from forced_runs where workspace = ? and digest = ? and root_id = ?"
_DROP_FORCED = """
delete from forced_runs where workspace = :workspace and digest = :digest and position <
    (select max(position) from forced_runs where workspace = :workspace and digest = :digest)
"""
_REMEMBER_FORCED = """
insert into forced_runs (workspace, digest, run_id, root_id, began_at) values (?, ?, ?, ?, ?)
"""
_NEWEST_FORCED = """
select workspace, digest, run_id, root_id, began_at from forced_runs
where workspace = ? and digest = ? and root_id != ? order by position desc limit 1
"""


class NamedTable:
    """Versions of named things."""

    def __init__(self, index: Database, copy: IndexCopy) -> None:
        self._index = index
        self._copy = copy

    def put(self, workspace: str, kind: str, name: str, body: Mapping[str, Json], time: float) -> NamedRecord:
        """Add a version, one above the highest that the name ever had."""
        with self._index.write() as transaction:
            transaction.execute(_COUNT, (workspace, kind, name))
            version = int(transaction.query(_COUNTED, (workspace, kind, name))[0][0])
            row = (workspace, kind, name, version, time, dump(body))
            self._copy.put_named(transaction, row)
            transaction.execute(_ADD, row)
        return named_from(row)

    def replace(self, record: NamedRecord, expected: Mapping[str, Json] | None) -> bool:
        """Replace a version's body, if it is still the expected one; NotFoundError without that version."""
        key = (record.workspace, record.kind, record.name, record.version)
        with self._index.write() as transaction:
            known = transaction.query(_BODY, key)
            if not known:
                raise no_named(*key)
            if expected is not None and json.loads(known[0][0]) != json.loads(dump(expected)):
                return False
            self._copy.put_named(transaction, (*key, record.created_at, dump(record.body)))
            transaction.execute(_REPLACE, (dump(record.body), *key))
        return True

    def one(self, workspace: str, kind: str, name: str, version: int | None) -> NamedRecord:
        """One version, or the newest; NotFoundError without any."""
        wanted: dict[str, object] = {"workspace": workspace, "kind": kind, "name": name, "version": version}
        for row in self._index.query(_ONE, wanted):
            return named_from(row)
        raise no_named(workspace, kind, name, version)

    def all(self, workspace: str, kind: str, name: str | None) -> list[NamedRecord]:
        """All versions, by name, newest first."""
        wanted: dict[str, object] = {"workspace": workspace, "kind": kind, "name": name}
        return [named_from(row) for row in self._index.query(_ALL, wanted)]

    def remove(self, workspace: str, kind: str, name: str, version: int | None) -> None:
        """Remove a version, or all."""
        wanted: dict[str, object] = {"workspace": workspace, "kind": kind, "name": name, "version": version}
        with self._index.write() as transaction:
            self._copy.remove_named(transaction, workspace, kind, name, version)
            transaction.execute(_REMOVE, wanted)


class SweepTable:
    """Sweeps by what their trials depend on."""

    def __init__(self, index: Database, copy: IndexCopy) -> None:
        self._index = index
        self._copy = copy

    def remember(self, sweep: StoredFingerprint) -> None:
        """Keep one more, or replace it."""
        with self._index.write() as transaction:
            self._copy.remember_sweep(transaction, fingerprint_row(sweep))
            transaction.execute(_REMEMBER_SWEEP, fingerprint_row(sweep))

    def recall(self, workspace: str, digest: str) -> list[StoredFingerprint]:
        """All of that digest, newest first."""
        return [fingerprint_from(row) for row in self._index.query(_RECALL_SWEEPS, (workspace, digest))]

    def remembered(self, workspace: str, step: str, limit: int) -> list[StoredFingerprint]:
        """Those of that step name, newest first."""
        return [fingerprint_from(row) for row in self._index.query(_REMEMBERED_SWEEPS, (workspace, step, limit))]


class FingerprintTable:
    """Fingerprints of finished step runs."""

    def __init__(self, index: Database, copy: IndexCopy) -> None:
        self._index = index
        self._copy = copy

    def remember(self, fingerprint: StoredFingerprint) -> None:
        """Keep one more."""
        with self._index.write() as transaction:
            self._copy.remember(transaction, fingerprint_row(fingerprint))
            transaction.execute(_REMEMBER, fingerprint_row(fingerprint))

    def recall(self, workspace: str, digest: str, limit: int) -> list[StoredFingerprint]:
        """Those of that digest, newest first."""
        return [fingerprint_from(row) for row in self._index.query(_RECALL, (workspace, digest, limit))]

    def remembered(self, workspace: str, step: str, limit: int) -> list[StoredFingerprint]:
        """Those of that step name, newest first."""
        return [fingerprint_from(row) for row in self._index.query(_REMEMBERED, (workspace, step, limit))]


class ForcedTable:
    """Runs that were forced: of each digest the newest, and the newest of another root run."""

    def __init__(self, index: Database, copy: IndexCopy) -> None:
        self._index = index
        self._copy = copy

    def remember(self, forced: ForcedRun) -> None:
        """Keep one more, unless its root run has one of that digest."""
        row = (forced.workspace, forced.digest, forced.run_id, forced.root_id, forced.began_at)
        with self._index.write() as transaction:
            if transaction.query(_HAS_FORCED, (forced.workspace, forced.digest, forced.root_id))[0][0]:
                return
            self._copy.remember_forced(transaction, row)
            transaction.execute(_DROP_FORCED, {"workspace": forced.workspace, "digest": forced.digest})
            transaction.execute(_REMEMBER_FORCED, row)

    def newest(self, workspace: str, digest: str, besides: str) -> ForcedRun | None:
        """The newest of that digest, and of another root run."""
        return next((ForcedRun(*row) for row in self._index.query(_NEWEST_FORCED, (workspace, digest, besides))), None)
