"""Submitting a graph or a template: parameter values for the engine, and what is printed about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from hyperstep.azureml_v1.core.session import in_job
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.azureml_v1.pipeline.console import say
from hyperstep.azureml_v1.pipeline.graph import Graph
from hyperstep.azureml_v1.pipeline.parameter_values import engine_values
from hyperstep.azureml_v1.pipeline.translation import translate_template

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.pipeline.pipeline_run import PipelineRun
    from hyperstep.pipeline.template import PipelineTemplate


class Submission(Struct, frozen=True):
    """What is said when a pipeline is submitted."""

    parameters: Mapping[str, object] = field(default_factory=dict)
    continue_on_step_failure: bool | None = None
    regenerate_outputs: bool = False
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)


def submit_graph(graph: Graph, experiment: Experiment, submission: Submission) -> PipelineRun:
    """Start a run of the graph.

    Raises:
        NotFoundError: A value for a pipeline parameter that the graph does not have.
        TypeError: A dataset for a parameter that holds none, or the other way round.
        InvalidInputError: The steps form a cycle; its steps are named.
        UserErrorException: This process is a job itself.
    """
    _refuse_in_job()
    template = translate_template(graph, experiment.workspace, description=submission.description)
    for node in graph.module_nodes:
        fresh = submission.regenerate_outputs or not node.module_def.allow_reuse
        plan = "runs and makes new outputs" if fresh else "may take over the outputs of an equal earlier run"
        say(f"Created step {node.name} [{node.node_id}][{node.module_def.calculate_hash()[:32]}]: it {plan}")
    return start(template, experiment, submission)


def start(template: PipelineTemplate, experiment: Experiment, submission: Submission) -> PipelineRun:
    """Start a run of a template.

    Raises:
        NotFoundError: A value for a pipeline parameter that the template does not have.
        TypeError: A dataset for a parameter that holds none, or the other way round.
        UserErrorException: This process is a job itself.
    """
    from hyperstep.azureml_v1.pipeline.pipeline_run import PipelineRun  # noqa: PLC0415 - loaded when submitting
    from hyperstep.runtime.publishing import Request, submit_template  # noqa: PLC0415

    _refuse_in_job()
    workspace = experiment.workspace
    request = Request(
        experiment.name,
        values=engine_values(template, submission.parameters, workspace),
        continue_on_step_failure=submission.continue_on_step_failure,
        regenerate_outputs=submission.regenerate_outputs,
        tags=submission.tags,
        properties=submission.properties,
    )
    record = submit_template(workspace.home, workspace.name, template, request)
    run = PipelineRun(experiment, record.id)
    say(f"Submitted PipelineRun {record.id}")
    say(f"Link to this run: {run.get_portal_url()}")
    return run


def _refuse_in_job() -> None:
    if in_job():
        message = "Submitting runs from within a job is not built; submit them from the driver script."
        raise UserErrorException(message)
