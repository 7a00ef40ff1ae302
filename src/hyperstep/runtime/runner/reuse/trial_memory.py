"""What a sweep takes over from others of equal code, inputs and environment: finished trials, and the seed."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from hyperstep.codec import to_json
from hyperstep.digest import Json, digest_json
from hyperstep.pipeline.fingerprint import Fingerprint, fingerprint_process, sampler_identity
from hyperstep.pipeline.reuse import COMPARED, Reason, ReuseDecision, explain_miss
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import StepSpec
from hyperstep.run_store.base import Journal, StoredFingerprint
from hyperstep.runtime.home import Home
from hyperstep.runtime.ranking import counted_values
from hyperstep.runtime.runner.job_arguments import hyperparameter_arguments
from hyperstep.runtime.runner.primary_metric import curve_of
from hyperstep.runtime.runner.reuse.step_facts import TuningFacts
from hyperstep.runtime.runner.reuse.step_reuse import files_of_snapshots
from hyperstep.runtime.runner.reuse.trial_sources import Key, TrialSource, TrialSources, trial_key
from hyperstep.runtime.runner.sweep_records import point_of, space_of
from hyperstep.samplers.base import Point
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.earlier import KeptTrial
from hyperstep.sweep.events import TrialReused

_SAMPLER = "sampler"
_EARLIER = "earlier"


class Asker(Struct, frozen=True):
    """The sweep for which is looked."""

    workspace: str
    sweep_id: str
    root_id: str
    journal: Journal | None = None
    """Of its root run; None for a plan."""


class TrialAnswer(Struct, frozen=True):
    """The decision on one trial."""

    decision: ReuseDecision
    event: TrialReused | None = None
    """What the sweep is told on a hit."""


class TrialMemory:
    """Answers for one sweep.

    Args:
        home: Where.
        step: Its tuning step.
        facts: What the step was known by.
        rules: Of the submission.
        asker: The sweep.
    """

    def __init__(self, home: Home, step: StepSpec, facts: TuningFacts, rules: ReuseRules, asker: Asker) -> None:
        self._home = home
        self._step = step
        self._off = facts.off
        self._process: Fingerprint = fingerprint_process(facts.parts)
        self._rules = rules
        self._asker = asker
        self._sources = TrialSources(home, step, rules, (asker.journal, asker.sweep_id))

    @property
    def no_history(self) -> Reason | None:
        """Why no history can be kept; None when some can. Points that are gone through again hold what was kept."""
        points = self._step.tuning.points if self._step.tuning else ()
        return Reason.RERUN if self._off is None and points else self._off

    @property
    def parts(self) -> Mapping[str, Json]:
        """What the sweep's trials are found by, a point aside."""
        return self._process.parts

    def remember(self, config: SweepConfig, now: float) -> None:
        """Let the sweep's trials be found by others, from now on and also while it runs."""
        asker = self._asker
        record: dict[str, Json] = {
            _SAMPLER: config.sampler.to_json(),
            _EARLIER: _earlier(config),
            **_judges(config),
        }
        self._home.store.remember_sweep(
            StoredFingerprint(
                workspace=asker.workspace,
                digest=self._process.digest,
                run_id=asker.sweep_id,
                root_id=asker.root_id,
                step=self._step.name,
                parts=self._process.parts,
                outputs={},
                created_at=now,
                record=record,
            )
        )

    def earlier_seed(self, config: SweepConfig) -> tuple[int, str] | None:
        """The seed of the newest other sweep with the same code, inputs, space and sampler, and that sweep's id.

        A sweep that goes on from earlier trials takes none of one that did not, as it would try the same points.
        """
        is_open = self._off in {None, Reason.SHARED_OUTPUT} and not self._rules.new_seed
        if not is_open or self._step.tuning is None or self._step.tuning.seed_given:
            return None
        wanted = _without_seed(config.sampler.to_json())
        for sweep in self._sweeps():
            sampler = sweep.record.get(_SAMPLER)
            if sweep.record.get(_EARLIER) != _earlier(config):
                continue
            if isinstance(sampler, Mapping) and _without_seed(sampler) == wanted:
                seed = sampler.get("seed")
                return (seed, sweep.run_id) if isinstance(seed, int) else None
        return None

    def overview(self) -> ReuseDecision:
        """Whether there are sweeps whose trials may be taken; if not, what differs from the nearest one."""
        if self._off is not None:
            return ReuseDecision(self._off)
        sweeps = self._sweeps()
        if sweeps:
            return ReuseDecision(Reason.HIT, sweeps[0].run_id)
        earlier = self._home.store.remembered_sweeps(self._asker.workspace, self._step.name, limit=COMPARED)
        known = ((other.run_id, other.parts) for other in earlier if other.run_id != self._asker.sweep_id)
        return explain_miss(known, self._process.parts, files_of_snapshots(self._home))

    def newest_history(self, config: SweepConfig) -> tuple[str, list[KeptTrial]] | None:
        """The newest other sweep of that metric that has ended with finished trials, and these.

        Those that it had taken over itself are named by the trials that ran.
        """
        metric = _judges(config)["metric"]
        for sweep in self._sweeps():
            trials = self._sources.finished(sweep) if sweep.record.get("metric") == metric else []
            if trials:
                return sweep.run_id, [KeptTrial(point_of(run), run.reused_from or run.id) for run in trials]
        return None

    def objection_to(self, source_id: str, now: float) -> Reason | None:
        """Why a finished trial may not be taken; None when it may."""
        source = self._sources.named(self._sweeps(), source_id)
        reason = Reason.SOURCE_GONE if source is None else self._sources.judge(source, now).reason
        return None if reason is Reason.HIT else reason

    def find(self, config: SweepConfig, trial: int, point: Point, now: float) -> TrialAnswer | None:
        """The decision on a trial that is about to be launched; None when there is no sweep to look in."""
        sweeps = [] if self._off is not None else self._sweeps()
        if not sweeps:
            return None
        if self._step.tuning is not None and trial in self._step.tuning.anew:
            return TrialAnswer(ReuseDecision(Reason.RUNS_AGAIN))
        refused: ReuseDecision | None = None
        kept = config.kept_source(trial)
        key = trial_key(point, hyperparameter_arguments(point, space_of(config)))
        for source in self._candidates(sweeps, kept, key):
            decision = self._sources.judge(source, now)
            if decision.is_hit:
                return TrialAnswer(decision, self._event(config, source, decision))
            refused = refused or decision
        if kept is None:
            refused = refused or self._sources.doubt(sweeps, key)
        return TrialAnswer(refused or ReuseDecision(Reason.NO_TRIAL))

    def _candidates(self, sweeps: list[StoredFingerprint], kept: str | None, key: Key) -> list[TrialSource]:
        """The trials that may stand for one; for a trial that is kept the one that it was kept from."""
        if kept is None:
            return self._sources.candidates(sweeps, key)
        source = self._sources.named(sweeps, kept)
        return [] if source is None else [source]

    def _sweeps(self) -> list[StoredFingerprint]:
        return self._sources.sweeps(self._asker.workspace, self._process.digest)

    def _event(self, config: SweepConfig, source: TrialSource, decision: ReuseDecision) -> TrialReused:
        journal = self._sources.journal_of(source.run.root_id)
        metrics = journal.metrics(source.run.id)
        evidence: dict[str, Json] = to_json(decision)
        return TrialReused(
            at_s=0.0,
            trial=0,
            attempt=0,
            source=source.run.id,
            values=curve_of(record for record in metrics if record.name == config.metric.name),
            metrics=tuple(sorted({record.name for record in metrics})),
            stopped=(source.run.reason or "stopped early by a policy") if source.was_stopped else "",
            as_it_was=self._was_judged_alike(config, source),
            counted=counted_values(source.run.properties),
            evidence=evidence,
        )

    def _was_judged_alike(self, config: SweepConfig, source: TrialSource) -> bool:
        """Whether an equal policy judged it; if that stopped it, whether it did so beside trials of this sweep only."""
        record, judges = source.sweep.record, _judges(config)
        if {name: record.get(name) for name in judges} != judges:
            return False
        same_list = (record.get(_SAMPLER), record.get(_EARLIER)) == (config.sampler.to_json(), _earlier(config))
        has_all = same_list and self._sources.begun_before_end(source) <= config.limits.max_total
        return has_all or not source.was_stopped


def _judges(config: SweepConfig) -> dict[str, Json]:
    """What decides when a trial is stopped."""
    metric: Json = to_json(config.metric)
    return {"policy": config.policy.to_json(), "metric": metric}


def _earlier(config: SweepConfig) -> str:
    """Stands for the earlier trials that a sweep goes on from."""
    data = config.to_json()
    return digest_json([data.get("history"), data.get("resumed")])


def _without_seed(sampler: Mapping[str, Json]) -> dict[str, Json]:
    identity = sampler_identity(sampler)
    identity.pop("seed", None)
    return {**identity, "space": sampler.get("space")}
