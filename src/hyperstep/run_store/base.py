"""What a run store promises: an index of all root runs and names, and one journal for each root run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

from msgspec import Struct, field

from hyperstep.digest import Json
from hyperstep.records.artifact import ArtifactRecord
from hyperstep.records.attempt import AttemptEnd, AttemptKey, Launched, ThreadUse
from hyperstep.records.event import DecisionRecord, EventRecord
from hyperstep.records.metric import MetricKind, MetricRecord, ScalarPoint
from hyperstep.records.run import ForcedRun, RunKind, RunRecord
from hyperstep.records.status import RunStatus


class Owner(Struct, frozen=True):
    """The process that drives a root run. Only the owner of the newest epoch may write."""

    pid: int
    pid_started_at: float
    """When the process started, as ``runtime.processes`` counts it: tells a reused pid from ours."""
    host: str
    """Name of the machine."""
    boot: str = ""
    """Names the boot of that machine: a process of an earlier boot is gone. Empty where the system does not tell."""
    epoch: int = 0
    """Counts ownerships of this run, from 1; 0 before the store has given one."""
    beat: int = 0
    """Counts the signs of life that this owner gave: see ``Journal.beat``."""
    beat_at: float = 0.0
    """When it gave the last one, in seconds since the epoch by its own clock: for people, never compared."""


class AttemptRecord(Struct, frozen=True):
    """What the store knows of one attempt."""

    key: AttemptKey
    started_at: float
    end: AttemptEnd | None = None
    offset: int = 0
    """Bytes of its records file that have been taken into the store."""
    launched: Launched | None = None
    """How it was started; None while nobody has said so. What was said once stays."""
    threads: ThreadUse | None = None
    """How many threads it had at work; None while nobody has looked. Stays likewise."""


class NamedRecord(Struct, frozen=True):
    """A version of something that has a name in a workspace: a model, a dataset, a compute target."""

    workspace: str
    kind: str
    name: str
    version: int
    """From 1, one up with each ``put``; the number of a removed version is not given again."""
    body: Mapping[str, Json]
    created_at: float


REGISTERED_BY = "registered_by"
"""Key in a named thing's body: the root run that alone has written this version; not where a driver did."""

CHANGED_BY = "changed_by"
"""Key in a named thing's body: the root run whose job was the last to change it; not where a driver was."""

CHANGED = "changed"
"""Key in the record of a finished step run that stands for nothing: what was changed while it ran, or is to blame."""


class StoredFingerprint(Struct, frozen=True):
    """A finished step run that can stand for an equal one; or a sweep, whose trials can, without ``outputs``.

    Where ``record`` says what was changed while it ran, it tells the next run of the step why it runs, and no more.
    """

    workspace: str
    digest: str
    run_id: str
    root_id: str
    step: str
    """Name of the step, to find the nearest earlier run when nothing equal exists."""
    parts: Mapping[str, Json]
    """Named parts of the fingerprint: what the digest was made of."""
    outputs: Mapping[str, Json]
    """Each output's place and content."""
    created_at: float
    record: Mapping[str, Json] = field(default_factory=dict)
    """What else is known of that run and no part of the digest: how long it took, what it read, which files it left."""


class ChildGroup(NamedTuple):
    """What runs below another are counted by."""

    status: RunStatus
    is_reused: bool
    """A run of earlier stands for it."""
    properties: tuple[str | None, ...]
    """Values of the properties that were asked for; None where a run has none of that name."""


class StartCounts(NamedTuple):
    """How the attempts of the runs below another were started, and the threads that they had at work."""

    launched: Mapping[Launched, int]
    """How many were started so; those of which it is not known are left out."""
    threads: Mapping[ThreadUse, int]
    """How many had such a use of threads; likewise."""


