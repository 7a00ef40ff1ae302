"""Records to view: what a submitted run looks like to a person. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from hyperstep.cli.view import OutputView, RootView, StepView, SweepView, Tally, TrialView
from hyperstep.codec import from_json
from hyperstep.pipeline.plan import HistoryVerdict
from hyperstep.pipeline.reuse import FailedTrials, Reason
from hyperstep.records.event import DecisionRecord
from hyperstep.records.goal import Goal
from hyperstep.records.metric import MetricRecord
from hyperstep.records.names import HISTORY, SAVED_S, SEED_FROM, STOPPED_EARLY
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import ChildGroup
from hyperstep.runtime.ranking import counted_values, logged_values, usable_values
from hyperstep.sweep.decision_log import decision_digest
from hyperstep.sweep.instructions import RecordDecision

_NAMED_PARTS = 3
"""Differences named in a line."""


class SweepRecords(Struct, frozen=True):
    """What the journal holds about one sweep besides the runs."""

    metrics: Mapping[str, Sequence[MetricRecord]] = field(default_factory=dict)
    """Records of the primary metric, by trial id."""
    decisions: Sequence[DecisionRecord] = ()
    groups: Mapping[ChildGroup, int] | None = None
    """All trials, by status and whether a policy ended them; None where each trial's run is among the runs."""
    best: str | None = None
    """Id of the best trial so far, where not all are there to be compared."""


class RootRecords(Struct, frozen=True):
    """All records of one root run that the display needs."""

    root: RunRecord
    runs: Sequence[RunRecord]
    """Every run of the root's tree; the root may be among them."""
    sweeps: Mapping[str, SweepRecords] = field(default_factory=dict)
    """By the sweep's run id."""
    decisions: Sequence[DecisionRecord] = ()
    """The root's own: why a step was reused or not."""


def view_root(records: RootRecords) -> RootView:
    """The whole of a submitted run."""
    return replace(view_status(records.root), steps=tuple(_view_step(records, run) for run in _steps(records)))


def view_status(root: RunRecord) -> RootView:
    """A submitted run without its steps."""
    return RootView(
        id=root.id,
        kind=root.kind,
        name=root.name,
        workspace=root.workspace,
        experiment=root.experiment,
        status=root.status,
        created_at=root.created_at,
        started_at=root.started_at,
        ended_at=root.ended_at,
        reason=root.reason,
        error=root.error,
    )


def view_sweep(sweep: RunRecord, trials: Iterable[RunRecord], records: SweepRecords) -> SweepView:
    """One sweep with its trials."""
    metric, goal = primary_metric(sweep)
    stopped, again = _policy_stops(records.decisions), _retries(records.decisions)
    found = (
        replace(_view_trial(t, goal, records.metrics.get(t.id, ()), stopped), **again.get(t.id, {})) for t in trials
    )
    views = sorted(found, key=lambda t: t.number)
    return SweepView(
        id=sweep.id,
        status=sweep.status,
        metric=metric,
        goal=goal,
        trials=tuple(views),
        tally=None if records.groups is None else _tally(records.groups),
        best=_best_trial(sweep, goal, views)
        if records.groups is None
        else next((view for view in views if view.id == records.best), None),
        max_total=_whole(sweep, "max_total_runs"),
        requested_concurrency=_whole(sweep, "requested_concurrency"),
        effective_concurrency=_whole(sweep, "effective_concurrency"),
        space_size=_whole(sweep, "space_size"),
        seed=_whole(sweep, "seed"),
        seed_from=sweep.properties.get(SEED_FROM),
        history=_history(sweep),
        reason=sweep.reason,
        error=sweep.error,
        deterministic=sweep.properties.get("deterministic") == "true",
        decision_log=decision_digest(recorded_decisions(records.decisions)) if records.groups is None else None,
    )


