"""Submitting again what an ended run was: the recorded specification, code, seeds and all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from hyperstep.codec import from_json
from hyperstep.digest import Json
from hyperstep.errors import ConflictError, InvalidInputError
from hyperstep.pipeline.spec import Forbids, PipelineSpec, StepSpec
from hyperstep.pipeline.template import TemplateParameter
from hyperstep.records.names import STOPPED_EARLY
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse.given_marks import given_marks
from hyperstep.runtime.runner.reuse.sweep_seed import recorded_seed, seeded
from hyperstep.runtime.submission import Label, submit_pipeline, submit_step

RERUN_OF = "rerun_of"
"""Property of a run that holds the id of the one that it repeats."""


class Again(Struct, frozen=True):
    """What of an ended run is gone through again; everything else of it is taken over."""

    failed: bool = False
    """The trials that failed."""
    canceled: bool = False
    """Those that were canceled, other than by a policy."""
    max_total: int | None = None
    """Trials in all, which may be more than there were; None for as many."""


def rerun_exactly(home: Home, root_id: str, warm: str | None = None) -> RunRecord:
    """Start a run of the same specification as that of a root run that has ended, under a new id.

    Everything is computed anew. The same snapshots and seeds give the same list of trials; whether also the same stops
    and model-based points, is up to the sweep: see ``deterministic`` in its config. ``warm`` is how its processes are
    started; as the settings and the sweep say without it.

    Raises:
        ConflictError: The run has not ended.
        InvalidInputError: It was not submitted, but driven by a script itself.
    """
    root, runs, envelope = _read(home, root_id)
    home = _started(home, warm)
    if envelope["kind"] == "pipeline":
        spec = from_json(PipelineSpec, envelope["spec"])
        steps = tuple(_warmed(_exactly(step, runs), warm) for step in spec.steps)
        return _submit_pipeline(home, root, replace(spec, steps=steps, regenerate_outputs=True), envelope)
    step = _exactly(from_json(StepSpec, envelope["spec"]), runs)
    return submit_step(home, _warmed(step, warm), _label(root))


def rerun_partly(home: Home, root_id: str, again: Again, warm: str | None = None) -> RunRecord:
    """Start a run of the same specification in which what ended well is taken over, as far as it is still there.

    Steps that completed are reused, and so are finished trials; the points of a sweep are tried in the order that they
    had, and trials that failed run again. What the recorded steps said of reuse does not hold. ``warm`` as for
    ``rerun_exactly``.

    Raises:
        ConflictError: The run has not ended.
        InvalidInputError: It was not submitted, but driven by a script itself; or nothing is to be gone through again.
    """
    root, runs, envelope = _read(home, root_id)
    home, is_pipeline = _started(home, warm), envelope["kind"] == "pipeline"
    before = (
        from_json(PipelineSpec, envelope["spec"]).steps if is_pipeline else (from_json(StepSpec, envelope["spec"]),)
    )
    steps = tuple(_warmed(go_through_again(step, runs, again), warm) for step in before)
    unchanged = all(step.tuning is None or not step.tuning.points for step in steps)
    if unchanged and (root.status is RunStatus.COMPLETED or not is_pipeline):
        raise _nothing_to_do(root_id, runs, again)
    if not is_pipeline:
        return submit_step(home, steps[0], _label(root))
    spec = replace(from_json(PipelineSpec, envelope["spec"]), steps=steps, regenerate_outputs=False)
    return _submit_pipeline(home, root, spec, envelope)


def _nothing_to_do(root_id: str, runs: Sequence[RunRecord], again: Again) -> InvalidInputError:
    trials = max(Counter(run.parent_id for run in runs if run.kind is RunKind.TRIAL).values(), default=0)
    found = [
        words
        for asked, words in (
            (again.failed, "none failed"),
            (again.canceled, "none was canceled"),
            (again.max_total, f"{trials} are there already, and --max was {again.max_total}"),
        )
        if asked
    ]
    rule = f"There must be trials to go through again, or further ones: {', '.join(found)}."
    remedy = f"--failed and --canceled take such trials, --max a number above {trials}; --exact runs all of it anew."
    return InvalidInputError(rule, received=root_id, remedy=remedy)


def _started(home: Home, warm: str | None) -> Home:
    """The home, with settings that say how processes are started."""
    return replace(home, settings=replace(home.settings, warm=warm)) if warm else home


def _warmed(step: StepSpec, warm: str | None) -> StepSpec:
    """A step that is told nothing else than the command was."""
    return replace(step, tuning=replace(step.tuning, warm=warm)) if warm and step.tuning else step


def steps_of(home: Home, root_id: str) -> tuple[StepSpec, ...]:
    """The steps of a submitted run, as recorded."""
    journal = home.store.journal(root_id)
    try:
        envelope = journal.spec()
    finally:
        journal.close()
    if not isinstance(envelope, Mapping) or "spec" not in envelope:
        return ()
    if envelope["kind"] == "pipeline":
        return from_json(PipelineSpec, envelope["spec"]).steps
    return (from_json(StepSpec, envelope["spec"]),)


def with_recorded_seed(step: StepSpec, runs: Sequence[RunRecord]) -> StepSpec:
    """A step with the seed that its sweep ran with, which may be that of an earlier sweep."""
    sweep = _sweep_of(step, runs)
    seed = None if sweep is None else recorded_seed(sweep)
    if step.tuning is None or seed is None:
        return step
    return replace(step, tuning=replace(step.tuning, config=seeded(step.tuning.config, seed)))


def _exactly(step: StepSpec, runs: Sequence[RunRecord]) -> StepSpec:
    return replace(with_recorded_seed(step, runs), allow_reuse=False, forbidden_by=Forbids.EXACT_RERUN)


def go_through_again(step: StepSpec, runs: Sequence[RunRecord], again: Again) -> StepSpec:
    """A step with the points that its sweep is to go through again; one that has none to run is as it was."""
    step, sweep = replace(with_recorded_seed(step, runs), allow_reuse=True), _sweep_of(step, runs)
    if step.tuning is None or sweep is None:
        return step
    tuning = replace(step.tuning, points=(), anew=())
    step = replace(step, tuning=tuning)
    trials = sorted((run for run in runs if run.parent_id == sweep.id and run.kind is RunKind.TRIAL), key=_number)
    wants_more = again.max_total is not None and again.max_total > len(trials)
    if not wants_more and not any(_runs_again(trial, again) for trial in trials):
        return step
    kept = [trial for trial in trials if wants_more or is_finished(trial) or _runs_again(trial, again)]
    points = tuple(json.loads(trial.properties["hyperparameters"]) for trial in kept)
    config = dict(tuning.config)
    limits: Any = config["limits"]
    total = again.max_total if wants_more else min(len(points), limits["max_total"])
    config["limits"] = {**limits, "max_total": total}
    anew = tuple(number for number, trial in enumerate(kept[:total]) if not is_finished(trial))
    return replace(step, tuning=replace(tuning, config=config, points=points[:total], anew=anew))


def is_finished(trial: RunRecord) -> bool:
    """Whether a trial completed, or a policy stopped it: such a trial can stand for an equal one."""
    return trial.status is RunStatus.COMPLETED or STOPPED_EARLY in trial.properties


def _runs_again(trial: RunRecord, again: Again) -> bool:
    if trial.status is RunStatus.FAILED:
        return again.failed
    return again.canceled and not is_finished(trial)


def _number(run: RunRecord) -> int:
    return run.number


def _sweep_of(step: StepSpec, runs: Sequence[RunRecord]) -> RunRecord | None:
    """The sweep of a tuning step: below the step's run, or the root."""
    if step.tuning is None:
        return None
    if runs[0].kind is RunKind.SWEEP:
        return runs[0]
    above = {run.id for run in runs if run.properties.get("azureml.nodeid") == step.id and run.kind is RunKind.STEP}
    return next((run for run in runs if run.kind is RunKind.SWEEP and run.parent_id in above), None)


