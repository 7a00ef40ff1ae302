"""What becomes of each step of a pipeline, before it runs or after: as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from msgspec import Struct

from hyperstep.codec import from_json, to_json
from hyperstep.digest import Json
from hyperstep.pipeline.reuse import Difference, FailedTrials, Reason, ReuseDecision
from hyperstep.sweep.keeping import SetAside

ALONE = "what is submitted by itself is never reused as a whole"
"""The reason of a run that is no pipeline's."""


class Verdict(Enum):
    """What becomes of a step."""

    HIT = "hit"
    """An earlier run stands for it."""
    MISS = "miss"
    """It runs."""
    DEPENDS = "depends"
    """A step before it runs; it runs too, unless that step's output turns out as it was. Or an equal step of another
    run is under way."""
    FAILS = "fails"
    """It cannot start."""
    NOT_REACHED = "not reached"
    """Nothing was decided: a step before it failed, or the run was canceled."""


class TrialVerdict(Struct, frozen=True):
    """What becomes of one trial of a sweep."""

    number: int
    verdict: Verdict
    """``DEPENDS``: it hangs on what trials before it do that run."""
    reason: str
    source_run: str | None = None
    """On a hit the finished trial that stands for it."""
    age_s: float | None = None
    saved_s: float | None = None
    differences: tuple[Difference, ...] = ()


class HistoryVerdict(Struct, frozen=True):
    """What a sweep that keeps history takes over from an earlier one."""

    reason: str
    """Why there is nothing to keep; empty where there is."""
    source_run: str | None = None
    """That sweep."""
    kept: int = 0
    """How many of its finished trials are trials of the new sweep."""
    set_aside: int = 0
    """How many are not."""
    because: tuple[SetAside, ...] = ()
    """A trial that does not fit for several reasons is counted at each."""


class SweepVerdict(Struct, frozen=True):
    """What becomes of the trials of a step that runs."""

    reason: str
    """Why finished trials are looked up in other sweeps, or none can be."""
    source_run: str | None = None
    """The newest sweep with such trials, else the one that was compared with."""
    differences: tuple[Difference, ...] = ()
    """Why none of them can be taken: what is not as in that sweep."""
    trials: tuple[TrialVerdict, ...] = ()
    """By number; before a run as far as their points are known."""
    seed_from: str | None = None
    """The sweep whose seed is taken over."""
    history: HistoryVerdict | None = None
    """Of a sweep that keeps history."""

    def count(self, verdict: Verdict) -> int:
        """How many trials have that verdict."""
        return sum(trial.verdict is verdict for trial in self.trials)


class StepVerdict(Struct, frozen=True):
    """What becomes of one step, and why."""

    name: str
    step: str
    """Its id in the pipeline."""
    verdict: Verdict
    reason: str
    source_run: str | None = None
    """On a hit the run whose outputs are taken, else the earlier run that it was compared with."""
    age_s: float | None = None
    saved_s: float | None = None
    because_of: tuple[str, ...] = ()
    """Names of the steps whose outputs are not known yet."""
    differences: tuple[Difference, ...] = ()
    run_id: str | None = None
    """The step's run; None before there is one."""
    sweep: SweepVerdict | None = None
    """Of a tuning step that runs: its trials."""
    failed_trials: FailedTrials | None = None
    """On a hit: of a sweep some of whose trials had failed."""
    outside_code: tuple[str, ...] = ()
    """Paths of the user's own packages and modules that scripts of its folder were seen to load from elsewhere: their
    changes are not looked at."""

    def to_json(self) -> dict[str, Json]:
        """As commands print it."""
        document: dict[str, Json] = to_json(self)
        return document


def verdict_of(name: str, step_id: str, decision: ReuseDecision, run_id: str | None = None) -> StepVerdict:
    """A decision as the verdict on a step."""
    return StepVerdict(
        name=name,
        step=step_id,
        verdict=Verdict.HIT if decision.is_hit else Verdict.MISS,
        reason=decision.reason.value,
        source_run=decision.source_run,
        age_s=decision.age_s,
        saved_s=decision.saved_s,
        differences=decision.differences,
        run_id=run_id,
        failed_trials=decision.failed_trials,
    )


def trial_verdict(number: int, decision: ReuseDecision) -> TrialVerdict:
    """A decision as the verdict on a trial."""
    return TrialVerdict(
        number=number,
        verdict=Verdict.HIT if decision.is_hit else Verdict.MISS,
        reason=decision.reason.value,
        source_run=decision.source_run,
        age_s=decision.age_s,
        saved_s=decision.saved_s,
        differences=decision.differences,
    )


def sweep_verdict(overview: ReuseDecision, trials: Iterable[TrialVerdict], seed_from: str | None) -> SweepVerdict:
    """The verdict on a sweep from the decisions on it and on its trials."""
    return SweepVerdict(overview.reason.value, overview.source_run, overview.differences, tuple(trials), seed_from)


def recorded_decision(evidence: Mapping[str, Json]) -> ReuseDecision:
    """The decision that a line of the ledger holds; older ones say less.

    Raises:
        StoreError: It is none.
    """
    known = {"reason", "source_run", "differences", "age_s", "saved_s", "failed_trials"}
    return from_json(ReuseDecision, {name: value for name, value in evidence.items() if name in known})


def without_inputs(decision: ReuseDecision, names: frozenset[str]) -> tuple[Difference, ...]:
    """What differs besides inputs that are not known yet."""
    unknown = {f"inputs: {name}" for name in names}
    return tuple(found for found in decision.differences if found.part not in unknown)


def is_open(decision: ReuseDecision, names: frozenset[str]) -> bool:
    """Whether only inputs decide that are not known yet."""
    return decision.reason is Reason.CHANGED and not without_inputs(decision, names)
