"""What a script asks about runs that it opens below its own: made, started, ended, given files, submitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from hyperstep.codec import from_json
from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError, NotFoundError, StoreError
from hyperstep.pipeline.spec import StepSpec
from hyperstep.records.artifact import ArtifactRecord
from hyperstep.records.run import RunError, RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.interactive import ended, new_children, with_open_children
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.reuse.step_reads import with_read
from hyperstep.runtime.runner.reuse.submitted_reads import submission
from hyperstep.runtime.submission import Label, submit_step


def _create_children(context: RunnerContext, body: Mapping[str, Any]) -> Json:
    runs = new_children(context.journal, body["parent_id"], body["children"], context.now())
    for run in runs:
        context.home.store.register_run(run.id, run.root_id)
    with context.transaction() as unit:
        for run in runs:
            unit.put_run(run)
    return [str(entry["id"]) for entry in body["children"]]


def _start_run(context: RunnerContext, body: Mapping[str, Any]) -> Json:
    run = _interactive(context, body["run_id"])
    if run.status is RunStatus.NOT_STARTED:
        with context.transaction() as unit:
            unit.change_run(run.id, status=RunStatus.RUNNING)
    return None


def _end_run(context: RunnerContext, body: Mapping[str, Any]) -> Json:
    run = _interactive(context, body["run_id"])
    error = RunError(body["error"]["code"], body["error"]["message"]) if body.get("error") else None
    now = context.now()
    with context.transaction() as unit:
        last = ended(run, RunStatus(body["status"]), now, error, body.get("reason", ""))
        for changed in with_open_children(context.journal, last, now):
            unit.put_run(changed)
    return None


def _add_files(context: RunnerContext, body: Mapping[str, Any]) -> Json:
    run_id = context.runs[body["run_id"]].id
    with context.transaction() as unit:
        for file in body["files"]:
            unit.writer.add_artifact(ArtifactRecord(run_id, file["path"], file["digest"], int(file["size"])))
    return None


def _submit_child(context: RunnerContext, body: Mapping[str, Any]) -> Json:
    run_id = str(body["run_id"])
    try:
        return context.home.store.root_of(run_id)  # an earlier owner has submitted it already
    except NotFoundError:
        parent = context.runs[body["parent_id"]]
    step = _asked_step(body["step"])
    with context.transaction() as unit:
        unit.put_run(replace(parent, properties=with_read(parent, submission(run_id))))
    label = Label(
        workspace=parent.workspace,
        experiment=parent.experiment,
        name=body["name"],
        tags=body["tags"],
        properties=body["properties"],
        run_id=run_id,
        parent_id=parent.id,
    )
    return submit_step(context.home, step, label).id


def _asked_step(asked: Json) -> StepSpec:
    """What a job asks for; one that is no step is refused, and the runner goes on."""
    try:
        return from_json(StepSpec, asked)
    except StoreError as error:
        raise InvalidInputError(error.rule, remedy="Give values of these types.") from error


def _interactive(context: RunnerContext, run_id: str) -> RunRecord:
    run = context.runs[run_id]
    if run.kind is not RunKind.INTERACTIVE:
        rule = "Only a run that a script opened itself is started, ended and given files by request."
        raise InvalidInputError(rule, received=f"{run_id}, which is a {run.kind.value}")
    return run


CHILD_REQUESTS: Mapping[str, Callable[[RunnerContext, Mapping[str, Any]], Json]] = {
    "create_children": _create_children,
    "start_run": _start_run,
    "end_run": _end_run,
    "add_files": _add_files,
    "submit_child": _submit_child,
}
"""Each may come twice with the same body, and does its work once."""
