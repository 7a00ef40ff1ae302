"""Views as JSON documents. ``docs/cli.md`` describes every key; keys are added, never renamed or removed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from hyperstep.cli.starting import starts_document
from hyperstep.cli.view import OutputView, RootView, StepView, SweepView, TrialView
from hyperstep.cli.wording import moment
from hyperstep.codec import to_json
from hyperstep.digest import Json
from hyperstep.records.run import RunError, RunRecord

Document = dict[str, Json]


class FileView(Struct, frozen=True):
    """A file of a run."""

    name: str
    """``outputs/model.pkl``."""
    size: int
    digest: str
    path: str | None
    """Where it lies on this machine; None when only its content is kept."""


def root_document(view: RootView, runner: Document, locate: Callable[[OutputView], str]) -> Document:
    """What ``show --json`` prints of a root run; ``runner``: the keys about who drives it."""
    sweeps = view.sweeps
    document: Document = {
        "id": view.id,
        "kind": view.kind.value,
        "name": view.name,
        "workspace": view.workspace,
        "experiment": view.experiment,
        "status": view.status.value,
        "created_at": moment(view.created_at),
        "started_at": moment(view.started_at),
        "ended_at": moment(view.ended_at),
        "reason": view.reason,
        "error": _error(view.error),
        **runner,
        "reused": bool(view.steps) and all(step.reused_from for step in view.steps),
        "best": best_in_sweep(sweeps[0]) if len(sweeps) == 1 else None,
    }
    if view.steps and view.steps[0].id == view.id:
        step = view.steps[0]
        document |= {"reused_from": step.reused_from, "source_lost": step.source_lost or None}
        document |= {"outputs": _outputs(step, locate), "pid": step.pid}
        return document | (sweep_document(step.sweep) if step.sweep else {})
    return document | {"steps": [step_document(step, locate) for step in view.steps]}


def step_document(step: StepView, locate: Callable[[OutputView], str]) -> Document:
    """One step of a pipeline run."""
    return {
        "id": step.id,
        "name": step.name,
        "kind": step.kind.value,
        "status": step.status.value,
        "started_at": moment(step.started_at),
        "ended_at": moment(step.ended_at),
        "reused": step.reused_from is not None,
        "reused_from": step.reused_from,
        "source_lost": step.source_lost or None,
        "computed_because": step.computed_because,
        "reason": step.reason,
        "error": _error(step.error),
        "outputs": _outputs(step, locate),
        "pid": step.pid,
        "attempt_count": step.attempts,
        "sweep": {"id": step.sweep.id, **sweep_document(step.sweep)} if step.sweep else None,
    }


def sweep_document(sweep: SweepView) -> Document:
    """One sweep, without its id."""
    return {
        "status": sweep.status.value,
        "metric": sweep.metric,
        "goal": sweep.goal.value,
        "max_total": sweep.max_total,
        "space_size": sweep.space_size,
        "seed": sweep.seed,
        "seed_from": sweep.seed_from,
        "history": to_json(sweep.history),
        "deterministic": sweep.deterministic,
        "decision_log": sweep.decision_log,
        "concurrency": {"requested": sweep.requested_concurrency, "effective": sweep.effective_concurrency},
        "counts": {
            "trials": len(sweep.trials),
            "completed": sweep.completed,
            "stopped": sweep.stopped,
            "canceled": sweep.canceled,
            "failed": sweep.failed,
            "running": sweep.running,
        },
        "starts": starts_document(sweep.starts),
        "reused_trials": sweep.reused,
        "saved_s": sweep.saved_s,
        "best": best_in_sweep(sweep),
        "trials": [trial_document(trial) for trial in sweep.trials],
    }


def trial_document(trial: TrialView) -> Document:
    """One trial."""
    return {
        "id": trial.id,
        "number": trial.number,
        "status": trial.status.value,
        "stopped_early": trial.stopped_early,
        "parameters": dict(trial.parameters),
        "last": trial.last,
        "best": trial.best,
        "reports": trial.reports,
        "reason": trial.reason,
        "error": _error(trial.error),
        "started_at": moment(trial.started_at),
        "ended_at": moment(trial.ended_at),
        "pid": trial.pid,
        "attempt_count": trial.attempts,
        "reused_from": trial.reused_from,
        "saved_s": trial.saved_s,
    }


def best_in_sweep(sweep: SweepView) -> Document | None:
    """The best trial in short; None before any trial has reported."""
    best = sweep.best
    if best is None:
        return None
    return {"id": best.id, "number": best.number, "value": best.best, "parameters": dict(best.parameters)}


def best_document(sweep: SweepView, files: Sequence[FileView], model: str | None) -> Document:
    """What ``best --json`` prints. ``id`` and ``value`` are null before any trial has reported."""
    best = sweep.best
    return {
        "id": best.id if best else None,
        "number": best.number if best else None,
        "value": best.best if best else None,
        "metric": sweep.metric,
        "goal": sweep.goal.value,
        "parameters": dict(best.parameters) if best else {},
        "status": best.status.value if best else None,
        "sweep": {"id": sweep.id, "status": sweep.status.value},
        "seed": sweep.seed,
        "files": [{"name": f.name, "size": f.size, "digest": f.digest, "path": f.path} for f in files],
        "model": model,
    }


def run_document(run: RunRecord) -> Document:
    """One line of ``runs --json``, and what ``show --json`` prints of a run that is neither root nor sweep."""
    return {
        "id": run.id,
        "root_id": run.root_id,
        "parent_id": run.parent_id,
        "kind": run.kind.value,
        "name": run.name,
        "workspace": run.workspace,
        "experiment": run.experiment,
        "status": run.status.value,
        "created_at": moment(run.created_at),
        "started_at": moment(run.started_at),
        "ended_at": moment(run.ended_at),
        "reused": run.reused_from is not None,
        "reused_from": run.reused_from,
        "reason": run.reason,
        "error": _error(run.error),
        "tags": dict(run.tags),
    }


def _outputs(step: StepView, locate: Callable[[OutputView], str]) -> list[Json]:
    return [{"name": o.name, "kind": o.kind, "datastore": o.datastore, "path": locate(o)} for o in step.outputs]


def _error(error: RunError | None) -> Json:
    return None if error is None else {"code": error.code, "message": error.message, "details": error.details}