class JournalWriter(ABC):
    """One transaction on a journal: all of it is written, or nothing.

    Every method raises StoreError when the database refuses.
    """

    @abstractmethod
    def put_run(self, run: RunRecord) -> None:
        """Insert a run, or replace its record.

        Raises:
            ConflictError: The recorded status may not become the new one.
        """

    @abstractmethod
    def append_event(self, run_id: str, kind: str, body: Mapping[str, Json], time: float) -> int:
        """Add an event to a run's log; returns its sequence."""

    @abstractmethod
    def append_decision(
        self, run_id: str, event: int, kind: str, subject: str, evidence: Mapping[str, Json], time: float
    ) -> int:
        """Add a line to the decision ledger; returns its sequence."""

    @abstractmethod
    def add_metrics(self, records: Sequence[MetricRecord]) -> None:
        """Add metric records. One that has the run, attempt and sequence of a recorded one is left out."""

    def add_scalars(self, run_id: str, attempt: int, points: Iterable[ScalarPoint]) -> None:
        """As ``add_metrics``, for many records of kind scalar of one attempt."""
        kind = MetricKind.SCALAR
        self.add_metrics(
            [
                MetricRecord(run_id, attempt, sequence, name, kind, value, step, time)
                for sequence, name, value, step, time in points
            ]
        )

    @abstractmethod
    def add_artifact(self, artifact: ArtifactRecord) -> None:
        """Add a run's file, or replace the one of that path."""

    @abstractmethod
    def put_attempt(self, attempt: AttemptRecord) -> None:
        """Insert an attempt, or replace its record."""


class Journal(ABC):
    """All records of one root run and everything below it.

    Readers in any number of processes see whole transactions only, and never block the writer. Inside a transaction's
    block too, the reading methods show what has been committed, not what the block has written. What is read is the
    caller's own: changing a mapping in it changes no record.

    The last attempt of a run is the one with the highest number that has an attempt record or a metric.
    """

    root_id: str

    @abstractmethod
    def acquire(self, owner: Owner, *, after: int | None = None) -> Owner:
        """Make ``owner`` the run's owner; returns it with its epoch. Earlier owners can write no more.

        Args:
            owner: Who takes the run.
            after: Epoch of the newest owner that the taker has seen (0: none), and found dead or asked to be followed:
                of several takers who saw the same one only the first gets the run. Without it nothing is compared.

        Raises:
            NotOwnerError: Another one took the run meanwhile. Nothing is written.
        """

    @abstractmethod
    def owner(self) -> Owner | None:
        """The newest owner, dead or alive; None before the first."""

    @abstractmethod
    def beat(self, epoch: int, at: float) -> None:
        """The owner of ``epoch`` says that it lives: its ``beat`` counts one up. ``version`` stays as it is.

        Whoever cannot look at the owner's process, because it is on another machine, takes the run only after it has
        seen the beat stand still for the length of the lease, by a clock of its own.

        Args:
            epoch: Of the ownership.
            at: Now, in seconds since the epoch.

        Raises:
            NotOwnerError: A newer owner exists, or that epoch was never given.
        """

    @abstractmethod
    def check_in_place(self) -> None:
        """See that what is written is still found by others, at the place where the records are.

        Raises:
            StoreError: It was removed, or something else is there now: only this process still sees what it writes.
        """

    @abstractmethod
    def transaction(self, epoch: int) -> AbstractContextManager[JournalWriter]:
        """Write as the owner of ``epoch``; commits when the block ends, rolls back when it raises.

        Epoch 0 writes before the first owner. A second transaction within the block, on the same journal and thread, is
        refused with a StoreError.

        Raises:
            NotOwnerError: A newer owner exists, or that epoch was never given. Nothing is written.
        """

    @abstractmethod
    def spec(self) -> Json:
        """What was submitted, as given to ``RunStore.create``."""

    @abstractmethod
    def run(self, run_id: str) -> RunRecord:
        """One run.

        Raises:
            NotFoundError: There is none of that id below this root.
        """

    @abstractmethod
    def runs(self, *, parent_id: str | None = None, kind: RunKind | None = None) -> list[RunRecord]:
        """The runs, or those with that parent or kind, by creation and number."""

    def count_children(self, parent_id: str, kind: RunKind, properties: Sequence[str]) -> Counter[ChildGroup]:
        """How many runs of a kind there are with that parent, by status, by values of properties, and reused or not.

        The names of the properties have no double quotes.
        """
        return Counter(
            ChildGroup(run.status, run.reused_from is not None, tuple(map(run.properties.get, properties)))
            for run in self.runs(parent_id=parent_id, kind=kind)
        )

    def taken_over(self) -> dict[str, str]:
        """The run whose results each one took over that took some, by its id."""
        return {run.id: run.reused_from for run in self.runs() if run.reused_from is not None}

    def newest_children(self, parent_id: str, kind: RunKind, limit: int) -> list[RunRecord]:
        """The last of the runs of a kind with that parent, by number."""
        return sorted(self.runs(parent_id=parent_id, kind=kind), key=lambda run: run.number)[-limit:]

    @abstractmethod
    def metrics(self, run_id: str, *, name: str | None = None) -> list[MetricRecord]:
        """What the last attempt of a run logged, in order."""

    @abstractmethod
    def metrics_of_children(self, parent_id: str, *, name: str | None = None) -> dict[str, list[MetricRecord]]:
        """The same for each run with that parent; runs without a record are left out."""

    @abstractmethod
    def artifacts(self, run_id: str) -> list[ArtifactRecord]:
        """A run's files, by path."""

    @abstractmethod
    def events(self, run_id: str, *, after: int = -1) -> list[EventRecord]:
        """A run's events with a sequence above ``after``, in order."""

    @abstractmethod
    def decisions(self, run_id: str, *, after: int = -1, subject: str | None = None) -> list[DecisionRecord]:
        """A run's decisions with a sequence above ``after``, in order; those on one subject, if it is given."""

    @abstractmethod
    def attempts(self, run_id: str | None = None) -> list[AttemptRecord]:
        """The attempts of a run, or of all, by run and number."""

    def open_attempts(self) -> list[AttemptRecord]:
        """The attempts that have not ended, as far as is recorded."""
        return [attempt for attempt in self.attempts() if attempt.end is None]

    def attempt_counts(self, run_ids: Collection[str]) -> dict[str, int]:
        """How many attempts these runs have, by their ids; none without any."""
        return dict(Counter(attempt.key.run_id for attempt in self.attempts() if attempt.key.run_id in run_ids))

    def starts_below(self, parent_id: str) -> StartCounts:
        """How the attempts of the runs directly below a run were started."""
        below = {run.id for run in self.runs(parent_id=parent_id)}
        attempts = [attempt for attempt in self.attempts() if attempt.key.run_id in below]
        launched = Counter(attempt.launched for attempt in attempts if attempt.launched)
        return StartCounts(launched, Counter(attempt.threads for attempt in attempts if attempt.threads))

    @abstractmethod
    def mentioned_digests(self) -> set[str]:
        """Every digest in what was submitted, in runs, events and decisions; ``artifacts`` tells those of files."""

    @abstractmethod
    def version(self) -> int:
        """A number that grows whenever something was committed, the same in every process: cheap to poll."""

    @abstractmethod
    def sync(self) -> None:
        """Bring what was committed to the disk: it survives a loss of power from now on."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections. The journal may be used again: it opens them anew."""


