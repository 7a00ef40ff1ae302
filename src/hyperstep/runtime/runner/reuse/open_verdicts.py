"""What a plan must leave open: a step that runs may change what a later one reads, or give it finished trials."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from hyperstep.artifact_store.web_files import ADDRESS
from hyperstep.digest import Json
from hyperstep.errors import HyperstepError
from hyperstep.pipeline.fingerprint import counts_by_definition, dataset_rule
from hyperstep.pipeline.plan import SweepVerdict, TrialVerdict, Verdict
from hyperstep.pipeline.reuse import Reason
from hyperstep.pipeline.reuse_rules import DatasetReuse, ReuseRules
from hyperstep.pipeline.spec import DatastorePaths, StepSpec
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse.read_kinds import DATASETS, KEPT, MARKS, READS_PROPERTY, STEP, STEPS

_LOOKED_UP = frozenset({Reason.HIT.value, Reason.FIRST.value, Reason.CHANGED.value})
"""Reasons of a sweep that looks for finished trials, whether there are any by now or not."""

_RUNS_SURELY = frozenset({Reason.WOULD_GO_ON.value, Reason.RUNS_AGAIN.value})
"""Reasons of a trial that runs whatever other sweeps finish."""

_ENVIRONMENT = "environment"
"""Kind of the named things that have no tags."""


class RunningSteps(Struct, frozen=True):
    """The steps of a pipeline that run, as one of them looks at them."""

    before: tuple[str, ...] = ()
    """Names of those that it starts after, whatever they write."""
    equal: tuple[str, ...] = ()
    """Names of those whose trials may stand for its own, and that do not wait for it."""


def may_change(step: StepSpec, reads: Sequence[Mapping[str, Json]], rules: ReuseRules) -> bool:
    """Whether a step before another can change what that one reads: data by content, or anything by name.

    Args:
        step: The other one.
        reads: What its script read by name.
        rules: Of the submission.
    """
    by_content = (
        isinstance(port.source, DatastorePaths) and not counts_by_definition(step, port, rules.datasets)
        for port in step.inputs
    )
    contents = dataset_rule(step, rules.datasets) is DatasetReuse.CONTENT
    return any(by_content) or not all(_is_fixed(read, contents=contents) for read in reads)


def _is_fixed(read: Mapping[str, Json], *, contents: bool) -> bool:
    """Whether no step can change what was read, for a step that would be reused.

    That are a web address, what only drivers change, a version by its number of what cannot be tagged, and the steps of
    the pipeline: runs of others stand for those that it read, which no step can write to.
    """
    if read["what"] in {ADDRESS, STEP, STEPS} or read["asked"] == KEPT:
        return True
    can_change = (read["what"] in DATASETS and contents) or (
        read["what"] != _ENVIRONMENT and read.get(MARKS) is not None
    )
    return isinstance(read["asked"], int) and read["found"] is not None and not can_change


def written_before(names: Sequence[str]) -> str:
    """The reason of a step that depends on what others do."""
    verb = "registers or writes" if len(names) == 1 else "register or write"
    return f"depends on what {_named(names)} {verb}"


def reused_if(names: Sequence[str]) -> str:
    """The reason of a step that read others of which it is not known yet whether they are reused."""
    return f"reused only if {_named(names)} {'is' if len(names) == 1 else 'are'}"


def open_trials(
    home: Home, step: StepSpec, rules: ReuseRules, sweep: SweepVerdict, around: RunningSteps
) -> SweepVerdict:
    """The verdict on a sweep, where steps around it decide what becomes of its trials.

    Args:
        home: Where its sources lie.
        step: The sweep's.
        rules: Of the submission.
        sweep: As it would be without these steps, trials listed.
        around: The steps.
    """
    trials = [_given(trial, around.equal) for trial in sweep.trials]
    if around.before:
        trials = [_touched(home, step, rules, trial, around.before) for trial in trials]
    looks = sweep.reason == Reason.HIT.value or not around.equal
    reason = sweep.reason if looks else f"{_named(around.equal)} may have finished equal trials by then"
    return replace(sweep, reason=reason, differences=sweep.differences if looks else (), trials=tuple(trials))


def looks_for_trials(sweep: SweepVerdict) -> bool:
    """Whether a sweep takes finished trials, if there are any when it runs."""
    return sweep.reason in _LOOKED_UP


def _given(trial: TrialVerdict, equal: Sequence[str]) -> TrialVerdict:
    """A trial that would run, where an equal sweep may have finished one like it."""
    if not equal or trial.verdict is not Verdict.MISS or trial.reason in _RUNS_SURELY:
        return trial
    return replace(trial, verdict=Verdict.DEPENDS, reason=f"reused if {_named(equal)} has finished an equal one")


def _touched(home: Home, step: StepSpec, rules: ReuseRules, trial: TrialVerdict, before: Sequence[str]) -> TrialVerdict:
    """A trial whose source read what steps before it may change."""
    is_asked = trial.verdict is Verdict.HIT or trial.reason == Reason.READS_CHANGED.value
    if not is_asked or not may_change(step, _reads_of(home, trial), rules):
        return trial
    return replace(trial, verdict=Verdict.DEPENDS, reason=written_before(before), saved_s=None)


def _reads_of(home: Home, trial: TrialVerdict) -> list[dict[str, Json]]:
    """What the source of a trial had read."""
    try:
        source = str(trial.source_run)
        properties = home.store.journal(home.store.root_of(source)).run(source).properties
    except HyperstepError:  # it is gone
        return []
    reads: list[dict[str, Json]] = json.loads(properties.get(READS_PROPERTY, "[]"))
    return reads


def _named(names: Sequence[str]) -> str:
    return ("step " if len(names) == 1 else "steps ") + ", ".join(f"'{name}'" for name in names)
