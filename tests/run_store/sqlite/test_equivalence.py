"""SQLite and memory give the same answers to any sequence of calls."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from hyperstep.errors import HyperstepError
from hyperstep.records.attempt import AttemptKey
from hyperstep.records.metric import MetricKind, MetricRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store import open_run_store
from hyperstep.run_store.base import AttemptRecord, Journal, JournalWriter, RunStore
from hyperstep.run_store.memory import MemoryRunStore
from hyperstep.testing.run_store import OWNER, root_run, trial_run

RUNS = st.sampled_from(["HD_root", "HD_root_0", "HD_root_1"])
SMALL = st.integers(0, 3)
VALUES: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
METRICS = st.builds(
    MetricRecord,
    run_id=RUNS,
    attempt=st.integers(0, 2),
    sequence=SMALL,
    name=st.sampled_from(["accuracy", "loss"]),
    kind=st.just(MetricKind.SCALAR),
    value=VALUES,
    step=st.none() | st.integers(),
    time=st.floats(0, 10),
)
Write = Callable[[JournalWriter], object]


class StoresAgree(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.stores: list[RunStore] = [open_run_store(Path(self.folder.name)), MemoryRunStore()]
        self.journals = [
            store.create([root_run(), trial_run(0), trial_run(1)], folder="f", spec=None) for store in self.stores
        ]
        self.epoch = 0

    def teardown(self) -> None:
        for store in self.stores:
            store.close()
        self.folder.cleanup()

    def both(self, write: Write) -> None:
        outcomes = [_outcome(partial(_write, journal, self.epoch, write)) for journal in self.journals]
        assert outcomes[0] == outcomes[1]

    @rule()
    def acquire(self) -> None:
        epochs = [journal.acquire(OWNER).epoch for journal in self.journals]
        assert epochs[0] == epochs[1]

    @rule()
    def become_the_owner(self) -> None:
        owner = self.journals[0].owner()
        self.epoch = owner.epoch if owner else 0

    @rule(number=SMALL, status=st.sampled_from(RunStatus), created_at=SMALL)
    def put_run(self, number: int, status: RunStatus, created_at: int) -> None:
        run = trial_run(number, status=status)
        self.both(lambda writer: writer.put_run(replace(run, created_at=float(created_at))))

    @rule(records=st.lists(METRICS, max_size=5))
    def add_metrics(self, records: list[MetricRecord]) -> None:
        self.both(lambda writer: writer.add_metrics(records))

    @rule(run_id=RUNS, number=st.integers(0, 2), offset=SMALL)
    def put_attempt(self, run_id: str, number: int, offset: int) -> None:
        attempt = AttemptRecord(AttemptKey(run_id, number), 1.0, offset=offset)
        self.both(lambda writer: writer.put_attempt(attempt))

    @rule(run_id=RUNS, body=st.dictionaries(st.text(max_size=2), VALUES, max_size=2))
    def append(self, run_id: str, body: dict[str, Any]) -> None:
        self.both(lambda writer: writer.append_event(run_id, "x", body, 1.0))
        self.both(lambda writer: writer.append_decision(run_id, 0, "stop", run_id, body, 1.0))

    @rule(text=st.text("HD_rot01latesn", max_size=5) | RUNS | st.just("latest"))
    def resolve(self, text: str) -> None:
        outcomes = [_outcome(partial(store.resolve, text)) for store in self.stores]
        assert outcomes[0] == outcomes[1]

    @invariant()
    def all_answers_are_equal(self) -> None:
        answers = [_answers(journal) for journal in self.journals]
        assert answers[0] == answers[1]


def _write(journal: Journal, epoch: int, write: Write) -> object:
    with journal.transaction(epoch) as writer:
        return write(writer)


def _outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except HyperstepError as error:
        return type(error), str(error)


def _answers(journal: Journal) -> str:
    """All that can be read, as text: NaN equals NaN there."""
    runs = journal.runs()
    of_each = [
        (
            journal.metrics(run.id),
            journal.metrics(run.id, name="loss"),
            journal.attempts(run.id),
            journal.events(run.id, after=1),
            journal.decisions(run.id),
        )
        for run in runs
    ]
    children = [journal.metrics_of_children("HD_root"), journal.metrics_of_children("HD_root", name="loss")]
    return repr((runs, of_each, children, journal.attempts(), journal.owner()))


StoresAgree.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestStoresAgree = StoresAgree.TestCase
