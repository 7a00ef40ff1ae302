"""PublishedPipeline: a pipeline that is kept, and submitted from any process and folder."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from hyperstep.azureml_v1.core.registry import refuse_in_job
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.azureml_v1.pipeline.definition_file import save_definition
from hyperstep.azureml_v1.pipeline.html_table import html_table
from hyperstep.azureml_v1.pipeline.kept_records import all_kept, find_kept
from hyperstep.azureml_v1.pipeline.parents import refuse_parent
from hyperstep.azureml_v1.pipeline.step_arguments import version_text
from hyperstep.azureml_v1.pipeline.submission import Submission, start
from hyperstep.azureml_v1.pipeline.template_graph import graph_of
from hyperstep.codec import to_json
from hyperstep.digest import digest_json
from hyperstep.runtime.publishing import PIPELINE_PROPERTY, PublishedRecord, publish, published_pipelines

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.pipeline.graph import Graph
    from hyperstep.azureml_v1.pipeline.pipeline_run import PipelineRun
    from hyperstep.pipeline.template import PipelineTemplate

ACTIVE = "Active"
DISABLED = "Disabled"
_GRAPH_ID_LENGTH = 32


class PublishedPipeline:
    """A pipeline that is kept with its code; publish one with ``Pipeline.publish``, find one with ``get``.

    Args:
        name: For people.
        graph_id: Digest of what it runs.
        description: For people.
        version: For people.
        published_pipeline_id: Its id.
        status: ``Active`` or ``Disabled``.
        endpoint: A text that names it; nothing listens there.
        total_run_steps: How many steps it has.
        workspace: Where it is kept.
        continue_on_step_failure: Whether steps that do not need a failed one still run.
        _pipeline_provider: Accepted and not used.
        **kwargs: Accepted and not used.
    """

    def __init__(
        self,
        name: str,
        graph_id: str,
        description: str | None,
        version: str | None,
        published_pipeline_id: str,
        status: str,
        endpoint: str,
        total_run_steps: int,
        workspace: Workspace,
        continue_on_step_failure: bool | None = None,
        _pipeline_provider: object = None,
        **kwargs: object,  # noqa: ARG002 - v1 takes any keyword
    ) -> None:
        self._name = name
        self._graph_id = graph_id
        self._description = description
        self._version = version
        self._id = published_pipeline_id
        self._status = status
        self._endpoint = endpoint
        self._total_run_steps = total_run_steps
        self._workspace = workspace
        self._continue_on_step_failure = continue_on_step_failure

    def __repr__(self) -> str:
        return f"Pipeline(Name: {self.name},\nId: {self.id},\nStatus: {self.status},\nEndpoint: {self.endpoint})"

    def _repr_html_(self) -> str:
        return html_table([{"Name": self.name, "Id": self.id, "Status": self.status, "Endpoint": self.endpoint}])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublishedPipeline) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    @staticmethod
    def get(
        workspace: Workspace,
        id: str,  # noqa: A002 - the v1 signature
        _workflow_provider: object = None,
        _service_endpoint: object = None,
    ) -> PublishedPipeline:
        """The published pipeline of that id.

        Raises:
            NotFoundError: There is none.
        """
        return published(workspace, find_kept(published_pipelines, workspace, id))

    @staticmethod
    def list(
        workspace: Workspace,
        active_only: bool = True,
        _service_endpoint: object = None,
    ) -> builtins.list[PublishedPipeline]:
        """The published pipelines of a workspace, newest first.

        Args:
            workspace: Which.
            active_only: Without those that are disabled.
        """
        records = all_kept(published_pipelines, workspace)
        return [published(workspace, record) for record in records if record.active or not active_only]

    @staticmethod
    def get_all(
        workspace: Workspace,
        active_only: bool = True,
        _service_endpoint: object = None,
    ) -> builtins.list[PublishedPipeline]:
        """The same as ``list``, under its old name."""
        return PublishedPipeline.list(workspace, active_only)

    @property
    def id(self) -> str:
        """Its id."""
        return self._id

    @property
    def name(self) -> str:
        """For people."""
        return self._name

    @property
    def description(self) -> str | None:
        """For people."""
        return self._description

    @property
    def version(self) -> str | None:
        """For people."""
        return self._version

    @property
    def status(self) -> str:
        """``Active`` or ``Disabled``, as of when it was found or changed by this object."""
        return self._status

    @property
    def endpoint(self) -> str:
        """A text that names it; nothing listens there."""
        return self._endpoint

    @property
    def graph_id(self) -> str:
        """Digest of what it runs."""
        return self._graph_id

    @property
    def total_run_steps(self) -> int:
        """How many steps it has."""
        return self._total_run_steps

    @property
    def continue_on_step_failure(self) -> bool | None:
        """Whether steps that do not need a failed one still run."""
        return self._continue_on_step_failure

    @property
    def portal_url(self) -> str:
        """The same as ``endpoint``; there is no page to show it."""
        return self._endpoint

    def submit(
        self,
        workspace: Workspace,
        experiment_name: str,
        pipeline_parameters: Mapping[str, object] | None = None,
        _workflow_provider: object = None,
        _service_endpoint: object = None,
        parent_run_id: str | None = None,
        continue_on_step_failure: bool | None = None,
    ) -> PipelineRun:
        """Run it.

        Args:
            workspace: Where it is kept.
            experiment_name: Under which the run is found again.
            pipeline_parameters: Values of pipeline parameters, by name; the others have their defaults.
            parent_run_id: Only None can be given here.
            continue_on_step_failure: Instead of what was said when it was published.

        Raises:
            UserErrorException: It is disabled, or this process is a job.
            NotFoundError: A value for a pipeline parameter that there is not.
            TypeError: A dataset for a parameter that holds none, or the other way round.
            UnsupportedError: ``parent_run_id`` is given.
        """
        from hyperstep.azureml_v1.core.experiment import Experiment  # noqa: PLC0415 - loaded when submitting

        return self._submit(
            Experiment(workspace, experiment_name),
            pipeline_parameters=pipeline_parameters,
            parent_run_id=parent_run_id,
            continue_on_step_failure=continue_on_step_failure,
        )

    def _submit(
        self,
        experiment: Experiment,
        tags: Mapping[str, object] | None = None,
        **kwargs: Any,  # noqa: ANN401 - v1's
    ) -> PipelineRun:
        """What ``Experiment.submit`` calls; unknown keywords are ignored there, as in v1."""
        refuse_parent(kwargs.get("parent_run_id"))
        workspace = experiment.workspace
        record = find_kept(published_pipelines, workspace, self._id)
        if not record.active:
            message = f"Published pipeline {self._name!r} ({self._id}) is disabled. Enable it first: enable()."
            raise UserErrorException(message)
        submission = Submission(
            parameters=kwargs.get("pipeline_parameters") or kwargs.get("pipeline_params") or {},
            continue_on_step_failure=kwargs.get("continue_on_step_failure"),
            regenerate_outputs=bool(kwargs.get("regenerate_outputs")),
            tags={str(key): str(value) for key, value in (tags or {}).items()},
            properties={PIPELINE_PROPERTY: self._id},
        )
        return start(record.template, experiment, submission)

    def enable(self) -> None:
        """Let it be submitted."""
        self._set_active(active=True)

    def disable(self) -> None:
        """Let it not be submitted, until it is enabled."""
        self._set_active(active=False)

    def get_graph(self, _workflow_provider: object = None) -> Graph:
        """Its graph."""
        return graph_of(self._template(), self._workspace)

    def get_step_names(self, _workflow_provider: object = None) -> builtins.list[str]:
        """The names of its steps."""
        return [step.name for step in self._template().spec.steps]

    def get_portal_url(self) -> str:
        """A text that names it; there is no page to show it."""
        return self._endpoint

    def save(self, path: str | None = None, _workflow_provider: object = None) -> None:
        """Write its definition to a file, or into a folder as ``<name>.yml``."""
        save_definition(self._template(), path, self._name)

    def _template(self) -> PipelineTemplate:
        return find_kept(published_pipelines, self._workspace, self._id).template

    def _set_active(self, *, active: bool) -> None:
        refuse_in_job("Changing a published pipeline")
        home, name = self._workspace.home, self._workspace.name
        record = published_pipelines.find(home, name, self._id)
        published_pipelines.change(home, name, replace(record, active=active))
        self._status = ACTIVE if active else DISABLED


def publish_template(
    workspace: Workspace,
    template: PipelineTemplate,
    name: str | None,
    description: str | None = None,
    version: str | None = None,
    *,
    continue_on_step_failure: bool | None = None,
) -> PublishedPipeline:
    """Keep a template as a published pipeline.

    Raises:
        InvalidInputError: A value of a wrong type; a number as the version is its text.
        UserErrorException: This process is a job.
    """
    refuse_in_job("Publishing a pipeline")
    spec = template.spec
    if continue_on_step_failure is not None:
        spec = replace(spec, continue_on_step_failure=continue_on_step_failure)
    kept = replace(template, spec=replace(spec, regenerate_outputs=False))
    title = name or spec.description or "pipeline"
    record = publish(
        workspace.home, workspace.name, title, kept, description=description or "", version=version_text(version) or ""
    )
    return published(workspace, record)


def published(workspace: Workspace, record: PublishedRecord) -> PublishedPipeline:
    """The object that stands for a kept pipeline."""
    spec = record.template.spec
    return PublishedPipeline(
        name=record.name,
        graph_id=digest_json(to_json(record.template))[:_GRAPH_ID_LENGTH],
        description=record.description or None,
        version=record.version or None,
        published_pipeline_id=record.id,
        status=ACTIVE if record.active else DISABLED,
        endpoint=f"hyperstep://{workspace.name}/pipelines/{record.id}",
        total_run_steps=len(spec.steps),
        workspace=workspace,
        continue_on_step_failure=spec.continue_on_step_failure,
    )
