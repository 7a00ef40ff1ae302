"""Whether an earlier step run stands for this one: HIT with the source, or MISS with each part that differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from hyperstep.digest import Json, is_same
from hyperstep.pipeline.fingerprint import CODE
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import DatastorePaths, Forbids, StepSpec

ListFiles = Callable[[str], Mapping[str, str] | None]
"""What each file of a snapshot is, by path; None when the snapshot is gone."""


AGE = "age"
"""The part that differs of a run that is too old."""
INPUTS = "inputs: "
"""How the name of a difference in an input begins."""
COMPARED = 50
"""How many earlier runs a miss is compared with."""
EQUALS = 20
"""How many earlier runs of equal fingerprint are tried, newest first."""


class Reason(Enum):
    """Why a step is computed, or not."""

    HIT = "equal to an earlier run"
    FIRST = "no earlier run of this step can be reused"
    CHANGED = "differs from the nearest earlier run"
    FORBIDDEN = "allow_reuse is False"
    EXACT_RERUN = "rerun --exact computes everything"
    OUTSIDE_PATHS = "an argument names a file outside the script's folder"
    REGENERATE = "regenerate_outputs is True"
    NO_REUSE = "--no-reuse"
    NEW_SEED = "--new-seed"
    RERUN = "its trials are gone through again"
    BARRED = "the earlier run is older than one that was forced"
    EXPIRED = "the earlier run is older than reuse.max_age"
    SOURCE_GONE = "the earlier run's records or files are gone"
    OUTPUTS_GONE = "the earlier run's outputs are gone or changed"
    UNSTEADY = "what the earlier run read was changed while it ran"
    NOT_LOOKED_AT = "nobody looked whether what the earlier run read was changed while it ran"
    GOING_ON = "what the earlier run had submitted was going on when it had ended"
    STEP_WENT_ON = "the earlier run read a step of its pipeline that went on"
    REGISTERED_GONE = "what the earlier run registered is gone"
    READS_CHANGED = "what the earlier run read by name has changed"
    NO_TRIAL = "no finished trial of this point"
    RUNS_AGAIN = "it had ended without a result, and is one of those to run again"
    WOULD_GO_ON = "stopped early, where this sweep's policy would go on"
    SHARED_OUTPUT = "its trials write to an output that all of them share"
    WHOLE_STEPS = "reuse.trials is run"


_FORBIDDEN = {
    Forbids.DEFINITION: Reason.FORBIDDEN,
    Forbids.EXACT_RERUN: Reason.EXACT_RERUN,
    Forbids.OUTSIDE_PATHS: Reason.OUTSIDE_PATHS,
}

SWITCHED_OFF = frozenset({*_FORBIDDEN.values(), Reason.REGENERATE, Reason.NO_REUSE, Reason.NEW_SEED, Reason.RERUN})
"""Reasons for which a step runs whatever there is."""

FORCED = SWITCHED_OFF - {Reason.NEW_SEED, Reason.RERUN}
"""Those of them that say of what was computed before that it may be wrong: after such a run nothing older stands for an
equal step or trial. With the others finished trials are taken all the same."""


class Difference(Struct, frozen=True):
    """One part that is not as it was. For code, inputs, outputs and parameters one difference an entry."""

    part: str
    """``code: train.py``, ``arguments``, ``inputs: data``, ``space: lr`` …"""
    old: Json
    """None for what there was not."""
    new: Json
    """None for what there is no more; both are None for what is only named."""
    files: tuple[str, ...] = ()
    """Of data whose files are known for both: the first that differ, ``a.csv changed``, ``b.csv added`` …"""
    more_files: int = 0
    """How many more do."""


class FailedTrials(Struct, frozen=True):
    """How many trials had failed of a sweep that stands for another as a whole."""

    failed: int
    trials: int
    """How many it had in all."""
    root_run: str
    """Which run they can be run again of."""


class ReuseDecision(Struct, frozen=True):
    """The answer for one step."""

    reason: Reason
    source_run: str | None = None
    """The run whose outputs are taken; on a miss the one it was compared with, if any."""
    differences: tuple[Difference, ...] = ()
    age_s: float | None = None
    """How long ago that run ended."""
    saved_s: float | None = None
    """On a hit: how long that run took."""
    failed_trials: FailedTrials | None = None
    """On a hit: of a sweep some of whose trials had failed."""

    @property
    def is_hit(self) -> bool:
        """Whether nothing needs to run."""
        return self.reason is Reason.HIT


def switched_off(step: StepSpec, rules: ReuseRules, *, regenerate: bool) -> Reason | None:
    """Why no earlier run may stand for a step, whatever there is; None when one may."""
    if not step.allow_reuse:
        return _FORBIDDEN[step.forbidden_by]
    if regenerate:
        return Reason.REGENERATE
    if rules.excludes(step.name):
        return Reason.NO_REUSE
    if step.tuning is None:
        return None
    if step.tuning.points:
        return Reason.RERUN
    return Reason.NEW_SEED if rules.new_seed and not step.tuning.seed_given else None


def trials_switched_off(step: StepSpec, rules: ReuseRules, *, regenerate: bool) -> Reason | None:
    """Why no finished trial of another sweep may stand for one of this step's; None when one may.

    A seed to be drawn anew, or points to be gone through again, keep no trial from it. An output that all trials write
    to would lack what a trial that does not run would have written.
    """
    off = switched_off(step, rules, regenerate=regenerate)
    if off not in {None, Reason.NEW_SEED, Reason.RERUN}:
        return off
    if not rules.trials:
        return Reason.WHOLE_STEPS
    return Reason.SHARED_OUTPUT if any(output.training is None for output in step.outputs) else None


def changed_meanwhile(part: str) -> Difference:
    """What a run read that was changed while it ran, as a difference."""
    return Difference(part, "when it began", "when it ended")


def expiry(age_s: float, rules: ReuseRules) -> Difference | None:
    """What makes a run too old to be a source; None when it is not."""
    if rules.max_age_s is None or age_s <= rules.max_age_s:
        return None
    return Difference(AGE, round(age_s, 3), rules.max_age_s)


def differences(old: Mapping[str, Json], new: Mapping[str, Json], files: ListFiles) -> tuple[Difference, ...]:
    """All parts that differ, sorted by name; parts that are mappings are compared entry by entry, code file by file."""
    found: list[Difference] = []
    for part in sorted({*old, *new}):
        before, after = old.get(part), new.get(part)
        if is_same(before, after):
            continue
        if part == CODE:
            before, after = _listed(before, files), _listed(after, files)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            found.extend(_entries(part, before, after))
        else:
            found.append(Difference(part, before, after))
    return tuple(found)


def explain_miss(
    earlier: Iterable[tuple[str, Mapping[str, Json]]], parts: Mapping[str, Json], files: ListFiles
) -> ReuseDecision:
    """Compare with the earlier run that is nearest: the fewest parts differ, and of equals the first.

    Args:
        earlier: Id and parts of each earlier run.
        parts: Those of the run that missed.
        files: Looks up the files of a snapshot.
    """
    compared = [(run_id, differences(theirs, parts, files)) for run_id, theirs in earlier]
    if not compared:
        return ReuseDecision(Reason.FIRST)
    nearest, found = min(compared, key=lambda pair: len(pair[1]))
    return ReuseDecision(Reason.CHANGED, nearest, found)


def with_addresses(found: tuple[Difference, ...], step: StepSpec) -> tuple[Difference, ...]:
    """The differences, where inputs that come from web addresses name them."""
    names = {
        f"inputs: {port.name}": f"inputs: {port.name} ({', '.join(port.source.addresses)})"
        for port in step.inputs
        if isinstance(port.source, DatastorePaths) and port.source.addresses
    }
    return tuple(replace(each, part=names.get(each.part, each.part)) for each in found)


def _listed(snapshot: Json, files: ListFiles) -> Json:
    """A snapshot's files; its digest when it is gone."""
    if not isinstance(snapshot, str):
        return snapshot
    found = files(snapshot)
    return snapshot if found is None else dict(found)


def _entries(part: str, old: Mapping[str, Json], new: Mapping[str, Json]) -> list[Difference]:
    return [
        Difference(f"{part}: {name}", old.get(name), new.get(name))
        for name in sorted({*old, *new})
        if not is_same(old.get(name), new.get(name))
    ]
