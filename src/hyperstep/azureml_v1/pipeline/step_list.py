"""Which steps a pipeline has, and in which order its series put them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from msgspec import Struct, field

from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.produced_data import Produced, produced
from hyperstep.azureml_v1.pipeline.step import PipelineStep
from hyperstep.azureml_v1.pipeline.step_sequence import StepSequence
from hyperstep.errors import InvalidInputError, UnsupportedError


class StepList(Struct):
    """The steps of a pipeline, each once, and the order that its series ask for."""

    steps: list[PipelineStep] = field(default_factory=list)
    orders: list[tuple[PipelineStep, PipelineStep]] = field(default_factory=list)
    """Pairs of an earlier and a later step."""


def list_steps(steps: Any, *, resolve_closure: bool) -> StepList:  # noqa: ANN401 - nested as the user likes
    """The steps of what was given to a Pipeline, with all that they need.

    Args:
        steps: A step, a PipelineData (its producer), a StepSequence, or a list of these, nested freely.
        resolve_closure: Whether steps that are needed and not listed are added.

    Raises:
        InvalidInputError: A needed step is not listed and must not be added, or an input comes from no step.
        UnsupportedError: Something else among the steps.
    """
    found = StepList()
    _collect(steps, found)
    index = 0
    while index < len(found.steps):
        step = found.steps[index]
        for needed in upstream_steps(step):
            if any(needed is known for known in found.steps):
                continue
            if not resolve_closure:
                rule = f"Step '{step.name}' needs step '{needed.name}', which is not listed."
                raise InvalidInputError(rule, received="resolve_closure=False", remedy="List that step too.")
            found.steps.append(needed)
        index += 1
    return found


def upstream_steps(step: PipelineStep) -> Iterator[PipelineStep]:
    """The steps that ``step`` takes data from or runs after.

    Raises:
        InvalidInputError: An input that no step produces.
    """
    for port in step._inputs:  # noqa: SLF001 - one area
        data = produced(port)
        if data is not None:
            yield producer_of(data, step.name)
    yield from step._run_after  # noqa: SLF001


def producer_of(data: Produced, consumer: str) -> PipelineStep:
    """The step that writes ``data``.

    Args:
        data: What is needed.
        consumer: Name of what needs it, for the message.

    Raises:
        InvalidInputError: None does.
    """
    producer = data._producer  # noqa: SLF001 - one area
    if not isinstance(producer, PipelineStep):
        rule = f"'{consumer}' needs '{data.name}', which is not connected: no step lists it among its outputs."
        raise InvalidInputError(rule, received=data.name, remedy="Add it to the outputs of the step that writes it.")
    return producer


def _collect(item: Any, found: StepList) -> list[PipelineStep]:  # noqa: ANN401 - see list_steps
    """The steps in ``item``, after adding them to ``found``."""
    if isinstance(item, PipelineData):
        item = producer_of(item, "Pipeline")
    if isinstance(item, PipelineStep):
        if not any(item is known for known in found.steps):
            found.steps.append(item)
        return [item]
    if isinstance(item, StepSequence):
        return _collect_series(item, found)
    if isinstance(item, list):
        return [step for part in item for step in _collect(part, found)]
    rule = "The steps of a Pipeline are steps, lists of steps, StepSequences and PipelineData."
    raise UnsupportedError(rule, received=item, remedy="Put the steps in a list.")


def _collect_series(series: StepSequence, found: StepList) -> list[PipelineStep]:
    parts = [_collect(part, found) for part in series]
    for earlier, later in pairwise(parts):
        found.orders += [(before, after) for after in later for before in earlier]
    return [step for part in parts for step in part]
