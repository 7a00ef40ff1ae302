"""Where the outputs of step runs lie, and under which names the pipeline hands them out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.data.data_reference import DataReference
from hyperstep.azureml_v1.pipeline.context import GraphContext
from hyperstep.azureml_v1.pipeline.port_data_reference import PortDataReference
from hyperstep.codec import from_json
from hyperstep.digest import Json
from hyperstep.errors import NotFoundError
from hyperstep.pipeline.spec import PipelineSpec
from hyperstep.records.run import RunRecord

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace


def pipeline_spec(submitted: Json) -> PipelineSpec:
    """The pipeline in what was recorded at submission."""
    return from_json(PipelineSpec, submitted["spec"] if isinstance(submitted, Mapping) else submitted)


def node_of_pipeline_output(submitted: Json, name: str) -> tuple[str, str]:
    """Id of the node, and name of the port, that a pipeline output is.

    Raises:
        NotFoundError: No output has that name.
    """
    named = {
        output.pipeline_output_name: (step.id, output.name)
        for step in pipeline_spec(submitted).steps
        for output in step.outputs
        if output.pipeline_output_name
    }
    if name not in named:
        rule = "A pipeline output is asked for by its pipeline_output_name."
        raise NotFoundError(rule, received=name, remedy=f"This run has: {', '.join(sorted(named)) or 'none'}.")
    return named[name]


def output_places(run: RunRecord) -> dict[str, tuple[str, str]]:
    """Datastore and path of each output of a step run, by port; empty before the step has started."""
    recorded: dict[str, dict[str, str]] = json.loads(run.properties.get("outputs", "{}"))
    return {port: (place["datastore"], place["path"]) for port, place in recorded.items()}


def output_reference(workspace: Workspace, run: RunRecord, port: str, step_run: object) -> PortDataReference:
    """What a step run wrote to a port.

    Raises:
        NotFoundError: It has no such output, or has not started.
    """
    places = output_places(run)
    if port not in places:
        rule = f"An output of step '{run.name}' is asked for by its name, once the step has started."
        raise NotFoundError(rule, received=port, remedy=f"It has: {', '.join(sorted(places)) or 'none so far'}.")
    datastore, path = places[port]
    reference = DataReference(workspace.datastores[datastore], port, path)
    context = GraphContext(workspace, experiment_name=run.experiment)
    return PortDataReference(context, run.root_id, reference, step_run)
