"""Rows to records and back: a column for each thing that is queried, JSON text for the rest.

JSON is Python's own, with its words for NaN and the infinities, which SQLite's numbers cannot hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from hyperstep.codec import from_json, to_json
from hyperstep.digest import Json
from hyperstep.records.artifact import ArtifactRecord
from hyperstep.records.attempt import AttemptEnd, AttemptKey, Launched, ThreadUse
from hyperstep.records.event import DecisionRecord, EventRecord
from hyperstep.records.metric import MetricKind, MetricRecord, ScalarPoint
from hyperstep.records.run import RunRecord
from hyperstep.run_store.base import AttemptRecord, NamedRecord, Owner, StoredFingerprint
from hyperstep.run_store.sqlite.database import Row
from hyperstep.unicode_text import encodable

RUN_COLUMNS = ("id", "parent_id", "kind", "status", "number", "name", "created_at")
"""Columns of a run besides ``body``, in order."""

_KINDS = {kind.value: kind for kind in MetricKind}
_INTEGER_END = 2**63
_ENCODER = json.JSONEncoder(separators=(",", ":"))  # made once: that takes longer than to encode a short value


def dump(value: Json | Mapping[str, Json]) -> str:
    """JSON text, ASCII only; keys keep their order."""
    return _ENCODER.encode(value)


def run_row(run: RunRecord) -> tuple[object, ...]:
    """The values of RUN_COLUMNS, then the body."""
    data = to_json(run)
    columns = [data.pop(name) for name in RUN_COLUMNS]
    return *columns, dump(data)


def run_from(row: Row) -> RunRecord:
    """The run of the values of RUN_COLUMNS and the body."""
    data = json.loads(row[-1])
    data.update(zip(RUN_COLUMNS, row, strict=False))
    return from_json(RunRecord, data)


def metric_row(record: MetricRecord) -> tuple[object, ...]:
    """Run, attempt, sequence, name, kind, value, step, time."""
    step: int | str | None = record.step
    if record.step is not None and not -_INTEGER_END <= record.step < _INTEGER_END:
        step = str(record.step)
    return (
        record.run_id,
        record.attempt,
        record.sequence,
        encodable(record.name),
        record.kind.value,
        dump(record.value),
        step,
        record.time,
    )


def scalar_rows(run_id: str, attempt: int, points: Iterable[ScalarPoint]) -> Iterator[tuple[object, ...]]:
    """As ``metric_row`` of each; a million of them are written, so nothing is done twice."""
    kind, names = MetricKind.SCALAR.value, dict[str, str]()
    for sequence, given, value, step, time in points:
        name = names.get(given) or names.setdefault(given, encodable(given))
        is_plain = type(value) is float and value - value == 0.0  # infinities and NaN have other words in JSON
        text = repr(value) if is_plain else dump(value)
        fits = step is None or -_INTEGER_END <= step < _INTEGER_END
        yield run_id, attempt, sequence, name, kind, text, step if fits else str(step), time


def metric_from(row: Row) -> MetricRecord:
    """The metric record of the same values."""
    run_id, attempt, sequence, name, kind, value, step, time = row
    return MetricRecord(
        run_id=run_id,
        attempt=attempt,
        sequence=sequence,
        name=name,
        kind=_KINDS[kind],
        value=_metric_value(value),
        step=None if step is None else int(step),
        time=time,
    )


def _metric_value(text: str) -> Json:
    """As ``json.loads``; most are numbers with a point, and there may be a million of them."""
    is_number = "." in text and text[-1].isdigit()  # texts, lists and objects end with a sign of theirs
    value: Json = float(text) if is_number else json.loads(text)
    return value


def artifact_row(artifact: ArtifactRecord) -> tuple[object, ...]:
    """Run, path, digest, size."""
    return artifact.run_id, encodable(artifact.path), artifact.digest, artifact.size


def artifact_from(row: Row) -> ArtifactRecord:
    """The artifact of the same values."""
    run_id, path, digest, size = row
    return ArtifactRecord(run_id=run_id, path=path, digest=digest, size=size)


def attempt_row(attempt: AttemptRecord) -> tuple[object, ...]:
    """Run, number, start, end, offset, how it was launched, its threads."""
    end = None if attempt.end is None else dump(to_json(attempt.end))
    launched = None if attempt.launched is None else dump(attempt.launched._asdict())
    threads = None if attempt.threads is None else dump(attempt.threads._asdict())
    return attempt.key.run_id, attempt.key.number, attempt.started_at, end, attempt.offset, launched, threads


def launched_from(text: str) -> Launched:
    """How an attempt was started, from its column."""
    return Launched(**json.loads(text))


def threads_from(text: str) -> ThreadUse:
    """How many threads an attempt had at work, likewise."""
    return ThreadUse(**json.loads(text))


def attempt_from(row: Row) -> AttemptRecord:
    """The attempt of the same values."""
    run_id, number, started_at, end, offset, launched, threads = row
    return AttemptRecord(
        key=AttemptKey(run_id, number),
        started_at=started_at,
        end=None if end is None else from_json(AttemptEnd, json.loads(end)),
        offset=offset,
        launched=None if launched is None else launched_from(launched),
        threads=None if threads is None else threads_from(threads),
    )


def event_from(row: Row) -> EventRecord:
    """Run, sequence, kind, time, body."""
    run_id, sequence, kind, time, body = row
    return EventRecord(run_id=run_id, sequence=sequence, kind=kind, body=json.loads(body), time=time)


def decision_from(row: Row) -> DecisionRecord:
    """Run, sequence, event, kind, subject, time, evidence."""
    run_id, sequence, event, kind, subject, time, evidence = row
    return DecisionRecord(
        run_id=run_id,
        sequence=sequence,
        event=event,
        kind=kind,
        subject=subject,
        evidence=json.loads(evidence),
        time=time,
    )


def owner_from(row: Row) -> Owner:
    """Epoch, pid, its start time, host, boot, beats, time of the last one."""
    epoch, pid, pid_started_at, host, boot, beat, beat_at = row
    return Owner(pid=pid, pid_started_at=pid_started_at, host=host, boot=boot, epoch=epoch, beat=beat, beat_at=beat_at)


def named_from(row: Row) -> NamedRecord:
    """Workspace, kind, name, version, creation, body."""
    workspace, kind, name, version, created_at, body = row
    return NamedRecord(
        workspace=workspace, kind=kind, name=name, version=version, body=json.loads(body), created_at=created_at
    )


def fingerprint_row(fingerprint: StoredFingerprint) -> tuple[object, ...]:
    """Workspace, digest, step, run, root, creation, body."""
    body = {"parts": fingerprint.parts, "outputs": fingerprint.outputs, "record": fingerprint.record}
    return (
        fingerprint.workspace,
        fingerprint.digest,
        fingerprint.step,
        fingerprint.run_id,
        fingerprint.root_id,
        fingerprint.created_at,
        dump(body),
    )


def fingerprint_from(row: Row) -> StoredFingerprint:
    """The fingerprint of a row."""
    workspace, digest, step, run_id, root_id, created_at, body = row
    return StoredFingerprint(
        workspace=workspace,
        digest=digest,
        run_id=run_id,
        root_id=root_id,
        step=step,
        created_at=created_at,
        **json.loads(body),
    )