def _tally(groups: Mapping[ChildGroup, int]) -> Tally:
    def count(*statuses: RunStatus, stopped: bool | None = None) -> int:
        wanted = (g for g in groups if g.status in statuses and stopped in {None, g.properties == ("true",)})
        return sum(groups[group] for group in wanted)

    return Tally(
        trials=sum(groups.values()),
        completed=count(RunStatus.COMPLETED),
        failed=count(RunStatus.FAILED),
        stopped=count(RunStatus.CANCELED, stopped=True),
        canceled=count(RunStatus.CANCELED, stopped=False),
        running=count(RunStatus.RUNNING, RunStatus.FINALIZING),
    )


def _history(sweep: RunRecord) -> HistoryVerdict | None:
    told = _json_property(sweep, HISTORY)
    return from_json(HistoryVerdict, told) if told else None


def primary_metric(sweep: RunRecord) -> tuple[str, Goal]:
    """Name and goal of what a sweep optimizes; an empty name before the runner has written it."""
    config = _json_property(sweep, "primary_metric_config")
    goal = str(config.get("goal", Goal.MAXIMIZE.value)).lower()
    return str(config.get("name", "")), Goal(goal)


def outputs_of(run: RunRecord) -> tuple[OutputView, ...]:
    """A run's recorded outputs, by name."""
    outputs = _json_property(run, "outputs")
    return tuple(
        OutputView(name, str(place.get("datastore", "")), str(place.get("path", "")), str(place.get("kind", "")))
        for name, place in sorted(outputs.items())
        if isinstance(place, Mapping)
    )


def _steps(records: RootRecords) -> list[RunRecord]:
    if records.root.kind is not RunKind.PIPELINE:
        return [records.root]
    steps = [run for run in records.runs if run.kind is RunKind.STEP and run.parent_id == records.root.id]
    return sorted(steps, key=lambda run: run.number)


def _view_step(records: RootRecords, step: RunRecord) -> StepView:
    sweep = _sweep_of(records, step)
    return StepView(
        id=step.id,
        name=step.name,
        kind=step.kind,
        status=step.status,
        started_at=step.started_at,
        ended_at=step.ended_at,
        reused_from=step.reused_from,
        computed_because=_miss(records, step),
        saved_s=_saved_s(records, step),
        failed_trials=_failed_trials(records, step),
        reason=step.reason,
        error=step.error,
        outputs=outputs_of(step) or (outputs_of(sweep) if sweep else ()),
        sweep=_view_sweep_in(records, sweep) if sweep else None,
    )


def _sweep_of(records: RootRecords, step: RunRecord) -> RunRecord | None:
    if step.kind is RunKind.SWEEP:
        return step
    return next((r for r in records.runs if r.kind is RunKind.SWEEP and r.parent_id == step.id), None)


def _view_sweep_in(records: RootRecords, sweep: RunRecord) -> SweepView:
    trials = [run for run in records.runs if run.kind is RunKind.TRIAL and run.parent_id == sweep.id]
    return view_sweep(sweep, trials, records.sweeps.get(sweep.id, SweepRecords()))


def recorded_decisions(decisions: Sequence[DecisionRecord]) -> list[RecordDecision]:
    """A sweep's ledger as the decisions that its controller took."""
    return [RecordDecision(d.kind, _trial_number(d), d.evidence) for d in decisions]


def _trial_number(decision: DecisionRecord) -> int | None:
    """The number of the trial that a decision of a sweep is about; None for one about the sweep itself."""
    tail = decision.subject.removeprefix(f"{decision.run_id}_")
    return int(tail) if tail != decision.subject and tail.isdigit() else None


def _policy_stops(decisions: Sequence[DecisionRecord]) -> frozenset[str]:
    """Ids of the trials that a policy ended; a stop for another reason names its cause."""
    return frozenset(d.subject for d in decisions if d.kind == "stop" and "cause" not in d.evidence)


