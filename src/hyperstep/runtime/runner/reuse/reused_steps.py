"""Recording what was decided about a step, and a step that an earlier run stands for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from hyperstep.digest import Json
from hyperstep.pipeline.spec import StepSpec
from hyperstep.records.run import RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import StoredFingerprint
from hyperstep.runtime.runner.context import RunnerContext, Unit
from hyperstep.runtime.runner.output_datasets import register_outputs
from hyperstep.runtime.runner.reuse.read_kinds import SCRIPT_PROPERTIES, SCRIPT_TAGS
from hyperstep.runtime.runner.reuse.step_reuse import ReuseAnswer, decision_evidence

STEP_READY = "StepReady"
"""The event that a step's inputs are there: with its fingerprint, and caused by it the decision about reuse."""


def record_decision(context: RunnerContext, unit: Unit, step: StepSpec, run_id: str, answer: ReuseAnswer) -> None:
    """Write the event that a step could start, and what was decided."""
    root, now = context.root.id, context.now()
    fingerprint = answer.fingerprint
    body: dict[str, Json] = {"step": step.id, "parts": fingerprint.parts, "digest": fingerprint.digest}
    event = unit.writer.append_event(root, STEP_READY, body, now)
    unit.writer.append_decision(root, event, "reuse", run_id, decision_evidence(answer), now)


def complete_reused(
    context: RunnerContext,
    step: StepSpec,
    run: RunRecord,
    answer: ReuseAnswer,
    source: StoredFingerprint,
    then: Callable[[], None],
) -> None:
    """Complete a step run with the outputs of its source, and the tags and properties that its script gave that.

    Args:
        context: The owner's.
        step: The step.
        run: Its run.
        answer: What was decided.
        source: Whose outputs are taken.
        then: Done once that is on disk.
    """
    properties = {
        **_kept(source, SCRIPT_PROPERTIES),
        **run.properties,
        "outputs": json.dumps(source.outputs),
        "azureml.reusedrunid": source.run_id,
        "azureml.reusednodeid": step.id,
        "azureml.reusedpipeline": source.root_id,
        "azureml.isreused": "true",
    }
    register_outputs(context, replace(run, properties=properties), step)
    with context.transaction() as unit:
        record_decision(context, unit, step, run.id, answer)
        unit.change_run(
            run.id,
            status=RunStatus.COMPLETED,
            started_at=context.now(),
            tags={**_kept(source, SCRIPT_TAGS), **run.tags},
            properties=properties,
            reused_from=source.run_id,
            reason=f"reused from run {source.run_id}",
        )
        unit.afterwards(then)


def _kept(source: StoredFingerprint, key: str) -> dict[str, str]:
    kept = source.record.get(key)
    return {str(name): str(value) for name, value in kept.items()} if isinstance(kept, Mapping) else {}
