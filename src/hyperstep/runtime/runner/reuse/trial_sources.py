"""The finished trials of the workspace that may stand for others: found by key, looked at again before they do."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from hyperstep.digest import Json, canonical_json
from hyperstep.errors import HyperstepError
from hyperstep.pipeline.fingerprint import dataset_rule, written_options
from hyperstep.pipeline.reuse import INPUTS, Difference, Reason, ReuseDecision, changed_meanwhile, expiry
from hyperstep.pipeline.reuse_rules import DatasetReuse, ReuseRules
from hyperstep.pipeline.spec import StepSpec
from hyperstep.records.names import STOPPED_EARLY
from hyperstep.records.run import ForcedRun, RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import Journal, StoredFingerprint
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse.read_kinds import READS, READS_PROPERTY, SETTLED_PROPERTY
from hyperstep.runtime.runner.reuse.registered_results import gone_results
from hyperstep.runtime.runner.reuse.source_files import missing_files, source_files
from hyperstep.runtime.runner.reuse.steady_inputs import CHANGED_INPUT, NOT_LOOKED_AT
from hyperstep.runtime.runner.reuse.step_facts import reading_of
from hyperstep.runtime.runner.reuse.step_reads import changed_reads
from hyperstep.runtime.runner.reuse.step_sources import older_than_forced
from hyperstep.runtime.runner.reuse.submitted_reads import stands_alone
from hyperstep.runtime.runner.sweep_records import point_of

Key = str
"""A point and how it is written on the command line, as canonical JSON."""


def trial_key(point: Mapping[str, Json], arguments: tuple[str, ...]) -> Key:
    """The key of a trial among those of equal code, inputs and environment.

    Args:
        point: Its hyperparameters.
        arguments: Those of its process; the last ones are the hyperparameters.
    """
    texts = arguments[len(arguments) - 2 * len(point) :]
    return canonical_json([point, written_options(texts)])


class TrialSource(Struct, frozen=True):
    """A finished trial, and the sweep that it is of."""

    run: RunRecord
    sweep: StoredFingerprint

    @property
    def was_stopped(self) -> bool:
        """Whether a policy had stopped it."""
        return self.run.status is RunStatus.CANCELED


class _Listed(Struct):
    """The trials of one sweep, as they were at a version of its journal."""

    version: int
    has_ended: bool
    trials: Mapping[Key, list[RunRecord]] = field(default_factory=dict)
    doubtful: Mapping[Key, list[RunRecord]] = field(default_factory=dict)
    """Those that finished, and may have read inputs that had changed."""
    starts: Sequence[float] = ()
    """When the trials of the sweep began, in order; seconds since the epoch."""


class TrialSources:
    """Looks up finished trials; what has ended is read once.

    Args:
        home: Where.
        step: The tuning step whose trials are looked up.
        rules: Of the submission.
        own: The journal of the run that asks, and the id of its sweep, whose trials are no sources.
    """

    def __init__(self, home: Home, step: StepSpec, rules: ReuseRules, own: tuple[Journal | None, str]) -> None:
        self._home = home
        self._step = step
        self._rules = rules
        self._journal, self._sweep_id = own
        self._known: dict[str, _Listed] = {}

    def sweeps(self, workspace: str, digest: str) -> list[StoredFingerprint]:
        """The other sweeps of equal code, inputs and environment, newest first."""
        return [s for s in self._home.store.recall_sweeps(workspace, digest) if s.run_id != self._sweep_id]

    def candidates(self, sweeps: list[StoredFingerprint], key: Key) -> list[TrialSource]:
        """Trials of that key that completed, newest first, then those that a policy stopped."""
        found = [TrialSource(run, sweep) for sweep in sweeps for run in self._listed(sweep).trials.get(key, ())]
        return sorted(found, key=lambda source: (source.was_stopped, -(source.run.ended_at or 0.0)))

    def doubt(self, sweeps: list[StoredFingerprint], key: Key) -> ReuseDecision | None:
        """Why the newest trial of that key is none of these, where it finished and its inputs may have changed."""
        found = [run for sweep in sweeps for run in self._listed(sweep).doubtful.get(key, ())]
        return _doubt(max(found, key=lambda run: run.ended_at or 0.0)) if found else None

    def named(self, sweeps: list[StoredFingerprint], run_id: str) -> TrialSource | None:
        """The trial of that id, if it may stand for others and is of one of the sweeps."""
        sweep = next((s for s in sweeps if s.run_id == run_id.rpartition("_")[0]), None)
        runs = () if sweep is None else (run for same in self._listed(sweep).trials.values() for run in same)
        found = next((run for run in runs if run.id == run_id), None)
        return None if found is None or sweep is None else TrialSource(found, sweep)

    def finished(self, sweep: StoredFingerprint) -> list[RunRecord]:
        """The finished trials of a sweep that has ended, also those that it took over itself.

        In list order; empty for a sweep that goes on, or whose records are gone.
        """
        try:
            journal = self.journal_of(sweep.root_id)
            if not journal.run(sweep.run_id).status.is_terminal:
                return []
            return sorted(_finished(journal, sweep.run_id), key=lambda run: run.number)
        except HyperstepError:
            return []

    def begun_before_end(self, source: TrialSource) -> int:
        """How many trials its sweep had begun when it ended, itself included: those it may have been compared with."""
        return bisect_right(self._listed(source.sweep).starts, source.run.ended_at or 0.0)

    def judge(self, source: TrialSource, now: float) -> ReuseDecision:
        """Whether a finished trial may be taken, its policy aside."""
        run = source.run
        age_s = max(0.0, now - (run.ended_at or run.created_at))
        reason, because = self._objection(source, age_s)
        saved_s = (run.ended_at or 0.0) - (run.started_at or run.ended_at or 0.0) if reason is Reason.HIT else None
        return ReuseDecision(reason, run.id, because, age_s=age_s, saved_s=saved_s)

    def journal_of(self, root_id: str) -> Journal:
        """The journal of a root run, the asking one's own where it is that.

        Raises:
            HyperstepError: It is gone.
        """
        own = self._journal
        return own if own is not None and own.root_id == root_id else self._home.store.journal(root_id)

    def _objection(self, source: TrialSource, age_s: float) -> tuple[Reason, tuple[Difference, ...]]:
        barred = older_than_forced(source.run.started_at or source.run.created_at, [self._newest_forced(source.sweep)])
        if barred:
            return Reason.BARRED, barred
        too_old = expiry(age_s, self._rules)
        if too_old is not None:
            return Reason.EXPIRED, (too_old,)
        try:
            files = self.journal_of(source.run.root_id).artifacts(source.run.id)
        except HyperstepError:
            return Reason.SOURCE_GONE, (Difference(f"run {source.run.id}", "recorded", None),)
        missing = missing_files(self._home, source_files(files), self._rules)
        if missing:
            return Reason.SOURCE_GONE, missing
        settled: Json = json.loads(source.run.properties.get(SETTLED_PROPERTY, "[]"))
        gone = gone_results(self._home, source.sweep.workspace, settled)
        if gone:
            return Reason.REGISTERED_GONE, gone
        read = self._changed_reads(source)
        return (Reason.READS_CHANGED, read) if read else (Reason.HIT, ())

    def _newest_forced(self, sweep: StoredFingerprint) -> ForcedRun | None:
        own = "" if self._journal is None else self._journal.root_id
        return self._home.store.newest_forced(sweep.workspace, sweep.digest, besides=own)

    def _changed_reads(self, source: TrialSource) -> tuple[Difference, ...]:
        properties = source.run.properties
        if READS_PROPERTY not in properties:
            return ()
        if SETTLED_PROPERTY not in properties:
            return (Difference("read: files", "changed while it ran", None),)
        step, rules = self._step, self._rules
        rule = dataset_rule(step, rules.datasets)
        record = StoredFingerprint(
            workspace=source.sweep.workspace,
            digest="",
            run_id=source.run.id,
            root_id=source.run.root_id,
            step=step.name,
            parts={},
            outputs={},
            created_at=source.run.created_at,
            record={READS: json.loads(properties[SETTLED_PROPERTY])},
        )
        reading = reading_of(self._home, rules)
        return changed_reads(self._home, record, reading, contents=rule is DatasetReuse.CONTENT)

    def _listed(self, sweep: StoredFingerprint) -> _Listed:
        known = self._known.get(sweep.run_id)
        if known is not None and known.has_ended:
            return known
        try:
            journal = self.journal_of(sweep.root_id)
            if known is None or known.version != journal.version():
                known = self._known[sweep.run_id] = _list_trials(journal, sweep.run_id)
                if known.has_ended and journal is not self._journal:
                    journal.close()
        except HyperstepError:  # removed: no source
            return _Listed(0, has_ended=True)
        return known


def _doubt(run: RunRecord) -> ReuseDecision:
    changed = run.properties[CHANGED_INPUT]
    if changed == NOT_LOOKED_AT:
        return ReuseDecision(Reason.NOT_LOOKED_AT, run.id)
    return ReuseDecision(Reason.UNSTEADY, run.id, (changed_meanwhile(f"{INPUTS}{changed}"),))


def _list_trials(journal: Journal, sweep_id: str) -> _Listed:
    version, has_ended = journal.version(), journal.run(sweep_id).status.is_terminal
    trials = journal.runs(parent_id=sweep_id, kind=RunKind.TRIAL)
    ran = [run for run in _finished_of(journal, trials) if run.reused_from is None]
    sound, doubtful = ([run for run in ran if _is_sound(run) is wanted] for wanted in (True, False))
    starts = sorted(run.started_at for run in trials if run.started_at is not None)
    return _Listed(version, has_ended, _by_key(sound), _by_key(doubtful), starts)


def _by_key(runs: Iterable[RunRecord]) -> dict[Key, list[RunRecord]]:
    found: defaultdict[Key, list[RunRecord]] = defaultdict(list)
    for run in runs:
        found[trial_key(point_of(run), run.arguments)].append(run)
    return dict(found)


def sources_in(journal: Journal, sweep_id: str) -> Iterator[RunRecord]:
    """The trials of a sweep that may stand for others: those that finished, and ran."""
    return (run for run in _finished(journal, sweep_id) if run.reused_from is None)


def _finished(journal: Journal, sweep_id: str) -> Iterator[RunRecord]:
    """The finished trials of a sweep, but for those that may have read inputs that had changed."""
    trials = journal.runs(parent_id=sweep_id, kind=RunKind.TRIAL)
    return (run for run in _finished_of(journal, trials) if _is_sound(run))


def _is_sound(run: RunRecord) -> bool:
    return CHANGED_INPUT not in run.properties


def _finished_of(journal: Journal, trials: Iterable[RunRecord]) -> Iterator[RunRecord]:
    """Those trials that completed, or were stopped by a policy; not those that opened, submitted or read other runs."""
    above = {run.parent_id for run in journal.runs(kind=RunKind.INTERACTIVE)}
    for run in trials:
        stopped = run.status is RunStatus.CANCELED and STOPPED_EARLY in run.properties
        if (run.status is RunStatus.COMPLETED or stopped) and run.id not in above and stands_alone(run):
            yield run
