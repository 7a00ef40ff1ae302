"""The records of one root run, in ``run.db`` in its folder."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from msgspec.structs import replace

from hyperstep.digest import Json
from hyperstep.errors import StoreError
from hyperstep.records.artifact import ArtifactRecord
from hyperstep.records.attempt import Launched, ThreadUse
from hyperstep.records.event import DecisionRecord, EventRecord
from hyperstep.records.metric import MetricRecord
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import AttemptRecord, ChildGroup, Journal, JournalWriter, Owner, StartCounts
from hyperstep.run_store.conflicts import no_run, not_owner, taken_meanwhile
from hyperstep.run_store.mentions import digests_in
from hyperstep.run_store.sqlite import rows
from hyperstep.run_store.sqlite.database import Database, JournalMode, Mode, Transaction
from hyperstep.run_store.sqlite.journal_writer import SqliteJournalWriter
from hyperstep.run_store.sqlite.migrations import JOURNAL
from hyperstep.unicode_text import encodable

_BEGIN_AS = "update head set version = version + 1 where epoch = ?"
_NEW_EPOCH = "update head set version = version + 1, epoch = epoch + 1"
_EPOCH = "select epoch from head"
_VERSION = "select version from head"
_ADD_OWNER = """
insert into owners (epoch, pid, pid_started_at, host, boot, beat, beat_at) values (?, ?, ?, ?, ?, 0, ?)
"""
_OWNER = """
select epoch, pid, pid_started_at, host, boot, beat, beat_at from owners order by epoch desc limit 1
"""
_BEAT = """
update owners set beat = beat + 1, beat_at = ? where epoch = ? and epoch = (select max(epoch) from owners)
"""
_ADD_SPEC = "insert into spec (body) values (?)"
_SPEC = "select body from spec"
_RUN = "select id, parent_id, kind, status, number, name, created_at, body from runs where id = ?"
_HAS_RUN = "select count(*) from runs where id = ?"
_RUNS = """
select id, parent_id, kind, status, number, name, created_at, body from runs
where (:parent is null or parent_id = :parent) and (:kind is null or kind = :kind)
order by created_at, number, position
"""
_COUNT_CHILDREN = """
select status, json_extract(body, '$.reused_from') is not null, {properties} count(*) from runs
where parent_id = ? and kind = ? group by {groups}
"""
_TAKEN_OVER = """
select id, json_extract(body, '$.reused_from') as source from runs where source is not null order by position
"""
_NEWEST_CHILDREN = """
select id, parent_id, kind, status, number, name, created_at, body from runs
where position in (
    select position from runs where parent_id = ? and kind = ? order by number desc, position desc limit ?
)
order by number, position
"""
_METRICS = """
select run_id, attempt, sequence, name, kind, value, step, time from metrics
where run_id = :run and (:name is null or name = :name) and attempt = (
    select max(last) from (
        select max(number) as last from attempts where run_id = :run
        union all select max(attempt) from metrics where run_id = :run
    ) as lasts
)
order by sequence
"""
_METRICS_OF_CHILDREN = """
with children as (
    select id, created_at, number, position, (
        select max(last) from (
            select max(number) as last from attempts where run_id = runs.id
            union all select max(attempt) from metrics where run_id = runs.id
        ) as lasts
    ) as last_attempt
    from runs where parent_id = :parent
)
select m.run_id, m.attempt, m.sequence, m.name, m.kind, m.value, m.step, m.time
from children as c join metrics as m on m.run_id = c.id and m.attempt = c.last_attempt
where :name is null or m.name = :name
order by c.created_at, c.number, c.position, m.sequence
"""
_ARTIFACTS = "select run_id, path, digest, size from artifacts where run_id = ? order by path"
_EVENTS = "select run_id, sequence, kind, time, body from events where run_id = ? and sequence > ? order by sequence"
_DECISIONS = """
select run_id, sequence, event, kind, subject, time, evidence from decisions
where run_id = :run and sequence > :after and (:subject is null or subject = :subject) order by sequence
"""
_TEXTS = """
select body from spec union all select body from runs
union all select body from events union all select evidence from decisions
"""
_ATTEMPTS = """
select run_id, number, started_at, ending, records_offset, launched, threads from attempts
where :run is null or run_id = :run order by run_id, number
"""

_OPEN_ATTEMPTS = """
select run_id, number, started_at, ending, records_offset, launched, threads from attempts
where ending is null order by run_id, number
"""
_STARTS_BELOW = """
select a.launched, a.threads, count(*) from runs as r join attempts as a on a.run_id = r.id
where r.parent_id = ? group by a.launched, a.threads
"""
_ATTEMPT_COUNTS = """
select run_id, count(*) from attempts where run_id in (select value from json_each(?)) group by run_id
"""


class SqliteJournal(Journal):
    """The journal in one database file. See ``Database`` for threads, forks and closing."""

    def __init__(
        self,
        root_id: str,
        file: Path,
        *,
        read_only: bool = False,
        journal_mode: JournalMode = "wal",
        busy_timeout_s: float = 30.0,
    ) -> None:
        self.root_id = root_id
        mode: Mode = "ro" if read_only else "rw"
        self._database = Database(file, JOURNAL, mode, busy_timeout_s=busy_timeout_s, journal_mode=journal_mode)
        self._file = file

    def begin(self, runs: Sequence[RunRecord], spec: Json) -> None:
        """Write the first records into the empty file, in one transaction."""
        with self._database.write() as transaction:
            transaction.execute(_ADD_SPEC, (rows.dump(spec),))
            writer = SqliteJournalWriter(transaction)
            for run in runs:
                writer.put_run(run)

    def has_root(self) -> bool:
        """Whether the run is recorded, as it is from the first transaction on."""
        return bool(self._database.query(_HAS_RUN, (self.root_id,))[0][0])

    def acquire(self, owner: Owner, *, after: int | None = None) -> Owner:
        """See the base."""
        with self._database.write() as transaction:
            epoch = int(transaction.query(_EPOCH)[0][0])
            if after not in {None, epoch}:
                raise taken_meanwhile(self.root_id, after, self._owner_in(transaction))
            transaction.execute(_NEW_EPOCH)
            owner = replace(owner, epoch=epoch + 1, beat=0)
            values = (owner.epoch, owner.pid, owner.pid_started_at, owner.host, owner.boot, owner.beat_at)
            transaction.execute(_ADD_OWNER, values)
        return owner

    def owner(self) -> Owner | None:
        """See the base."""
        found = self._database.query(_OWNER)
        return rows.owner_from(found[0]) if found else None

    def beat(self, epoch: int, at: float) -> None:
        """See the base."""
        with self._database.write() as transaction:
            if transaction.execute(_BEAT, (at, epoch)) != 1:
                raise not_owner(self.root_id, epoch, self._owner_in(transaction))

    def check_in_place(self) -> None:
        """See the base."""
        self._database.check_in_place()

    @contextmanager
    def transaction(self, epoch: int) -> Iterator[JournalWriter]:
        """See the base."""
        with self._database.write() as transaction:
            self._check_epoch(transaction, epoch)
            yield SqliteJournalWriter(transaction)

    def spec(self) -> Json:
        """See the base."""
        found = self._database.query(_SPEC)
        if not found:
            raise self._unfinished()
        spec: Json = json.loads(found[0][0])
        return spec

    def run(self, run_id: str) -> RunRecord:
        """See the base."""
        for row in self._database.query(_RUN, (run_id,)):
            return rows.run_from(row)
        raise no_run(run_id)

    def runs(self, *, parent_id: str | None = None, kind: RunKind | None = None) -> list[RunRecord]:
        """See the base."""
        wanted: dict[str, object] = {"parent": parent_id, "kind": kind.value if kind else None}
        return [rows.run_from(row) for row in self._database.query(_RUNS, wanted)]

    def count_children(self, parent_id: str, kind: RunKind, properties: Sequence[str]) -> Counter[ChildGroup]:
        """See the base."""
        extracts = "".join("json_extract(body, ?), " for _ in properties)
        groups = ", ".join(str(number + 1) for number in range(len(properties) + 2))
        sql = _COUNT_CHILDREN.format(properties=extracts, groups=groups)
        paths = [f'$.properties."{name}"' for name in properties]
        counted: Counter[ChildGroup] = Counter()
        for status, reused, *values, count in self._database.query(sql, (*paths, parent_id, kind.value)):
            counted[ChildGroup(RunStatus(status), bool(reused), tuple(values))] += int(count)
        return counted

    def taken_over(self) -> dict[str, str]:
        """See the base."""
        return {str(run_id): str(source) for run_id, source in self._database.query(_TAKEN_OVER)}

    def newest_children(self, parent_id: str, kind: RunKind, limit: int) -> list[RunRecord]:
        """See the base."""
        found = self._database.query(_NEWEST_CHILDREN, (parent_id, kind.value, limit))
        return [rows.run_from(row) for row in found]

    def metrics(self, run_id: str, *, name: str | None = None) -> list[MetricRecord]:
        """See the base."""
        wanted: dict[str, object] = {"run": run_id, "name": _encodable(name)}
        return [rows.metric_from(row) for row in self._database.query(_METRICS, wanted)]

    def metrics_of_children(self, parent_id: str, *, name: str | None = None) -> dict[str, list[MetricRecord]]:
        """See the base."""
        wanted: dict[str, object] = {"parent": parent_id, "name": _encodable(name)}
        found = self._database.query(_METRICS_OF_CHILDREN, wanted)
        grouped = groupby(found, key=lambda row: str(row[0]))
        return {run_id: [rows.metric_from(row) for row in of_run] for run_id, of_run in grouped}

    def artifacts(self, run_id: str) -> list[ArtifactRecord]:
        """See the base."""
        return [rows.artifact_from(row) for row in self._database.query(_ARTIFACTS, (run_id,))]

    def events(self, run_id: str, *, after: int = -1) -> list[EventRecord]:
        """See the base."""
        return [rows.event_from(row) for row in self._database.query(_EVENTS, (run_id, after))]

    def decisions(self, run_id: str, *, after: int = -1, subject: str | None = None) -> list[DecisionRecord]:
        """See the base."""
        wanted: dict[str, object] = {"run": run_id, "after": after, "subject": subject}
        return [rows.decision_from(row) for row in self._database.query(_DECISIONS, wanted)]

    def attempts(self, run_id: str | None = None) -> list[AttemptRecord]:
        """See the base."""
        return [rows.attempt_from(row) for row in self._database.query(_ATTEMPTS, {"run": run_id})]

    def open_attempts(self) -> list[AttemptRecord]:
        """See the base."""
        return [rows.attempt_from(row) for row in self._database.query(_OPEN_ATTEMPTS)]

    def attempt_counts(self, run_ids: Collection[str]) -> dict[str, int]:
        """See the base."""
        found = self._database.query(_ATTEMPT_COUNTS, (json.dumps(list(run_ids)),))
        return {str(run_id): int(count) for run_id, count in found}

    def starts_below(self, parent_id: str) -> StartCounts:
        """See the base."""
        launched: Counter[Launched] = Counter()
        threads: Counter[ThreadUse] = Counter()
        for how, use, count in self._database.query(_STARTS_BELOW, (parent_id,)):
            if how is not None:
                launched[rows.launched_from(how)] += int(count)
            if use is not None:
                threads[rows.threads_from(use)] += int(count)
        return StartCounts(launched, threads)

    def mentioned_digests(self) -> set[str]:
        """See the base."""
        return digests_in(str(row[0]) for row in self._database.query(_TEXTS))

    def version(self) -> int:
        """See the base."""
        return int(self._database.query(_VERSION)[0][0])

    def sync(self) -> None:
        """See the base."""
        self._database.sync()

    def close(self) -> None:
        """See the base."""
        self._database.close()

    def _check_epoch(self, transaction: Transaction, epoch: int) -> None:
        if transaction.execute(_BEGIN_AS, (epoch,)) != 1:
            raise not_owner(self.root_id, epoch, self._owner_in(transaction))

    @staticmethod
    def _owner_in(transaction: Transaction) -> Owner | None:
        found = transaction.query(_OWNER)
        return rows.owner_from(found[0]) if found else None

    def _unfinished(self) -> StoreError:
        rule = "A run's database must hold what was submitted, and this one does not."
        return StoreError(rule, received=str(self._file), remedy="It was left as it is. Submit the run again.")


def _encodable(name: str | None) -> str | None:
    return None if name is None else encodable(name)
