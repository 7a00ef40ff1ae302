"""What a person is shown of a submitted run: plain data between the records and the drawing."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from hyperstep.digest import Json
from hyperstep.pipeline.plan import HistoryVerdict
from hyperstep.pipeline.reuse import FailedTrials
from hyperstep.records.goal import Goal
from hyperstep.records.run import RunError, RunKind
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import StartCounts


class TrialView(Struct, frozen=True):
    """One trial."""

    id: str
    number: int
    status: RunStatus
    parameters: Mapping[str, Json]
    """Keys as the user wrote them."""
    last: float | None = None
    """Newest usable value of the primary metric."""
    best: float | None = None
    reports: int = 0
    """How often it reported a usable value of the primary metric."""
    unusable: int = 0
    """Of a trial without a usable value: how many it reported that were no finite numbers."""
    reason: str = ""
    error: RunError | None = None
    started_at: float | None = None
    ended_at: float | None = None
    stopped_early: bool = False
    """Ended by a policy; not by a person or a time limit."""
    pid: int | None = None
    """Its process, while it lives on this machine and somebody has looked."""
    attempts: int = 0
    """How many there have been, when somebody has looked."""
    tried_again: int = 0
    """How often it was started again, as the ledger says."""
    why_again: str = ""
    """What ended the attempt before the newest."""
    reused_from: str | None = None
    """The finished trial of another sweep that stands for it."""
    saved_s: float | None = None
    """How long that one took."""


class Tally(Struct, frozen=True):
    """How many trials there are of each kind, where not all are looked at one by one; none stands for another."""

    trials: int
    completed: int
    failed: int
    stopped: int
    canceled: int
    running: int


class SweepView(Struct, frozen=True):
    """One sweep."""

    id: str
    status: RunStatus
    metric: str
    goal: Goal
    trials: tuple[TrialView, ...] = ()
    """By number; the newest ones and the best where there is a ``tally``."""
    best: TrialView | None = None
    max_total: int | None = None
    """Trials at most, as configured; fewer when the space holds fewer."""
    requested_concurrency: int | None = None
    effective_concurrency: int | None = None
    space_size: int | None = None
    seed: int | None = None
    """Of the sampler; None when it has none."""
    seed_from: str | None = None
    """The earlier sweep whose seed it took over."""
    history: HistoryVerdict | None = None
    """What it keeps of an earlier sweep; None when it was not to keep any."""
    reason: str = ""
    error: RunError | None = None
    deterministic: bool = False
    """Stops and model-based points were decided in logical time."""
    starts: StartCounts | None = None
    """How its trials were started, when somebody has looked."""
    decision_log: str | None = None
    """Digest of the decisions in logical order; None before the end."""
    tally: Tally | None = None
    """Of all trials; None where they are all in ``trials``."""

    @property
    def total(self) -> int | None:
        """How many trials there will be at most."""
        bounds = [bound for bound in (self.max_total, self.space_size) if bound is not None]
        return max(min(bounds), self.count) if bounds else None

    @property
    def count(self) -> int:
        """How many trials there are."""
        return self.tally.trials if self.tally else len(self.trials)

    @property
    def completed(self) -> int:
        """Trials that ended by themselves, well."""
        return self.tally.completed if self.tally else self._count(RunStatus.COMPLETED)

    @property
    def failed(self) -> int:
        """Trials that failed."""
        return self.tally.failed if self.tally else self._count(RunStatus.FAILED)

    @property
    def stopped(self) -> int:
        """Trials that a policy ended."""
        if self.tally:
            return self.tally.stopped
        return sum(1 for trial in self.trials if trial.status is RunStatus.CANCELED and trial.stopped_early)

    @property
    def canceled(self) -> int:
        """Trials that a person or a time limit ended."""
        return self.tally.canceled if self.tally else self._count(RunStatus.CANCELED) - self.stopped

    @property
    def ended(self) -> int:
        """Trials that are over."""
        return self.completed + self.failed + self.stopped + self.canceled

    @property
    def reused(self) -> int:
        """Trials that a finished one stands for, however they count otherwise."""
        return sum(1 for trial in self.trials if trial.reused_from)

    @property
    def saved_s(self) -> float:
        """How long those took where they ran."""
        return sum(trial.saved_s or 0.0 for trial in self.trials)

    @property
    def running(self) -> int:
        """Trials whose process runs."""
        if self.tally:
            return self.tally.running
        return sum(1 for t in self.trials if t.status in {RunStatus.RUNNING, RunStatus.FINALIZING})

    def _count(self, status: RunStatus) -> int:
        return sum(1 for trial in self.trials if trial.status is status)


class OutputView(Struct, frozen=True):
    """An output of a step."""

    name: str
    datastore: str
    path: str
    """Below the datastore, with forward slashes."""
    kind: str
    """``model``, ``metrics`` or ``data``."""


REMOVED, UNREADABLE = "was removed", "cannot be read"
"""What became of an earlier run whose results a later one took over."""


class StepView(Struct, frozen=True):
    """One step of a pipeline; a sweep or script that was submitted by itself counts as one."""

    id: str
    name: str
    kind: RunKind
    status: RunStatus
    started_at: float | None = None
    ended_at: float | None = None
    reused_from: str | None = None
    source_lost: str = ""
    """Why what that run held cannot be shown: ``REMOVED`` or ``UNREADABLE``; empty when it can."""
    computed_because: str = ""
    """Why no earlier run of a step of this name stands for it."""
    saved_s: float | None = None
    """Of a reused step: how long the run took that stands for it."""
    failed_trials: FailedTrials | None = None
    """Of a reused step: of a sweep some of whose trials had failed."""
    reason: str = ""
    error: RunError | None = None
    outputs: tuple[OutputView, ...] = ()
    sweep: SweepView | None = None
    pid: int | None = None
    """Of a script, as for a trial."""
    attempts: int = 0


class RootView(Struct, frozen=True):
    """One submitted run."""

    id: str
    kind: RunKind
    name: str
    workspace: str
    experiment: str
    status: RunStatus
    created_at: float
    started_at: float | None = None
    ended_at: float | None = None
    reason: str = ""
    error: RunError | None = None
    steps: tuple[StepView, ...] = field(default=())
    paused: str = ""
    """Why its runner waits before it goes on; empty when it does not."""

    @property
    def sweeps(self) -> list[SweepView]:
        """The sweeps, in step order."""
        return [step.sweep for step in self.steps if step.sweep is not None]
