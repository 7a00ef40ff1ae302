"""Datasets that steps make: registered when a step completes, saved under an id for the steps that read them."""

from __future__ import annotations

from collections.abc import Mapping

from hyperstep.digest import Json
from hyperstep.errors import NotFoundError
from hyperstep.pipeline.dataset_definition import (
    LINKED,
    REGISTERED,
    SAVED,
    definition_id,
    registration_body,
    with_paths,
)
from hyperstep.pipeline.spec import RegistrationSpec, StepSpec
from hyperstep.records.run import RunRecord
from hyperstep.run_store.base import REGISTERED_BY, NamedRecord
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.data_paths import LINK, Found, recorded_outputs


def save_dataset(context: RunnerContext, workspace: str, found: Found) -> str:
    """Record what another step wrote as a dataset; returns its id, by which a script finds it."""
    definition = found.definition or {}
    identifier = definition_id(definition)
    if _newest(context, workspace, SAVED, identifier) is None:
        body: dict[str, Json] = {"definition": dict(definition)}
        context.home.store.put_named(workspace, SAVED, identifier, body, context.now())
    return identifier


def register_outputs(context: RunnerContext, run: RunRecord, step: StepSpec) -> None:
    """Register the outputs of a completed step run that are to be.

    The same data under the same name stays the version that it is, so that a reused step adds none.
    """
    outputs = recorded_outputs(run)
    for output in step.outputs:
        if output.registration is not None:
            definition = _definition(context, run, output.registration, outputs[output.name])
            _register(context, run, output.registration, definition)


def _definition(
    context: RunnerContext, run: RunRecord, registration: RegistrationSpec, location: Mapping[str, str]
) -> Mapping[str, Json] | None:
    if location["kind"] != LINK:
        return with_paths(registration.definition, [(location["datastore"], location["path"])])
    linked = _newest(context, run.workspace, LINKED, location["path"])
    definition = linked.body["definition"] if linked is not None else None
    return definition if isinstance(definition, Mapping) else None


def _register(
    context: RunnerContext, run: RunRecord, registration: RegistrationSpec, definition: Mapping[str, Json] | None
) -> None:
    if definition is None:
        context.note(f"{run.id}: no dataset was linked, so none is registered as '{registration.name}'")
        return
    known = _newest(context, run.workspace, REGISTERED, registration.name)
    if known is not None and known.body.get("definition") == definition:
        return
    if known is not None and not registration.create_new_version:
        context.note(f"{run.id}: the name '{registration.name}' is taken, and no new version of it is wanted")
        return
    body = registration_body(definition, registration.description, registration.tags)
    body[REGISTERED_BY] = context.root.id
    context.home.store.put_named(run.workspace, REGISTERED, registration.name, body, context.now())


def _newest(context: RunnerContext, workspace: str, kind: str, name: str) -> NamedRecord | None:
    try:
        return context.home.store.named(workspace, kind, name)
    except NotFoundError:
        return None
