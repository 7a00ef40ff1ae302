"""A journal in memory. A transaction is staged aside and joins the records when its block ends."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from hyperstep.codec import from_json, to_json
from hyperstep.digest import Json
from hyperstep.errors import StoreError
from hyperstep.records.artifact import ArtifactRecord
from hyperstep.records.attempt import AttemptKey
from hyperstep.records.event import DecisionRecord, EventRecord
from hyperstep.records.metric import MetricRecord
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.run_store.base import AttemptRecord, Journal, JournalWriter, Owner
from hyperstep.run_store.conflicts import check_transition, no_run, not_owner, taken_meanwhile
from hyperstep.run_store.mentions import digests_in
from hyperstep.unicode_text import encodable


def detached(value: Json | Mapping[str, Json]) -> Any:  # noqa: ANN401 - a JSON value, whose type cannot be narrowed here
    """A copy as a database would give it back: later changes to ``value`` do not reach it, tuples are lists."""
    return value if value is None or isinstance(value, bool | int | float | str) else json.loads(json.dumps(value))


class JournalState(Struct):
    """All records of one root run."""

    root_id: str
    spec: Json
    owners: list[Owner] = field(default_factory=list)
    runs: dict[str, RunRecord] = field(default_factory=dict)
    metrics: dict[str, dict[tuple[int, int], MetricRecord]] = field(default_factory=dict)
    """By run, then by attempt and sequence."""
    artifacts: dict[str, dict[str, ArtifactRecord]] = field(default_factory=dict)
    events: dict[str, list[EventRecord]] = field(default_factory=dict)
    decisions: dict[str, list[DecisionRecord]] = field(default_factory=dict)
    attempts: dict[AttemptKey, AttemptRecord] = field(default_factory=dict)
    last_attempts: dict[str, int] = field(default_factory=dict)
    version: int = 0
    reading: threading.RLock = field(default_factory=threading.RLock)
    """Held while a transaction joins the records, and while they are read."""
    writing: threading.Lock = field(default_factory=threading.Lock)
    writing_thread: int | None = None


class MemoryJournalWriter(JournalWriter):
    """Stages what is written."""

    def __init__(self, state: JournalState) -> None:
        self._state = state
        self._runs: dict[str, RunRecord] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._changes: list[Callable[[], None]] = []

    def put_run(self, run: RunRecord) -> None:
        """See the base."""
        recorded = self._runs.get(run.id) or self._state.runs.get(run.id)
        if recorded is not None:
            check_transition(run, recorded.status)
        self._runs[run.id] = from_json(RunRecord, to_json(run))

    def append_event(self, run_id: str, kind: str, body: Mapping[str, Json], time: float) -> int:
        """See the base."""
        log = self._state.events.setdefault(run_id, [])
        sequence = self._next("event", run_id, len(log))
        event = EventRecord(run_id=run_id, sequence=sequence, kind=kind, body=detached(body), time=time)
        self._changes.append(lambda: log.append(event))
        return sequence

    def append_decision(
        self, run_id: str, event: int, kind: str, subject: str, evidence: Mapping[str, Json], time: float
    ) -> int:
        """See the base."""
        ledger = self._state.decisions.setdefault(run_id, [])
        sequence = self._next("decision", run_id, len(ledger))
        decision = DecisionRecord(
            run_id=run_id,
            sequence=sequence,
            event=event,
            kind=kind,
            subject=subject,
            evidence=detached(evidence),
            time=time,
        )
        self._changes.append(lambda: ledger.append(decision))
        return sequence

    def add_metrics(self, records: Sequence[MetricRecord]) -> None:
        """See the base."""
        kept = [replace(r, name=encodable(r.name), value=detached(r.value)) for r in records]
        self._changes.append(lambda: self._join_metrics(kept))

    def add_artifact(self, artifact: ArtifactRecord) -> None:
        """See the base."""
        kept = replace(artifact, path=encodable(artifact.path))
        of_run = self._state.artifacts.setdefault(artifact.run_id, {})
        self._changes.append(lambda: of_run.update({kept.path: kept}))

    def put_attempt(self, attempt: AttemptRecord) -> None:
        """See the base."""
        self._changes.append(lambda: self._join_attempt(attempt))

    def commit(self) -> None:
        """Let all that was staged join the records."""
        with self._state.reading:
            self._state.runs.update(self._runs)
            for change in self._changes:
                change()
            self._state.version += 1

    def _next(self, log: str, run_id: str, recorded: int) -> int:
        staged = self._counts.get((log, run_id), 0)
        self._counts[log, run_id] = staged + 1
        return recorded + staged

    def _join_metrics(self, records: Sequence[MetricRecord]) -> None:
        for record in records:
            of_run = self._state.metrics.setdefault(record.run_id, {})
            of_run.setdefault((record.attempt, record.sequence), record)
            self._note_attempt(record.run_id, record.attempt)

    def _join_attempt(self, attempt: AttemptRecord) -> None:
        before = self._state.attempts.get(attempt.key)
        if before is not None:
            said = attempt.launched or before.launched, attempt.threads or before.threads
            attempt = replace(attempt, launched=said[0], threads=said[1])
        self._state.attempts[attempt.key] = attempt
        self._note_attempt(attempt.key.run_id, attempt.key.number)

    def _note_attempt(self, run_id: str, number: int) -> None:
        self._state.last_attempts[run_id] = max(number, self._state.last_attempts.get(run_id, number))


class MemoryJournal(Journal):
    """The journal over a shared state."""

    def __init__(self, state: JournalState, *, read_only: bool = False) -> None:
        self.root_id = state.root_id
        self._state = state
        self._read_only = read_only

    def acquire(self, owner: Owner, *, after: int | None = None) -> Owner:
        """See the base."""
        with self._alone():
            if after not in {None, len(self._state.owners)}:
                raise taken_meanwhile(self.root_id, after, self.owner())
            owner = replace(owner, epoch=len(self._state.owners) + 1, beat=0)
            self._state.owners.append(owner)
            self._state.version += 1
        return owner

    def owner(self) -> Owner | None:
        """See the base."""
        return self._state.owners[-1] if self._state.owners else None

    def beat(self, epoch: int, at: float) -> None:
        """See the base."""
        with self._alone():
            owner = self.owner()
            if owner is None or owner.epoch != epoch:
                raise not_owner(self.root_id, epoch, owner)
            self._state.owners[-1] = replace(owner, beat=owner.beat + 1, beat_at=at)

    def check_in_place(self) -> None:
        """Memory has one place only."""

    @contextmanager
    def transaction(self, epoch: int) -> Iterator[JournalWriter]:
        """See the base."""
        with self._alone():
            if epoch != len(self._state.owners):
                raise not_owner(self.root_id, epoch, self.owner())
            writer = MemoryJournalWriter(self._state)
            yield writer
            writer.commit()

    def spec(self) -> Json:
        """See the base."""
        spec: Json = detached(self._state.spec)
        return spec

    def run(self, run_id: str) -> RunRecord:
        """See the base."""
        try:
            return from_json(RunRecord, to_json(self._state.runs[run_id]))
        except KeyError:
            raise no_run(run_id) from None

    def runs(self, *, parent_id: str | None = None, kind: RunKind | None = None) -> list[RunRecord]:
        """See the base."""
        with self._state.reading:
            runs = list(self._state.runs.values())
        found = [run for run in runs if parent_id in {None, run.parent_id} and kind in {None, run.kind}]
        found.sort(key=lambda run: (run.created_at, run.number))
        return [from_json(RunRecord, to_json(run)) for run in found]

    def metrics(self, run_id: str, *, name: str | None = None) -> list[MetricRecord]:
        """See the base."""
        wanted = None if name is None else encodable(name)
        with self._state.reading:
            last = self._state.last_attempts.get(run_id)
            found = sorted(self._state.metrics.get(run_id, {}).items(), key=lambda item: item[0])
        return [
            replace(record, value=detached(record.value))
            for (attempt, _), record in found
            if attempt == last and wanted in {None, record.name}
        ]

    def metrics_of_children(self, parent_id: str, *, name: str | None = None) -> dict[str, list[MetricRecord]]:
        """See the base."""
        with self._state.reading:
            of_runs = {run.id: self.metrics(run.id, name=name) for run in self.runs(parent_id=parent_id)}
        return {run_id: records for run_id, records in of_runs.items() if records}

    def artifacts(self, run_id: str) -> list[ArtifactRecord]:
        """See the base."""
        with self._state.reading:
            of_run = self._state.artifacts.get(run_id, {})
            return [of_run[path] for path in sorted(of_run)]

    def events(self, run_id: str, *, after: int = -1) -> list[EventRecord]:
        """See the base."""
        with self._state.reading:
            found = self._state.events.get(run_id, [])[max(after + 1, 0) :]
        return [replace(event, body=detached(event.body)) for event in found]

    def decisions(self, run_id: str, *, after: int = -1, subject: str | None = None) -> list[DecisionRecord]:
        """See the base."""
        with self._state.reading:
            found = self._state.decisions.get(run_id, [])[max(after + 1, 0) :]
        wanted = (decision for decision in found if subject in {None, decision.subject})
        return [replace(decision, evidence=detached(decision.evidence)) for decision in wanted]

    def attempts(self, run_id: str | None = None) -> list[AttemptRecord]:
        """See the base."""
        with self._state.reading:
            keys = sorted(key for key in self._state.attempts if run_id in {None, key.run_id})
            return [self._state.attempts[key] for key in keys]

    def mentioned_digests(self) -> set[str]:
        """See the base."""
        with self._state.reading:
            runs = [to_json(run) for run in self._state.runs.values()]
            events = [dict(event.body) for log in self._state.events.values() for event in log]
            decisions = [dict(found.evidence) for ledger in self._state.decisions.values() for found in ledger]
            return digests_in(json.dumps(part) for part in (self._state.spec, runs, events, decisions))

    def version(self) -> int:
        """See the base."""
        return self._state.version

    def sync(self) -> None:
        """Nothing survives the process."""

    def close(self) -> None:
        """Nothing to let go of: the records stay with the state."""

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time; a second transaction inside the first is refused, not waited for."""
        me = threading.get_ident()
        self._check_writable(me)
        with self._state.writing:
            self._state.writing_thread = me
            try:
                yield
            finally:
                self._state.writing_thread = None

    def _check_writable(self, thread: int) -> None:
        if self._read_only:
            rule = "This run store was opened for reading only."
            raise StoreError(rule, remedy="A trial asks its runner to write.")
        if self._state.writing_thread == thread:
            rule = "A thread has one transaction on a database at a time."
            raise StoreError(rule, received=self.root_id, remedy="Use the writer of the block around this one.")
