"""The statements that write to a journal's database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hyperstep.digest import Json
from hyperstep.records.artifact import ArtifactRecord
from hyperstep.records.metric import MetricRecord, ScalarPoint
from hyperstep.records.run import RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import AttemptRecord, JournalWriter
from hyperstep.run_store.conflicts import check_transition
from hyperstep.run_store.sqlite.database import Transaction
from hyperstep.run_store.sqlite.rows import artifact_row, attempt_row, dump, metric_row, run_row, scalar_rows

_STATUS = "select status from runs where id = ?"
_PUT_RUN = """
insert into runs (id, parent_id, kind, status, number, name, created_at, body) values (?, ?, ?, ?, ?, ?, ?, ?)
on conflict (id) do update set parent_id = excluded.parent_id, kind = excluded.kind, status = excluded.status,
    number = excluded.number, name = excluded.name, created_at = excluded.created_at, body = excluded.body
"""
_NEXT_EVENT = "select coalesce(max(sequence), -1) + 1 from events where run_id = ?"
_ADD_EVENT = "insert into events (run_id, sequence, kind, time, body) values (?, ?, ?, ?, ?)"
_NEXT_DECISION = "select coalesce(max(sequence), -1) + 1 from decisions where run_id = ?"
_ADD_DECISION = """
insert into decisions (run_id, sequence, event, kind, subject, time, evidence) values (?, ?, ?, ?, ?, ?, ?)
"""
_ADD_METRIC = """
insert into metrics (run_id, attempt, sequence, name, kind, value, step, time) values (?, ?, ?, ?, ?, ?, ?, ?)
on conflict do nothing
"""
_PUT_ARTIFACT = """
insert into artifacts (run_id, path, digest, size) values (?, ?, ?, ?)
on conflict (run_id, path) do update set digest = excluded.digest, size = excluded.size
"""
_PUT_ATTEMPT = """
insert into attempts (run_id, number, started_at, ending, records_offset, launched, threads)
values (?, ?, ?, ?, ?, ?, ?)
on conflict (run_id, number) do update set started_at = excluded.started_at, ending = excluded.ending,
    records_offset = excluded.records_offset, launched = coalesce(excluded.launched, launched),
    threads = coalesce(excluded.threads, threads)
"""


class SqliteJournalWriter(JournalWriter):
    """Writes within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def put_run(self, run: RunRecord) -> None:
        """See the base."""
        for (status,) in self._transaction.query(_STATUS, (run.id,)):
            check_transition(run, RunStatus(status))
        self._transaction.execute(_PUT_RUN, run_row(run))

    def append_event(self, run_id: str, kind: str, body: Mapping[str, Json], time: float) -> int:
        """See the base."""
        sequence = self._next(_NEXT_EVENT, run_id)
        self._transaction.execute(_ADD_EVENT, (run_id, sequence, kind, time, dump(body)))
        return sequence

    def append_decision(
        self, run_id: str, event: int, kind: str, subject: str, evidence: Mapping[str, Json], time: float
    ) -> int:
        """See the base."""
        sequence = self._next(_NEXT_DECISION, run_id)
        self._transaction.execute(_ADD_DECISION, (run_id, sequence, event, kind, subject, time, dump(evidence)))
        return sequence

    def add_metrics(self, records: Sequence[MetricRecord]) -> None:
        """See the base."""
        self._transaction.execute_many(_ADD_METRIC, map(metric_row, records))

    def add_scalars(self, run_id: str, attempt: int, points: Iterable[ScalarPoint]) -> None:
        """See the base."""
        self._transaction.execute_many(_ADD_METRIC, scalar_rows(run_id, attempt, points))

    def add_artifact(self, artifact: ArtifactRecord) -> None:
        """See the base."""
        self._transaction.execute(_PUT_ARTIFACT, artifact_row(artifact))

    def put_attempt(self, attempt: AttemptRecord) -> None:
        """See the base."""
        self._transaction.execute(_PUT_ATTEMPT, attempt_row(attempt))

    def _next(self, sql: str, run_id: str) -> int:
        return int(self._transaction.query(sql, (run_id,))[0][0])
