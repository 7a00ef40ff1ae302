"""Printing the logs of a run and of what is below it, once or until it has ended."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from hyperstep.cli import wording
from hyperstep.cli.escaping import escape, escape_lines
from hyperstep.cli.opening import Target
from hyperstep.cli.reading import why_lost
from hyperstep.cli.runner_state import runner_state
from hyperstep.cli.taking_over import GOES_ON, may_take_over, take_over
from hyperstep.cli.view import REMOVED
from hyperstep.digest import canonical_json
from hyperstep.errors import NotFoundError
from hyperstep.records.event import DecisionRecord
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import Journal
from hyperstep.runtime.home import Home

_LOOK_S = 0.2
_FAILED_TRIAL_LINES = 30

_LOOK_RUNNER_S = 1.0

Write = Callable[[bytes], None]
Warn = Callable[[str], None]
"""Takes a line for standard error."""


class LogSource(ABC):
    """Something that grows."""

    @abstractmethod
    def read_new(self) -> bytes:
        """What was added since the last call."""


class FileSource(LogSource):
    """A log file; it need not exist yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = 0

    def read_new(self) -> bytes:
        """See the base."""
        try:
            with self.path.open("rb") as stream:
                stream.seek(self._offset)
                data = stream.read()
        except FileNotFoundError:
            return b""
        self._offset += len(data)
        return data


class LedgerSource(LogSource):
    """A sweep's own log: its decisions, a line each."""

    def __init__(self, journal: Journal, sweep_id: str) -> None:
        self._journal = journal
        self._sweep_id = sweep_id
        self._last = -1

    def read_new(self) -> bytes:
        """See the base."""
        decisions = self._journal.decisions(self._sweep_id, after=self._last)
        if decisions:
            self._last = decisions[-1].sequence
        return "".join(f"{_ledger_line(decision)}\n" for decision in decisions).encode()


class Reading(Struct, frozen=True):
    """How logs are read."""

    follow: bool = False
    """Go on until the run has ended."""
    lines: int | None = None
    """Only this many last lines of what each log holds at first; None for all."""
    attempt: int | None = None
    """Of a trial or script: this attempt; None for the newest."""
    resume: bool = False
    """Who follows a run that has lost its runner starts the next one, if the settings let him."""


class RunnerWatch:
    """Says once that a run's runner is gone, and again when that happens to the next one; starts that one if it may.

    Args:
        home: The home.
        journal: Of the root run.
        warn: Takes the line.
        reading: What the user wants.
    """

    def __init__(self, home: Home, journal: Journal, warn: Warn, reading: Reading) -> None:
        self._home = home
        self._journal = journal
        self._warn = warn
        self._takes_over = reading.follow and reading.resume
        self._tail = ". Waiting for that; Ctrl-C ends" if reading.follow else ""
        self._gone = False
        self._next_look = 0.0

    def look(self) -> None:
        """Look, if it is time to."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + _LOOK_RUNNER_S
        root = self._journal.run(self._journal.root_id)
        state = runner_state(self._home, root)
        if state.gone and not self._gone:
            taken = self._takes_over and may_take_over(self._home, root) and take_over(root.id)
            self._warn(f"its runner is gone; {GOES_ON}" if taken else f"{state.words}{self._tail}")
        self._gone = state.gone


class LogView(Struct, frozen=True):
    """The whole log of one run."""

    id: str
    name: str
    file: str | None
    """Where it lies; None for a sweep's, which is made of its decisions, and before there is any."""
    text: str


def read_logs(home: Home, target: Target, lines: int | None, attempt: int | None = None) -> list[LogView]:
    """The logs of a run as they stand: of a pipeline one of each step.

    Raises:
        NotFoundError: There is no such attempt.
    """
    journal = home.store.journal(target.root_id)
    try:
        return [_read_log(home, journal, part, lines, attempt) for part in _parts(journal, target.run)]
    finally:
        journal.close()


def _read_log(home: Home, journal: Journal, part: RunRecord, lines: int | None, attempt: int | None) -> LogView:
    source = _open_log(home, journal, part, attempt)
    data = last_lines(source.read_new(), lines) if source else b""
    file = str(source.path) if isinstance(source, FileSource) and source.path.exists() else None
    return LogView(part.id, part.name, file, data.decode("utf-8", errors="replace"))


