"""The records of a trial that a finished one stands for: its metrics, files, tags; and what a trial read, settled."""

from __future__ import annotations

import json

from msgspec.structs import replace

from hyperstep.digest import Json
from hyperstep.errors import USER_FAULTS, HyperstepError
from hyperstep.records.names import SAVED_S
from hyperstep.records.run import RunRecord
from hyperstep.runtime.runner.context import RunnerContext, Unit
from hyperstep.runtime.runner.obstacles import reraise_passing
from hyperstep.runtime.runner.reuse.computed_at import COMPUTED_AT, computed_at
from hyperstep.runtime.runner.reuse.read_kinds import READS_PROPERTY, SETTLED_PROPERTY
from hyperstep.runtime.runner.reuse.registered_results import still_there
from hyperstep.runtime.runner.reuse.step_reads import carried_reads, reads_of, settle_reads
from hyperstep.runtime.runner.run_marks import ENGINE_PROPERTIES


def take_results(context: RunnerContext, unit: Unit, run: RunRecord, source_id: str) -> RunRecord:
    """Write a finished trial's metrics and files as those of ``run``; returns it with tags, properties and times.

    A source whose records were removed since it was found leaves nothing but the curve that was taken; it is said.
    """
    now = context.now()
    marked = replace(run, reused_from=source_id, started_at=now)
    try:
        root_id = context.home.store.root_of(source_id)
        journal = context.journal if root_id == context.root.id else context.home.store.journal(root_id)
        source = journal.run(source_id)
        unit.writer.add_metrics([replace(m, run_id=run.id, attempt=0) for m in journal.metrics(source_id)])
        for artifact in journal.artifacts(source_id):
            unit.writer.add_artifact(replace(artifact, run_id=run.id))
    except HyperstepError as error:
        reraise_passing(error, context.home)
        context.note(f"{run.id}: the records of {source_id}, which stands for it, are gone: {error}")
        return replace(marked, properties={**run.properties, **_marks(source_id, 0.0)})
    took_s = (source.ended_at or 0.0) - (source.started_at or source.ended_at or 0.0)
    theirs = {name: value for name, value in source.properties.items() if name not in ENGINE_PROPERTIES}
    computed = {COMPUTED_AT: repr(computed_at(source)), **carried_reads(source)}
    properties = {**theirs, **run.properties, **_marks(source_id, took_s), **computed}
    return replace(marked, tags={**source.tags, **run.tags}, properties=properties)


def settled_properties(context: RunnerContext, run: RunRecord) -> dict[str, str]:
    """What a trial read by name, with the contents of datasets, so that it can be a source later.

    Empty when it read nothing, or when files were changed after it had read them: then it is no source.
    """
    if READS_PROPERTY not in run.properties:
        return {}
    try:
        reads = still_there(context.home, run.workspace, reads_of([run]))
        settled: list[Json] = settle_reads(context.home, run.workspace, [*reads])
    except (*USER_FAULTS, OSError) as error:
        reraise_passing(error, context.home)
        context.note(f"{run.id} cannot stand for others: {error}")
        return {}
    return {SETTLED_PROPERTY: json.dumps(settled)}


def _marks(source_id: str, took_s: float) -> dict[str, str]:
    """As v1 marks a step that was reused."""
    return {"azureml.isreused": "true", "azureml.reusedrunid": source_id, SAVED_S: f"{took_s:.3f}"}
