"""The graph that steps form: what comes before what, cycles, and whether the whole is sound and can be recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain, count

from msgspec.structs import replace

from hyperstep.codec import require_types
from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.spec import PipelineSpec, StepOutput, StepSpec


def check_types(spec: PipelineSpec) -> None:
    """See that a pipeline is what its types say: a runner reads it from its record, and cannot ask its submitter.

    Raises:
        InvalidInputError: A value is of another type than its field; the message names the step and the field.
    """
    for step in spec.steps:
        require_types(step, f"step {step.name!r}")
    require_types(replace(spec, steps=()), "a pipeline")


def check_graph(spec: PipelineSpec) -> None:
    """See that a pipeline can run.

    Raises:
        InvalidInputError: Two steps share an id, two outputs of a step or of the pipeline share a name, an input comes
            from a step or output that is not there, or steps wait for each other in a cycle (which is named).
    """
    steps = {step.id: step for step in spec.steps}
    _require_unique("Step ids are unique in a pipeline.", (step.id for step in spec.steps))
    outputs = [output.pipeline_output_name for step in spec.steps for output in step.outputs]
    _require_unique("A pipeline_output_name is used once in a pipeline.", (name for name in outputs if name))
    for step in spec.steps:
        _require_unique(f"Output names are unique in step '{step.name}'.", (o.name for o in step.outputs))
        _check_sources(step, steps)
    cycle = find_cycle({step.id: step.upstream for step in spec.steps})
    if cycle:
        names = " -> ".join(steps[node].name for node in cycle)
        rule = "Steps must not wait for each other in a circle."
        raise InvalidInputError(rule, received=names, remedy="Remove one of these data edges or run_after calls.")


def find_cycle(upstream: Mapping[str, Iterable[str]]) -> list[str]:
    """One cycle as the nodes along it, the first one repeated at the end; empty when there is none.

    Args:
        upstream: For each node the nodes it waits for.
    """
    done: set[str] = set()
    for start in upstream:
        cycle = _walk(start, upstream, done)
        if cycle:
            return cycle
    return []


def topological_order(spec: PipelineSpec) -> list[StepSpec]:
    """The steps, each after all that it waits for, otherwise in the order given. The graph has been checked."""
    placed: set[str] = set()
    order: list[StepSpec] = []
    waiting = list(spec.steps)
    while waiting:
        free = next(step for step in waiting if placed.issuperset(step.upstream))
        waiting.remove(free)
        placed.add(free.id)
        order.append(free)
    return order


def step_labels(spec: PipelineSpec) -> dict[str, str]:
    """By the id of each step what tells it from the others of a checked graph: its name where no other has it."""
    order = topological_order(spec)
    return dict(zip((step.id for step in order), distinct_names(step.name for step in order), strict=True))


def distinct_names(names: Iterable[str]) -> list[str]:
    """The names in their order, with a number where one has come before."""
    found: list[str] = []
    for name in names:
        numbered = (f"{name} #{number}" for number in count(2))
        found.append(next(label for label in chain([name], numbered) if label not in found))
    return found


def _walk(start: str, upstream: Mapping[str, Iterable[str]], done: set[str]) -> list[str]:
    """Depth-first from ``start`` without recursion; ``done`` collects nodes known to lie on no cycle."""
    path = [start]
    branches = [iter(upstream[start])]
    if start in done:
        return []
    while branches:
        node = next(branches[-1], None)
        if node is None:
            branches.pop()
            done.add(path.pop())
        elif node in path:
            return [*path[path.index(node) :], node][::-1]
        elif node not in done:
            path.append(node)
            branches.append(iter(upstream[node]))
    return []


def _require_unique(rule: str, names: Iterable[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InvalidInputError(rule, received=twice[0], remedy="Give each its own name.")


def _check_sources(step: StepSpec, steps: Mapping[str, StepSpec]) -> None:
    for missing in (name for name in step.upstream if name not in steps):
        rule = f"Step '{step.name}' waits for a step that is not in the pipeline."
        raise InvalidInputError(rule, received=missing, remedy="Add that step to the pipeline.")
    for port in step.inputs:
        if not isinstance(port.source, StepOutput):
            continue
        producer = steps[port.source.step]
        if port.source.output not in {output.name for output in producer.outputs}:
            rule = f"Input '{port.name}' of step '{step.name}' needs an output that '{producer.name}' does not have."
            raise InvalidInputError(rule, received=port.source.output, remedy="List it in that step's outputs.")
