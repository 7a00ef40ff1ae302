"""Doing what others ask of the runner through its inbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hyperstep.digest import Json
from hyperstep.errors import HyperstepError, InvalidInputError
from hyperstep.records.metric import MetricKind, MetricRecord
from hyperstep.runtime.inbox import Request, answer, pending
from hyperstep.runtime.runner.child_requests import CHILD_REQUESTS
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.named_requests import NAMED_REQUESTS

_FOREIGN = 1 << 41
"""Sequences of records that another run's process logged; below are the run's own (see ``log_metrics``)."""

Cancel = Callable[[str, str], None]
"""Called with a run id and a reason."""


def answer_requests(context: RunnerContext, cancel: Cancel) -> None:
    """Carry out and answer all that waits in the inbox."""
    folder = context.home.root_folder(context.root.id)
    for request in list(pending(folder)):
        try:
            result: Mapping[str, Json] = {"result": _carry_out(context, request, cancel)}
        except (HyperstepError, KeyError, TypeError, ValueError) as error:
            context.note(f"request {request.kind} refused: {error!r}")
            result = {"refused": str(error)}
        answer(folder, request, result)


def _carry_out(context: RunnerContext, request: Request, cancel: Cancel) -> Json:
    body: Mapping[str, Any] = request.body
    match request.kind:
        case "cancel":
            cancel(body["run_id"], body["reason"])
        case "put_named":
            now = context.now()
            record = context.home.store.put_named(body["workspace"], body["kind"], body["name"], body["body"], now)
            return record.version
        case kind if kind in NAMED_REQUESTS:
            return NAMED_REQUESTS[kind](context, body)
        case "update_run":
            _update_run(context, body)
        case "log":
            _log(context, body)
        case kind if kind in CHILD_REQUESTS:
            return CHILD_REQUESTS[kind](context, body)
        case _:
            rule = f"A request is cancel, put_named, update_run, log, {', '.join((*NAMED_REQUESTS, *CHILD_REQUESTS))}."
            raise InvalidInputError(rule, received=request.kind)
    return None


def _update_run(context: RunnerContext, body: Mapping[str, Any]) -> None:
    run = context.runs[body["run_id"]]
    tags = {k: v for k, v in {**run.tags, **body.get("tags", {})}.items() if v is not None}
    changed = replace(
        run,
        tags=tags,
        properties={**run.properties, **body.get("properties", {})},
        name=body.get("name") or run.name,
    )
    with context.transaction() as unit:
        unit.put_run(changed)


def _log(context: RunnerContext, body: Mapping[str, Any]) -> None:
    """Metric records that a trial logs for another run, such as its parent."""
    run_id = body["run_id"]
    first = _FOREIGN + sum(record.sequence >= _FOREIGN for record in context.journal.metrics(run_id))
    records = [
        MetricRecord(
            run_id=context.runs[run_id].id,
            attempt=0,
            sequence=first + i,
            name=line["name"],
            kind=MetricKind(line["kind"]),
            value=line.get("value"),
            step=line.get("step"),
            time=context.now(),
        )
        for i, line in enumerate(body["records"])
    ]
    with context.transaction() as unit:
        unit.writer.add_metrics(records)