def _read(home: Home, root_id: str) -> tuple[RunRecord, list[RunRecord], Mapping[str, Json]]:
    """An ended run, it and all runs below it, and what was submitted."""
    journal = home.store.journal(root_id)
    try:
        root, envelope = journal.run(root_id), journal.spec()
        runs = [root, *(run for run in journal.runs() if run.id != root_id)]
    finally:
        journal.close()
    if not root.status.is_terminal:
        rule = "A run is repeated once it has ended."
        raise ConflictError(rule, received=root.status.value, remedy=f"Wait for it, or `hyperstep cancel {root_id}`.")
    if not isinstance(envelope, Mapping) or "spec" not in envelope:
        rule = "Only a run that was submitted can be repeated; this one was driven by a script."
        raise InvalidInputError(rule, received=root_id, remedy="Run the script again.")
    return root, runs, envelope


def _label(root: RunRecord) -> Label:
    snapshot = root.properties.get("ContentSnapshotId")
    properties = {RERUN_OF: root.id, **({"ContentSnapshotId": snapshot} if snapshot else {})}
    return Label(root.workspace, root.experiment, root.name, given_marks(root)[0], properties)


def _submit_pipeline(home: Home, root: RunRecord, spec: PipelineSpec, envelope: Mapping[str, Json]) -> RunRecord:
    parameters = from_json(tuple[TemplateParameter, ...], envelope["parameters"])
    return submit_pipeline(home, spec, _label(root), parameters)