def _retries(decisions: Sequence[DecisionRecord]) -> dict[str, dict[str, Any]]:
    """How often trials were started again, and why at last, by id."""
    found: dict[str, dict[str, Any]] = {}
    for decision in decisions:
        if decision.kind == "retry":
            evidence = decision.evidence
            why = str(evidence.get("cause") or evidence.get("error") or "")
            found[str(decision.subject)] = {"tried_again": int(str(evidence["attempt"])), "why_again": why}
    return found


def _view_trial(
    trial: RunRecord, goal: Goal, metrics: Sequence[MetricRecord], policy_stops: frozenset[str]
) -> TrialView:
    counted = counted_values(trial.properties)
    values = usable_values(metrics, counted)
    return TrialView(
        id=trial.id,
        number=trial.number,
        status=trial.status,
        parameters=_json_property(trial, "hyperparameters"),
        last=values[-1] if values else None,
        best=goal.best(values),
        reports=len(values),
        unusable=0 if values else sum(1 for _ in logged_values(metrics, counted)),
        reason=trial.reason,
        error=trial.error,
        started_at=trial.started_at,
        ended_at=trial.ended_at,
        stopped_early=trial.properties.get(STOPPED_EARLY) == "true" or trial.id in policy_stops,
        reused_from=trial.reused_from,
        saved_s=_seconds(trial, SAVED_S),
    )


_NO_MISS = frozenset({Reason.FIRST.value, Reason.HIT.value})
"""A sweep that is submitted by itself runs although it is equal to an earlier one: that is no reason to name."""


def _miss(records: RootRecords, step: RunRecord) -> str:
    """Why a step was not reused although one of its name had run before; empty when there is nothing to say."""
    for decision in records.decisions if not step.reused_from else ():
        evidence = decision.evidence
        if decision.kind == "reuse" and decision.subject == step.id and evidence.get("reason") not in _NO_MISS:
            listed = evidence.get("differences")
            found = listed if isinstance(listed, list | tuple) else ()
            parts = [str(item.get("part")) for item in found if isinstance(item, Mapping)]
            more = f" and {len(parts) - _NAMED_PARTS} more" if len(parts) > _NAMED_PARTS else ""
            return f"{evidence.get('reason')}" + (f": {', '.join(parts[:_NAMED_PARTS])}{more}" if parts else "")
    return ""


def _saved_s(records: RootRecords, step: RunRecord) -> float | None:
    for decision in records.decisions if step.reused_from else ():
        if decision.kind == "reuse" and decision.subject == step.id:
            saved_s = decision.evidence.get("saved_s")
            return float(saved_s) if isinstance(saved_s, int | float) else None
    return None


def _failed_trials(records: RootRecords, step: RunRecord) -> FailedTrials | None:
    for decision in records.decisions if step.reused_from else ():
        found = decision.evidence.get("failed_trials")
        if decision.kind == "reuse" and decision.subject == step.id and found is not None:
            return from_json(FailedTrials, found)
    return None


def _best_trial(sweep: RunRecord, goal: Goal, trials: Sequence[TrialView]) -> TrialView | None:
    """The one that the runner named when the sweep ended; before that the best so far, the earliest of equals.

    A trial that failed is never the best: what it wrote may be torn.
    """
    sound = [trial for trial in trials if trial.status is not RunStatus.FAILED]
    named = sweep.properties.get("best_child_run_id") if sweep.status.is_terminal else None
    found = next((t for t in sound if named and t.id == named and t.best is not None), None)
    for trial in sound if found is None else ():
        if trial.best is None:
            continue
        if found is None or found.best is None or goal.better(trial.best, found.best):
            found = trial
    return found


def _json_property(run: RunRecord, name: str) -> dict[str, Any]:
    """A property that holds a JSON object; empty when it is absent or is none."""
    try:
        data = json.loads(run.properties.get(name, "{}"))
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _seconds(run: RunRecord, name: str) -> float | None:
    try:
        return float(run.properties[name])
    except (KeyError, ValueError):
        return None


def _whole(run: RunRecord, name: str) -> int | None:
    try:
        return int(run.properties.get(name, ""))
    except ValueError:
        return None
