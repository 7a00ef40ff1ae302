"""Submitting a built graph: parameter values, the engine's pipeline, and what is printed about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core.session import in_job
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.azureml_v1.pipeline.console import say
from hyperstep.azureml_v1.pipeline.data_kinds import is_dataset
from hyperstep.azureml_v1.pipeline.graph import Graph
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.translation import translate_graph
from hyperstep.errors import NotFoundError

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.pipeline.pipeline_run import PipelineRun


@dataclass(frozen=True)
class Submission:
    """What is said when a pipeline is submitted."""

    parameters: Mapping[str, object] = field(default_factory=dict)
    continue_on_step_failure: bool = False
    regenerate_outputs: bool = False
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


def submit_graph(graph: Graph, experiment: Experiment, submission: Submission) -> PipelineRun:
    """Start a run of the graph.

    Raises:
        NotFoundError: A value for a pipeline parameter that the graph does not have.
        TypeError: A dataset for a parameter that holds none, or the other way round.
        InvalidInputError: The steps form a cycle; its steps are named.
        UserErrorException: This process is a job itself.
    """
    from hyperstep.azureml_v1.pipeline.pipeline_run import PipelineRun  # noqa: PLC0415 - loaded when submitting
    from hyperstep.runtime.submission import Label, submit_pipeline  # noqa: PLC0415

    if in_job():
        message = "Submitting runs from within a job is not built; submit them from the driver script."
        raise UserErrorException(message)
    workspace = experiment.workspace
    spec = translate_graph(
        graph,
        workspace,
        parameter_values(graph.params, submission.parameters),
        continue_on_step_failure=submission.continue_on_step_failure,
        regenerate_outputs=submission.regenerate_outputs,
        description=submission.description,
    )
    for node in graph.module_nodes:
        fresh = submission.regenerate_outputs or not node.module_def.allow_reuse
        plan = "runs and makes new outputs" if fresh else "may take over the outputs of an equal earlier run"
        say(f"Created step {node.name} [{node.node_id}][{node.module_def.calculate_hash()[:32]}]: it {plan}")
    label = Label(workspace=workspace.name, experiment=experiment.name, tags=submission.tags)
    record = submit_pipeline(workspace.home, spec, label)
    run = PipelineRun(experiment, record.id)
    say(f"Submitted PipelineRun {record.id}")
    say(f"Link to this run: {run.get_portal_url()}")
    return run


def parameter_values(known: Mapping[str, PipelineParameter], given: Mapping[str, object]) -> dict[str, object]:
    """The value of each parameter: the given one, else its default.

    Raises:
        NotFoundError: A name that is not known.
        TypeError: A dataset for a parameter that holds none, or the other way round.
    """
    values = {name: parameter.default_value for name, parameter in known.items()}
    for name, value in given.items():
        if name not in values:
            rule = "pipeline_parameters names parameters of the pipeline."
            raise NotFoundError(rule, received=name, remedy=f"It has: {', '.join(sorted(known)) or 'none'}.")
        if is_dataset(value) != is_dataset(values[name]) or (
            is_dataset(value) and type(value) is not type(values[name])
        ):
            message = (
                f"Parameter {name!r} holds {type(values[name]).__name__}, so its value is one too. "
                f"Received: {type(value).__name__}."
            )
            raise TypeError(message)
        values[name] = value
    return values
