"""Doing what others ask of the runner through its inbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hyperstep.digest import Json
from hyperstep.errors import HyperstepError, InvalidInputError, StoreError
from hyperstep.records.metric import MetricKind, MetricRecord
from hyperstep.run_store.base import REGISTERED_BY
from hyperstep.runtime.inbox import Request, answer, pending
from hyperstep.runtime.runner.child_requests import CHILD_REQUESTS
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.named_requests import NAMED_REQUESTS
from hyperstep.runtime.runner.run_marks import marked

_FOREIGN = 1 << 41
"""Sequences of records that another run's process logged; below are the run's own (see ``log_metrics``)."""
_REQUEST_ID = "request"
"""In a named thing's body: the request that it was added for."""

Cancel = Callable[[str, str], None]
"""Called with a run id and a reason."""


def answer_requests(context: RunnerContext, cancel: Cancel) -> None:
    """Carry out and answer all that waits in the inbox."""
    folder = context.home.root_folder(context.root.id)
    waiting = list(pending(folder))
    if waiting:
        context.check_owner()  # the wait for the bell may have been long
    for request in waiting:
        try:
            result: Mapping[str, Json] = {"result": _carry_out(context, request, cancel)}
        except StoreError:
            raise
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
            return _put_named(context, request)
        case kind if kind in NAMED_REQUESTS:
            return NAMED_REQUESTS[kind](context, body)
        case "update_run":
            with context.transaction() as unit:
                unit.put_run(marked(context.runs[body["run_id"]], body))
        case "log":
            _log(context, request)
        case kind if kind in CHILD_REQUESTS:
            return CHILD_REQUESTS[kind](context, body)
        case _:
            rule = f"A request is cancel, put_named, update_run, log, {', '.join((*NAMED_REQUESTS, *CHILD_REQUESTS))}."
            raise InvalidInputError(rule, received=request.kind)
    return None


def _put_named(context: RunnerContext, request: Request) -> int:
    """Add a version; one that an earlier owner added for this very request is found by the request's id."""
    body: Mapping[str, Any] = request.body
    store, place = context.home.store, (body["workspace"], body["kind"], body["name"])
    for known in store.all_named(*place):
        if known.body.get(_REQUEST_ID) == request.id:
            return known.version
    marks = {_REQUEST_ID: request.id, REGISTERED_BY: context.root.id}
    return store.put_named(*place, {**body["body"], **marks}, context.now()).version


def _log(context: RunnerContext, request: Request) -> None:
    """Metric records that a trial logs for another run, such as its parent."""
    body: Mapping[str, Any] = request.body
    run_id = body["run_id"]
    first = _sequence_of(request)
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


def _sequence_of(request: Request) -> int:
    """Where a request's records stand: by the moment in its id, so that answering it again adds nothing."""
    moment = request.id.partition("-")[0]
    return _FOREIGN + int(moment) if moment.isdigit() else _FOREIGN
