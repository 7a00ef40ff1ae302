"""Submitting again what an ended run was: the recorded specification, code, seeds and all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hyperstep.codec import from_json
from hyperstep.digest import Json
from hyperstep.errors import ConflictError, InvalidInputError
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.pipeline.template import TemplateParameter
from hyperstep.records.run import RunRecord
from hyperstep.runtime.home import Home
from hyperstep.runtime.submission import Label, submit_pipeline, submit_step

RERUN_OF = "rerun_of"
"""Property of a run that holds the id of the one that it repeats."""


def rerun_exactly(home: Home, root_id: str) -> RunRecord:
    """Start a run of the same specification as that of a root run that has ended, under a new id.

    Everything is computed anew. The same snapshots and seeds give the same list of trials; whether also the same stops
    and model-based points, is up to the sweep: see ``deterministic`` in its config.

    Raises:
        ConflictError: The run has not ended.
        InvalidInputError: It was not submitted, but driven by a script itself.
    """
    journal = home.store.journal(root_id)
    try:
        root, envelope = journal.run(root_id), journal.spec()
    finally:
        journal.close()
    if not root.status.is_terminal:
        rule = "A run is repeated once it has ended."
        raise ConflictError(rule, received=root.status.value, remedy=f"Wait for it, or `hyperstep cancel {root_id}`.")
    if not isinstance(envelope, Mapping) or "spec" not in envelope:
        rule = "Only a run that was submitted can be repeated; this one was driven by a script."
        raise InvalidInputError(rule, received=root_id, remedy="Run the script again.")
    return _submit(home, root, envelope)


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


def _submit(home: Home, root: RunRecord, envelope: Mapping[str, Json]) -> RunRecord:
    snapshot = root.properties.get("ContentSnapshotId")
    properties = {RERUN_OF: root.id, **({"ContentSnapshotId": snapshot} if snapshot else {})}
    label = Label(root.workspace, root.experiment, root.name, root.tags, properties)
    if envelope["kind"] == "pipeline":
        spec = replace(from_json(PipelineSpec, envelope["spec"]), regenerate_outputs=True)
        return submit_pipeline(home, spec, label, from_json(tuple[TemplateParameter, ...], envelope["parameters"]))
    return submit_step(home, from_json(StepSpec, envelope["spec"]), label)