def stream_logs(home: Home, target: Target, write: Write, warn: Warn, reading: Reading) -> None:
    """Write the logs of a run: of a pipeline each step's after a header, of a failed sweep a failed trial's end too.

    Args:
        home: The home.
        target: The run.
        write: Takes the bytes.
        warn: Told when the run's runner is gone.
        reading: What the user wants.

    Raises:
        NotFoundError: There is no such attempt.
    """
    journal = home.store.journal(target.root_id)
    try:
        parts = _parts(journal, target.run)
        watch = RunnerWatch(home, journal, warn, reading)
        watch.look()
        for part in parts:
            if len(parts) > 1:
                write(f"==> {escape(part.name)} ({part.id}) <==\n".encode())
            _stream_part(home, journal, part, write, watch, reading)
    finally:
        journal.close()


def last_lines(data: bytes, count: int | None) -> bytes:
    """The last ``count`` lines; all of them for None."""
    if count is None:
        return data
    return b"".join(data.splitlines(keepends=True)[-count:]) if count else b""


def _parts(journal: Journal, run: RunRecord) -> list[RunRecord]:
    if run.kind is not RunKind.PIPELINE:
        return [run]
    return sorted(journal.runs(parent_id=run.id, kind=RunKind.STEP), key=lambda step: step.number)


def _stream_part(
    home: Home, journal: Journal, part: RunRecord, write: Write, watch: RunnerWatch, reading: Reading
) -> None:
    """One run's log; until it has ended when it is followed."""
    source: LogSource | None = None
    keep = reading.lines
    while True:
        run = journal.run(part.id)  # its status first: once it is over, the read below is the last one
        source = source or _open_log(home, journal, run, reading.attempt)
        data = source.read_new() if source else b""
        if data:
            write(last_lines(data, keep))
            keep = None
        if run.status.is_terminal or not reading.follow:
            break
        watch.look()
        time.sleep(_LOOK_S)
    if run.reused_from:
        write(_source_words(home, run.reused_from).encode())
    _write_failed_trial(home, journal, run, write)


def _source_words(home: Home, source: str) -> str:
    if why_lost(home.store, source) == REMOVED:
        return f"reused from {source}, which was removed with its log\n"
    return f"reused from {source}; its log: hyperstep logs {source}\n"


def _open_log(home: Home, journal: Journal, run: RunRecord, attempt: int | None = None) -> LogSource | None:
    sweep = _sweep_below(journal, run)
    if sweep is not None and attempt is None:
        return LedgerSource(journal, sweep.id)
    numbers = [record.key.number for record in journal.attempts(run.id)]
    if attempt is not None and attempt not in numbers:
        rule = "The log of an attempt is that of one which this run has had."
        known = f"It has had {', '.join(map(str, numbers))}." if numbers else "It has had none: give a trial or script."
        raise NotFoundError(rule, received=attempt, remedy=known)
    number = numbers[-1] if attempt is None and numbers else attempt
    return None if number is None else FileSource(home.attempt(run, number).log_file)


def _write_failed_trial(home: Home, journal: Journal, run: RunRecord, write: Write) -> None:
    """Of a failed sweep the end of the first failed trial's log, and how to see the whole."""
    sweep = _sweep_below(journal, run)
    if sweep is None or sweep.status is not RunStatus.FAILED:
        return
    if sweep.error:
        write(f"{escape_lines(sweep.error.message)}\n".encode())
    trials = journal.runs(parent_id=sweep.id, kind=RunKind.TRIAL)
    failed = next((trial for trial in trials if trial.status is RunStatus.FAILED), None)
    source = _open_log(home, journal, failed) if failed else None
    if failed and source:
        write(f"==> the end of {failed.id}; the whole: hyperstep logs {failed.id} <==\n".encode())
        write(last_lines(source.read_new(), _FAILED_TRIAL_LINES))


def _sweep_below(journal: Journal, run: RunRecord) -> RunRecord | None:
    if run.kind is RunKind.SWEEP:
        return run
    if run.kind is not RunKind.STEP:
        return None
    return next(iter(journal.runs(parent_id=run.id, kind=RunKind.SWEEP)), None)


def _ledger_line(decision: DecisionRecord) -> str:
    """A decision; the parts of a sweep's key, which are long, are left to ``why``."""
    evidence = canonical_json({name: fact for name, fact in decision.evidence.items() if name != "parts"})
    return escape(f"{wording.moment(decision.time)} {decision.kind} {decision.subject} {evidence}")