class RunStore(ABC):
    """The index, and the way to the journals.

    Safe for use by many processes at once; threads of one process take turns. A store that was opened for reading only
    raises StoreError at every method that writes, in its journals too.
    """

    @abstractmethod
    def create(self, runs: Sequence[RunRecord], *, folder: str, spec: Json, submission: str = "") -> Journal:
        """Record a new root run (the first of ``runs``) and the runs that exist below it from the start.

        Those below that are no trials can be found by their ids, as after ``register_run``. All of it or nothing: a
        process that is killed meanwhile leaves no run that counts.

        Args:
            runs: The root first.
            folder: Name of its folder below the home's ``runs`` folder; the journal lives there.
            spec: What was submitted.
            submission: A word that the submitter chose, to find the runs of one script (see ``roots``).

        Raises:
            ConflictError: A run of that id, or a run's folder of that name, exists.
            InvalidInputError: The first of ``runs`` is no root, or another one has another root.
        """

    @abstractmethod
    def update_root(self, run: RunRecord) -> None:
        """Bring the index up to date with a root run's status, times and tags.

        Raises:
            NotFoundError: No root run has that id.
        """

    @abstractmethod
    def roots(
        self,
        *,
        workspace: str | None = None,
        experiment: str | None = None,
        submission: str | None = None,
        limit: int | None = None,
    ) -> list[RunRecord]:
        """Root runs, newest first."""

    @abstractmethod
    def register_run(self, run_id: str, root_id: str) -> None:
        """Make a run that is no root and no trial findable by its id. May be repeated.

        Raises:
            NotFoundError: No root run has the id ``root_id``.
        """

    @abstractmethod
    def root_of(self, run_id: str) -> str:
        """Id of the root run above ``run_id``. A trial is found through its sweep: ``<sweep id>_<index>``.

        Raises:
            NotFoundError: No run has that id.
        """

    @abstractmethod
    def resolve(self, text: str) -> str:
        """The run id that ``text`` means: an id, a unique prefix of one, or ``latest`` (the newest root run).

        Prefixes are of root runs and registered runs; a trial is a prefix of its sweep's id, ``_`` and its index.

        Raises:
            NotFoundError: None fits.
            InvalidInputError: Several fit, and the message lists them; or the text is empty.
        """

    @abstractmethod
    def folder_of(self, root_id: str) -> str:
        """Name of a root run's folder.

        Raises:
            NotFoundError: No root run has that id.
        """

    @abstractmethod
    def journal(self, root_id: str) -> Journal:
        """The journal of a root run. Asking twice may give the same object.

        Raises:
            NotFoundError: No root run has that id.
            StoreError: The journal cannot be opened; it is named and left as it is.
        """

    @abstractmethod
    def put_named(self, workspace: str, kind: str, name: str, body: Mapping[str, Json], time: float) -> NamedRecord:
        """Add a version of a named thing."""

    @abstractmethod
    def replace_named(self, record: NamedRecord, expected: Mapping[str, Json] | None = None) -> bool:
        """Replace the body of one recorded version.

        Args:
            record: The version with its new body.
            expected: The body as it was read: when another process has replaced it meanwhile, nothing is written.

        Returns:
            Whether it was written.

        Raises:
            NotFoundError: There is no such version.
        """

    @abstractmethod
    def named(self, workspace: str, kind: str, name: str, version: int | None = None) -> NamedRecord:
        """One version of a named thing, the newest without ``version``.

        Raises:
            NotFoundError: There is none.
        """

    @abstractmethod
    def all_named(self, workspace: str, kind: str, name: str | None = None) -> list[NamedRecord]:
        """All versions of all things of a kind (or of one name), by name, newest version first."""

    @abstractmethod
    def remove_named(self, workspace: str, kind: str, name: str, version: int | None = None) -> None:
        """Remove a version, or all versions, of a named thing. Nothing happens when there is none."""

    @abstractmethod
    def remember(self, fingerprint: StoredFingerprint) -> None:
        """Keep a finished step run's fingerprint; the newest of equal digests is the one found."""

    @abstractmethod
    def recall(self, workspace: str, digest: str) -> StoredFingerprint | None:
        """The newest finished step run of that fingerprint."""

    @abstractmethod
    def recall_all(self, workspace: str, digest: str, *, limit: int) -> list[StoredFingerprint]:
        """The finished step runs of that fingerprint, newest first."""

    @abstractmethod
    def remembered(self, workspace: str, step: str, *, limit: int) -> list[StoredFingerprint]:
        """The remembered runs of a step of that name, newest first: what a miss is explained against."""

    @abstractmethod
    def mentioned_digests(self) -> set[str]:
        """Every digest that named things and fingerprints speak of."""

    @abstractmethod
    def reuse_sources(self) -> set[str]:
        """Ids of the root runs whose steps can stand for others."""

    @abstractmethod
    def remove_root(self, root_id: str) -> None:
        """Forget a root run, the runs registered below it and its fingerprints; its folder is the caller's to remove.

        That it was forced is kept.

        Raises:
            NotFoundError: No root run has that id.
        """

    @abstractmethod
    def sync(self) -> None:
        """Bring what was committed to the index to the disk."""

    @abstractmethod
    def remember_sweep(self, sweep: StoredFingerprint) -> None:
        """Keep a sweep by what each of its trials depends on; one of that run and digest is replaced."""

    @abstractmethod
    def recall_sweeps(self, workspace: str, digest: str) -> list[StoredFingerprint]:
        """All sweeps of that digest, newest first: those whose trials may stand for others."""

    @abstractmethod
    def remembered_sweeps(self, workspace: str, step: str, *, limit: int) -> list[StoredFingerprint]:
        """The sweeps of a step of that name, newest first: what a miss is explained against."""

    @abstractmethod
    def remember_forced(self, forced: ForcedRun) -> None:
        """Keep a forced run; of those of one root run and digest the first counts, of other roots' the newest stays."""

    @abstractmethod
    def newest_forced(self, workspace: str, digest: str, *, besides: str = "") -> ForcedRun | None:
        """The forced run of that digest which was kept last; without those of the root run ``besides``."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections."""
