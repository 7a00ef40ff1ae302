"""Published pipelines and endpoints: kept in the run store, submitted from anywhere.

The source folders of a published pipeline are snapshots, kept by content: it runs when they are gone.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from hyperstep.codec import from_json
from hyperstep.errors import ConflictError, InvalidInputError, NotFoundError
from hyperstep.pipeline.spec import PipelineSpec
from hyperstep.pipeline.template import (
    ParameterValue,
    PipelineTemplate,
    TemplateParameter,
    fill_template,
    template_of,
    with_new_seeds,
)
from hyperstep.records.run import RunRecord
from hyperstep.runtime.home import Home
from hyperstep.runtime.named_records import NamedRecords
from hyperstep.runtime.submission import Label, submit_pipeline

PIPELINE_PROPERTY = "azureml.pipelineid"
"""Property of a pipeline run that holds the id of the published pipeline that it is a run of."""

_SEED_BITS = 32


class PublishedRecord(Struct, frozen=True):
    """A published pipeline. All but its status stays as it is."""

    id: str
    name: str
    template: PipelineTemplate
    description: str = ""
    version: str = ""
    active: bool = True
    created_at: float = 0.0


class EndpointRecord(Struct, frozen=True):
    """Published pipelines under one name, as numbered versions, one of them the default."""

    id: str
    name: str
    description: str = ""
    active: bool = True
    default_version: str = "0"
    versions: Mapping[str, str] = field(default_factory=dict)
    """Version, a whole number as text, to the id of a published pipeline."""
    created_at: float = 0.0


class Request(Struct, frozen=True):
    """What is said when a template is submitted."""

    experiment: str
    values: Mapping[str, ParameterValue] = field(default_factory=dict)
    continue_on_step_failure: bool | None = None
    """None for what the template says."""
    regenerate_outputs: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    run_id: str = ""
    """The id to give the run; one is made without it."""


published_pipelines = NamedRecords("published_pipeline", PublishedRecord, "published pipeline")
endpoints = NamedRecords("pipeline_endpoint", EndpointRecord, "pipeline endpoint")


def new_id() -> str:
    """An id for a new record."""
    return str(uuid.uuid4())


def publish(
    home: Home, workspace: str, name: str, template: PipelineTemplate, *, description: str = "", version: str = ""
) -> PublishedRecord:
    """Keep a pipeline under an id of its own."""
    record = PublishedRecord(new_id(), name, template, description, version, created_at=time.time())
    return published_pipelines.add(home, workspace, record)


def submit_template(home: Home, workspace: str, template: PipelineTemplate, request: Request) -> RunRecord:
    """Start a run of a template. Sweeps whose seed nobody gave have a new one in each run.

    Raises:
        NotFoundError: A value for a parameter that the pipeline does not have.
        InvalidInputError: A value of the wrong kind, or an unsound graph.
    """
    spec = with_new_seeds(fill_template(template, request.values), _draw_seed)
    if request.continue_on_step_failure is not None:
        spec = replace(spec, continue_on_step_failure=request.continue_on_step_failure)
    spec = replace(spec, regenerate_outputs=request.regenerate_outputs or spec.regenerate_outputs)
    label = Label(
        workspace, request.experiment, tags=request.tags, properties=request.properties, run_id=request.run_id
    )
    return submit_pipeline(home, spec, label, template.parameters)


def _draw_seed() -> int:
    import secrets  # noqa: PLC0415 - few pipelines need it

    return secrets.randbits(_SEED_BITS)


def submitted_template(home: Home, root_id: str) -> PipelineTemplate:
    """The pipeline that a run is of: its values are the defaults.

    Raises:
        InvalidInputError: It is no run of a pipeline.
    """
    envelope = home.store.journal(root_id).spec()
    if not isinstance(envelope, Mapping) or envelope.get("kind") != "pipeline":
        rule = "Only the run of a pipeline holds a pipeline."
        raise InvalidInputError(rule, received=root_id, remedy="Give a pipeline run.")
    parameters = from_json(tuple[TemplateParameter, ...], envelope.get("parameters", ()))
    return template_of(from_json(PipelineSpec, envelope["spec"]), parameters)


def submit_published(home: Home, workspace: str, pipeline_id: str, request: Request) -> RunRecord:
    """Start a run of a published pipeline.

    Raises:
        NotFoundError: No published pipeline has that id; or as for ``submit_template``.
        ConflictError: It is disabled.
        InvalidInputError: As for ``submit_template``.
    """
    record = published_pipelines.find(home, workspace, pipeline_id)
    if not record.active:
        rule = f"A disabled pipeline is not submitted: '{record.name}'."
        raise ConflictError(rule, received=pipeline_id, remedy="Enable it first.")
    properties = {**request.properties, PIPELINE_PROPERTY: pipeline_id}
    return submit_template(home, workspace, record.template, replace(request, properties=properties))


def endpoint_pipeline(endpoint: EndpointRecord, version: str | None = None) -> str:
    """Id of the published pipeline that a version of an endpoint is; of the default without one.

    Raises:
        NotFoundError: It has no such version.
        ConflictError: The endpoint is disabled.
    """
    wanted = version or endpoint.default_version
    if not endpoint.active:
        rule = f"A disabled endpoint is not submitted: '{endpoint.name}'."
        raise ConflictError(rule, received=endpoint.id, remedy="Enable it first.")
    if wanted not in endpoint.versions:
        rule = f"Endpoint '{endpoint.name}' has no such version."
        raise NotFoundError(rule, received=wanted, remedy=f"It has: {', '.join(endpoint.versions) or 'none'}.")
    return endpoint.versions[wanted]


def runs_with(home: Home, workspace: str, name: str, value: str) -> list[RunRecord]:
    """The root runs of a workspace that have a property, newest first."""
    return [run for run in home.store.roots(workspace=workspace) if run.properties.get(name) == value]
