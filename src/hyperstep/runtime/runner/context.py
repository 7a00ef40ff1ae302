"""What every driver of a run works with: home, journal, records of the runs, transactions."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from hyperstep.errors import StoreError
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import Journal, JournalWriter
from hyperstep.run_store.conflicts import not_owner
from hyperstep.runtime.home import Home
from hyperstep.runtime.interactive import ended

T = TypeVar("T")


class Envelope(Struct, frozen=True):
    """What was fixed at submission besides the spec."""

    python: str
    """Interpreter of the submitter, for trials and steps that name none."""
    slots: int
    """Processes at one time."""
    stop_grace_s: float
    reuse: ReuseRules = field(default_factory=ReuseRules)
    max_silence_s: float | None = None
    """For processes whose step sets none."""
    warm: str = "auto"
    """Likewise: whether they are forked from a warm server."""


class Unit:
    """One transaction: records are written through it, and what is to be done afterwards is left with it."""

    def __init__(self, context: RunnerContext, writer: JournalWriter) -> None:
        self.writer = writer
        self.actions: list[Callable[[], None]] = []
        self._context = context
        self._before: dict[str, RunRecord | None] = {}

    def afterwards(self, action: Callable[[], None]) -> None:
        """Do ``action`` once everything is on disk: first record, then act."""
        self.actions.append(action)

    def put_run(self, run: RunRecord) -> RunRecord:
        """Write a run's record; the context and, for a root, the index follow."""
        if run.is_root and run.status.is_terminal:
            self._context.before_the_end()
        self.writer.put_run(run)
        self._before.setdefault(run.id, self._context.runs.get(run.id))
        self._context.take(run)
        if run.is_root:
            self.afterwards(lambda: self._context.update_index(run))
        return run

    def change_run(self, run_id: str, **changes: Any) -> RunRecord:  # noqa: ANN401 - fields of RunRecord
        """Write a run's record with some fields changed; times follow from the status.

        With a run that ends, what its script opened below it and never ended, ends in the same transaction: whoever
        sees the end of the one sees that of the others.
        """
        run = replace(self._context.runs[run_id], **changes)
        now = self._context.now()
        if run.status is RunStatus.RUNNING and run.started_at is None:
            run = replace(run, started_at=now)
        if run.status.is_terminal and run.ended_at is None:
            run = replace(run, ended_at=now)
            self._end_below(run, now)
        return self.put_run(run)

    def forget(self) -> None:
        """Nothing was written: the context goes back to what the journal says."""
        for run_id, run in self._before.items():
            if run is None:
                del self._context.runs[run_id]
            else:
                self._context.runs[run_id] = run

    def _end_below(self, above: RunRecord, now: float) -> None:
        reason = f"ended with the run above, {above.id}"
        for child in self._context.opened_below(above.id):
            last = child if child.status.is_terminal else self.put_run(ended(child, above.status, now, reason=reason))
            self._end_below(last, now)


class RunnerContext:
    """Shared by all drivers of one root run, in one thread.

    Args:
        home: The home.
        journal: The root run's journal; this process owns it.
        epoch: Of that ownership.
        envelope: What was fixed at submission.
        now: Seconds since the epoch: the runner's only clock.
    """

    def __init__(
        self, home: Home, journal: Journal, epoch: int, envelope: Envelope, now: Callable[[], float] = time.time
    ) -> None:
        self.now = now
        self.home = home
        self.journal = journal
        self.epoch = epoch
        self.envelope = envelope
        self.runs: dict[str, RunRecord] = {}
        self._opened: dict[str, dict[str, None]] = {}
        """Ids of the runs that a script opened below a run, by that run's id."""
        for run in journal.runs():
            self.take(run)
        self._actions: deque[Callable[[], None]] = deque()
        self._acting = False
        self._facts: dict[str, Any] = {}
        self.before_the_end: Callable[[], None] = lambda: None
        """What must be done before anybody sees that the root run has ended."""
        self.let_go: Callable[[], None] = lambda: None
        """What must be done before another driver goes on from the record in this process."""

    def once(self, name: str, find: Callable[[], T]) -> T:
        """What does not change while the run goes on, found when it is first asked for."""
        if name not in self._facts:
            self._facts[name] = find()
        fact: T = self._facts[name]
        return fact

    @property
    def root(self) -> RunRecord:
        """The run at the top."""
        return self.runs[self.journal.root_id]

    def take(self, run: RunRecord) -> None:
        """Know a run by its newest record; for ``Unit``, which writes it."""
        if run.kind is RunKind.INTERACTIVE and run.parent_id:
            self._opened.setdefault(run.parent_id, {})[run.id] = None
        self.runs[run.id] = run

    def opened_below(self, run_id: str) -> list[RunRecord]:
        """The runs that a script opened directly below a run, ended or not."""
        return [self.runs[child] for child in self._opened.get(run_id, ()) if child in self.runs]

    def check_owner(self) -> None:
        """Whether the run is still ours, before something is done that no transaction guards.

        Raises:
            NotOwnerError: Another one owns it.
        """
        owner = self.journal.owner()
        if owner is None or owner.epoch != self.epoch:
            raise not_owner(self.journal.root_id, self.epoch, owner)

    @contextmanager
    def transaction(self) -> Iterator[Unit]:
        """Record all of it or nothing; then act, or leave the acts to whoever is acting already."""
        unit: Unit | None = None
        try:
            with self.journal.transaction(self.epoch) as writer:
                unit = Unit(self, writer)
                yield unit
        except BaseException:
            if unit is not None:
                unit.forget()
            raise
        self._actions.extend(unit.actions)
        self._act()

    def do(self, action: Callable[[], None]) -> None:
        """Carry out ``action``, then all that it leads to, one after the other."""
        self._actions.append(action)
        self._act()

    def update_index(self, run: RunRecord) -> None:
        """Bring the index up to date with a root run; a damaged index does not end the run, whose journal has all."""
        try:
            self.home.store.update_root(run)
        except StoreError as error:
            from hyperstep.runtime.runner.obstacles import reraise_passing  # noqa: PLC0415 - for an error only

            reraise_passing(error, self.home)
            self.note(f"the index does not know that the run is {run.status.value}: {error}")

    @staticmethod
    def note(message: str) -> None:
        """A line in the runner's own log."""
        note(message)

    def _act(self) -> None:
        """Acts lead to transactions, which leave further acts: a queue, so that a long chain needs no deep stack."""
        if self._acting:
            return
        self._acting = True
        try:
            while self._actions:
                self._actions.popleft()()
        finally:
            self._acting = False


def note(message: str) -> None:
    """A line in the runner's own log, which is this process's output; one that cannot be written stops nothing."""
    with suppress(OSError):
        print(f"{time.strftime('%Y-%m-%dT%H:%M:%S')} {message}", flush=True)  # noqa: T201 - stdout is that log
