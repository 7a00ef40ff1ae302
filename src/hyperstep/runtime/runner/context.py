"""What every driver of a run works with: home, journal, records of the runs, transactions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from hyperstep.records.run import RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import Journal, JournalWriter
from hyperstep.runtime.home import Home


@dataclass(frozen=True, slots=True)
class Envelope:
    """What was fixed at submission besides the spec."""

    python: str
    """Interpreter of the submitter, for trials and steps that name none."""
    slots: int
    """Processes at one time."""
    stop_grace_s: float


class Unit:
    """One transaction: records are written through it, and what is to be done afterwards is left with it."""

    def __init__(self, context: RunnerContext, writer: JournalWriter) -> None:
        self.writer = writer
        self._context = context
        self._afterwards: list[Callable[[], None]] = []

    def afterwards(self, action: Callable[[], None]) -> None:
        """Do ``action`` once everything is on disk: first record, then act."""
        self._afterwards.append(action)

    def put_run(self, run: RunRecord) -> RunRecord:
        """Write a run's record; the context and, for a root, the index follow."""
        self.writer.put_run(run)
        self._context.runs[run.id] = run
        if run.is_root:
            self.afterwards(lambda: self._context.home.store.update_root(run))
        return run

    def change_run(self, run_id: str, **changes: Any) -> RunRecord:  # noqa: ANN401 - fields of RunRecord
        """Write a run's record with some fields changed; times follow from the status."""
        run = replace(self._context.runs[run_id], **changes)
        now = self._context.now()
        if run.status is RunStatus.RUNNING and run.started_at is None:
            run = replace(run, started_at=now)
        if run.status.is_terminal and run.ended_at is None:
            run = replace(run, ended_at=now)
        return self.put_run(run)

    def run_actions(self) -> None:
        """Carry out what was left to do, in order."""
        for action in self._afterwards:
            action()


class RunnerContext:
    """Shared by all drivers of one root run, in one thread.

    Args:
        home: The home.
        journal: The root run's journal; this process owns it.
        epoch: Of that ownership.
        envelope: What was fixed at submission.
    """

    def __init__(self, home: Home, journal: Journal, epoch: int, envelope: Envelope) -> None:
        self.home = home
        self.journal = journal
        self.epoch = epoch
        self.envelope = envelope
        self.runs: dict[str, RunRecord] = {run.id: run for run in journal.runs()}

    @property
    def root(self) -> RunRecord:
        """The run at the top."""
        return self.runs[self.journal.root_id]

    @staticmethod
    def now() -> float:
        """Seconds since the epoch: the runner's only clock."""
        return time.time()

    @contextmanager
    def transaction(self) -> Iterator[Unit]:
        """Record all of it or nothing; then act."""
        with self.journal.transaction(self.epoch) as writer:
            unit = Unit(self, writer)
            yield unit
        unit.run_actions()

    def note(self, message: str) -> None:
        """A line in the runner's own log."""
        print(f"{time.strftime('%Y-%m-%dT%H:%M:%S')} {message}", flush=True)  # noqa: T201 - stdout is that log
