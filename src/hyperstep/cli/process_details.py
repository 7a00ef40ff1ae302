"""What is shown of a run that is a process of its own, a trial or a script: metrics, files, log, attempts."""

from __future__ import annotations

from msgspec import Struct

from hyperstep.cli.documents import Document, FileView
from hyperstep.cli.run_files import files_of, last_attempt
from hyperstep.cli.starting import attempt_start
from hyperstep.cli.wording import moment
from hyperstep.digest import Json
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.run_store.base import AttemptRecord, Journal
from hyperstep.runtime.home import Home


class MetricView(Struct, frozen=True):
    """A metric that a run logged."""

    name: str
    records: int
    """How often it was logged."""
    last: Json


class TornView(Struct, frozen=True):
    """An attempt that ended within a record."""

    attempt: int
    bytes: int
    """What it had written of that record: it counts for nothing."""


class ProcessDetails(Struct, frozen=True):
    """What the journal and the run's folder hold of it."""

    metrics: tuple[MetricView, ...]
    """By name."""
    files: tuple[FileView, ...]
    log: str | None
    """Where the newest process's output lies; None before there is any."""
    attempts: tuple[AttemptRecord, ...]
    torn: tuple[TornView, ...] = ()

    def document(self) -> Document:
        """The keys that ``show --json`` adds."""
        return {
            "metrics": [{"name": m.name, "records": m.records, "last": m.last} for m in self.metrics],
            "files": [{"name": f.name, "size": f.size, "digest": f.digest, "path": f.path} for f in self.files],
            "log": self.log,
            "attempts": [_attempt_document(attempt) for attempt in self.attempts],
            "torn": [{"attempt": torn.attempt, "bytes": torn.bytes} for torn in self.torn],
        }


def process_details(home: Home, run: RunRecord) -> ProcessDetails:
    """Read them.

    Raises:
        StoreError: The journal cannot be read.
    """
    journal = home.store.journal(run.root_id)
    try:
        log = last_attempt(home, journal, run).log_file
        return ProcessDetails(
            metrics=_metrics(journal, run),
            files=tuple(files_of(home, journal, run)),
            log=str(log) if log.is_file() else None,
            attempts=tuple(journal.attempts(run.id)),
            torn=_torn(journal, run),
        )
    finally:
        journal.close()


def attempt_words(attempt: AttemptRecord) -> str:
    """How an attempt ended."""
    end = attempt.end
    if end is None:
        return "not ended"
    if end.timed_out:
        return "ended because it ran too long"
    if end.doubt:
        return f"run again: {end.doubt}"
    if end.out_of_memory:
        return "ended by the system, which ran out of memory"
    if end.lost:
        return "lost: its process is gone without a word"
    return f"ended by signal {end.signal}" if end.signal is not None else f"exit code {end.exit_code}"


def _torn(journal: Journal, run: RunRecord) -> tuple[TornView, ...]:
    above = run.parent_id if run.kind is RunKind.TRIAL and run.parent_id else run.id
    found = [d.evidence for d in journal.decisions(above) if d.kind == "torn" and d.subject == run.id]
    return tuple(TornView(int(str(e["attempt"])), int(str(e["bytes"]))) for e in found)


def _metrics(journal: Journal, run: RunRecord) -> tuple[MetricView, ...]:
    found: dict[str, MetricView] = {}
    for record in journal.metrics(run.id):
        records = found[record.name].records + 1 if record.name in found else 1
        found[record.name] = MetricView(record.name, records, record.value)
    return tuple(found[name] for name in sorted(found))


def _attempt_document(attempt: AttemptRecord) -> Document:
    end = attempt.end
    return {
        "number": attempt.key.number,
        "started_at": moment(attempt.started_at),
        "ended_at": moment(end.ended_at) if end else None,
        "exit_code": end.exit_code if end else None,
        "signal": end.signal if end else None,
        "lost": bool(end and end.lost),
        "out_of_memory": end.out_of_memory if end else None,
        "timed_out": bool(end and end.timed_out),
        "doubt": end.doubt if end else "",
        **attempt_start(attempt.launched, attempt.threads),
    }
