"""Where a pipeline run stands: which steps may start, which never will, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping

from hyperstep.pipeline.graph import topological_order
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.records.status import RunStatus

Statuses = Mapping[str, RunStatus]
"""The status of each step, by its id."""

_BAD = frozenset({RunStatus.FAILED, RunStatus.CANCELED})


def ready_steps(spec: PipelineSpec, statuses: Statuses) -> list[StepSpec]:
    """The steps that may start now, in the order given."""
    if _stopped(spec, statuses):
        return []
    return [step for step in _not_started(spec, statuses) if _all_completed(step, statuses)]


def hopeless_steps(spec: PipelineSpec, statuses: Statuses) -> list[tuple[StepSpec, str]]:
    """The steps that will never start, each with the reason; those that wait for one of them are such steps too."""
    by_id = {step.id: step for step in spec.steps}
    stopped = _stopped(spec, statuses)
    known = dict(statuses)
    hopeless = []
    for step in topological_order(spec):
        if known[step.id] is not RunStatus.NOT_STARTED:
            continue
        culprit = next((up for up in step.upstream if known[up] in _BAD), stopped)
        if culprit:
            known[step.id] = RunStatus.CANCELED
            word = {RunStatus.FAILED: "failed"}.get(statuses[culprit], "did not run")
            hopeless.append((step, f"not started: step '{by_id[culprit].name}' {word}"))
    return hopeless


def pipeline_outcome(spec: PipelineSpec, statuses: Statuses, *, cancel_requested: bool) -> RunStatus | None:
    """The status the run ends with; None while something runs or may still start."""
    if any(not statuses[step.id].is_terminal for step in spec.steps):
        return None
    if any(statuses[step.id] is RunStatus.FAILED for step in spec.steps):
        return RunStatus.FAILED
    if cancel_requested or any(statuses[step.id] is RunStatus.CANCELED for step in spec.steps):
        return RunStatus.CANCELED
    return RunStatus.COMPLETED


def _not_started(spec: PipelineSpec, statuses: Statuses) -> list[StepSpec]:
    return [step for step in spec.steps if statuses[step.id] is RunStatus.NOT_STARTED]


def _all_completed(step: StepSpec, statuses: Statuses) -> bool:
    return all(statuses[up] is RunStatus.COMPLETED for up in step.upstream)


def _stopped(spec: PipelineSpec, statuses: Statuses) -> str:
    """The step whose failure keeps all others from starting; empty when they may start."""
    if spec.continue_on_step_failure:
        return ""
    return next((step.id for step in spec.steps if statuses[step.id] in _BAD), "")
