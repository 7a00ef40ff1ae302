"""PipelineDraft: a pipeline that is changed and tried before it is published."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from time import time
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from hyperstep.azureml_v1.core.registry import refuse_in_job
from hyperstep.azureml_v1.pipeline.definition_file import save_definition
from hyperstep.azureml_v1.pipeline.html_table import html_table
from hyperstep.azureml_v1.pipeline.kept_records import all_kept, find_kept
from hyperstep.azureml_v1.pipeline.parameter_values import engine_values
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.pipeline_run import PipelineRun
from hyperstep.azureml_v1.pipeline.published_pipeline import PublishedPipeline, publish_template
from hyperstep.azureml_v1.pipeline.submission import Submission, start
from hyperstep.azureml_v1.pipeline.template_graph import graph_of
from hyperstep.azureml_v1.pipeline.translation import translate_template
from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.template import ParameterValue, PipelineTemplate, fill_template, template_of
from hyperstep.runtime.named_records import NamedRecords
from hyperstep.runtime.publishing import new_id, submitted_template

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.pipeline.graph import Graph

_PARENTS = ("parent_pipeline_id", "parent_pipeline_run_id", "parent_pipeline_draft_id")


class DraftRecord(Struct, frozen=True):
    """What is kept of a draft."""

    id: str
    name: str
    experiment: str
    template: PipelineTemplate
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, ParameterValue] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)
    """What it was made from: ``parent_pipeline_id`` and the like."""
    last_run_id: str = ""
    created_at: float = 0.0


_drafts = NamedRecords("pipeline_draft", DraftRecord, "pipeline draft")


class PipelineDraft:
    """A pipeline that is changed and tried before it is published; make one with ``create``, find one with ``get``.

    Args:
        workspace: Where it is kept.
        id: Its id.
        name: For people.
        description: For people.
        experiment_name: Under which its runs are found again.
        tags: Of its runs.
        properties: For people.
        graph_draft_id: Accepted and not used.
        parent_pipeline_id: The published pipeline that it was made from.
        parent_pipeline_run_id: The pipeline run that it was made from.
        parent_step_run_ids: The steps of that run.
        parent_pipeline_draft_id: The draft that it was made from.
        last_submitted_pipeline_run_id: Its newest run.
        _pipeline_draft_provider: Accepted and not used.
    """

    def __init__(
        self,
        workspace: Workspace,
        id: str,  # noqa: A002 - the v1 signature
        name: str | None = None,
        description: str | None = None,
        experiment_name: str | None = None,
        tags: Mapping[str, str] | None = None,
        properties: Mapping[str, str] | None = None,
        graph_draft_id: str | None = None,
        parent_pipeline_id: str | None = None,
        parent_pipeline_run_id: str | None = None,
        parent_step_run_ids: Sequence[str] | None = None,
        parent_pipeline_draft_id: str | None = None,
        last_submitted_pipeline_run_id: str | None = None,
        _pipeline_draft_provider: object = None,
    ) -> None:
        del graph_draft_id
        self._workspace = workspace
        self._id = id
        self._name = name
        self._description = description
        self._experiment_name = experiment_name
        self._tags = dict(tags or {})
        self._properties = dict(properties or {})
        self._parent_pipeline_id = parent_pipeline_id
        self._parent_pipeline_run_id = parent_pipeline_run_id
        self._parent_step_run_ids = list(parent_step_run_ids or ())
        self._parent_pipeline_draft_id = parent_pipeline_draft_id
        self._last_submitted_pipeline_run_id = last_submitted_pipeline_run_id

    def __repr__(self) -> str:
        return f"PipelineDraft(Name: {self.name},\nId: {self.id},\nExperiment: {self._experiment_name})"

    def _repr_html_(self) -> str:
        return html_table([{"Name": self.name, "Id": self.id, "Last run": self.last_submitted_pipeline_run_id or ""}])

    @staticmethod
    def create(
        workspace: Workspace,
        pipeline: Pipeline | PublishedPipeline | PipelineRun | PipelineDraft,
        name: str | None = None,
        description: str | None = None,
        experiment_name: str | None = None,
        pipeline_parameters: Mapping[str, object] | None = None,
        continue_on_step_failure: bool | None = None,
        tags: Mapping[str, object] | None = None,
        properties: Mapping[str, object] | None = None,
        _workflow_provider: object = None,
        _service_endpoint: object = None,
    ) -> PipelineDraft:
        """Make a draft.

        Args:
            workspace: Where it is kept.
            pipeline: What it begins as; of anything else than a Pipeline it is a copy.
            name: For people.
            description: For people.
            experiment_name: Under which its runs are found again; the name without it.
            pipeline_parameters: Values of pipeline parameters, by name.
            continue_on_step_failure: Whether steps that do not need a failed one still run.
            tags: Of its runs.
            properties: For people.

        Raises:
            InvalidInputError: ``pipeline`` is something else.
            NotFoundError: A value for a parameter that there is not.
            UserErrorException: This process is a job.
        """
        refuse_in_job("Making a pipeline draft")
        template, parents = _source(workspace, pipeline)
        title = name or template.spec.description or "draft"
        record = DraftRecord(
            id=new_id(),
            name=title,
            experiment=experiment_name or title,
            template=_continuing(template, continue_on_step_failure),
            description=description or "",
            tags=_texts(tags),
            properties=_texts(properties),
            values=engine_values(template, pipeline_parameters, workspace),
            parents=parents,
            created_at=time(),
        )
        return _draft(workspace, _drafts.add(workspace.home, workspace.name, record))

    @staticmethod
    def get(
        workspace: Workspace,
        id: str,  # noqa: A002 - the v1 signature
        _workflow_provider: object = None,
        _service_endpoint: object = None,
    ) -> PipelineDraft:
        """The draft of that id.

        Raises:
            NotFoundError: There is none.
        """
        return _draft(workspace, find_kept(_drafts, workspace, id))

    @staticmethod
    def list(
        workspace: Workspace,
        tags: Mapping[str, object] | None = None,
        _workflow_provider: object = None,
    ) -> builtins.list[PipelineDraft]:
        """The drafts of a workspace that have these tags, newest first."""
        wanted = _texts(tags).items()
        records = all_kept(_drafts, workspace)
        return [_draft(workspace, record) for record in records if wanted <= record.tags.items()]

    @property
    def id(self) -> str:
        """Its id."""
        return self._id

    @property
    def name(self) -> str | None:
        """For people."""
        return self._name

    @property
    def description(self) -> str | None:
        """For people."""
        return self._description

    @property
    def tags(self) -> dict[str, str]:
        """Of its runs."""
        return dict(self._tags)

    @property
    def properties(self) -> dict[str, str]:
        """For people."""
        return dict(self._properties)

    @property
    def parent_pipeline_id(self) -> str | None:
        """The published pipeline that it was made from."""
        return self._parent_pipeline_id

    @property
    def parent_pipeline_run_id(self) -> str | None:
        """The pipeline run that it was made from."""
        return self._parent_pipeline_run_id

    @property
    def parent_step_run_ids(self) -> builtins.list[str]:
        """The steps of that run."""
        return list(self._parent_step_run_ids)

    @property
    def parent_pipeline_draft_id(self) -> str | None:
        """The draft that it was made from."""
        return self._parent_pipeline_draft_id

    @property
    def last_submitted_pipeline_run_id(self) -> str | None:
        """Its newest run; None before the first."""
        return self._last_submitted_pipeline_run_id

    def get_graph(self, _workflow_provider: object = None) -> Graph:
        """Its graph."""
        return graph_of(self._record().template, self._workspace)

    def submit_run(self, _workflow_provider: object = None) -> PipelineRun:
        """Run it.

        Raises:
            UserErrorException: This process is a job.
        """
        from hyperstep.azureml_v1.core.experiment import Experiment  # noqa: PLC0415 - loaded when submitting

        record = self._record()
        template = _filled(record)
        run = start(template, Experiment(self._workspace, record.experiment), Submission(tags=record.tags))
        self._put(replace(record, last_run_id=run.id))
        return run

    def publish(self, _workflow_provider: object = None) -> PublishedPipeline:
        """Keep it as a published pipeline; its values are the defaults.

        Raises:
            UserErrorException: This process is a job.
        """
        record = self._record()
        template = _filled(record)
        return publish_template(self._workspace, template, record.name, record.description)

    def delete(self, _workflow_provider: object = None) -> None:
        """Forget it; its runs stay."""
        refuse_in_job("Deleting a pipeline draft")
        _drafts.remove(self._workspace.home, self._workspace.name, self._id)

    def update(
        self,
        pipeline: Pipeline | None = None,
        name: str | None = None,
        description: str | None = None,
        experiment_name: str | None = None,
        tags: Mapping[str, object] | None = None,
        pipeline_parameters: Mapping[str, object] | None = None,
        continue_on_step_failure: bool | None = None,
        _workflow_provider: object = None,
    ) -> None:
        """Change what is given; the rest stays.

        Raises:
            InvalidInputError: ``pipeline`` is no pipeline.
            NotFoundError: A value for a parameter that there is not.
            UserErrorException: This process is a job.
        """
        record = self._record()
        template = record.template if pipeline is None else _source(self._workspace, pipeline)[0]
        values = {key: value for key, value in record.values.items() if pipeline is None}
        if pipeline_parameters is not None:
            values = engine_values(template, pipeline_parameters, self._workspace)
        changed = replace(
            record,
            name=name or record.name,
            description=record.description if description is None else description,
            experiment=experiment_name or record.experiment,
            tags=record.tags if tags is None else _texts(tags),
            template=_continuing(template, continue_on_step_failure),
            values=values,
        )
        self._put(changed)

    def save(self, path: str | None = None, _workflow_provider: object = None) -> None:
        """Write its definition to a file, or into a folder as ``<name>.yml``."""
        record = self._record()
        save_definition(record.template, path, record.name)

    def _record(self) -> DraftRecord:
        return find_kept(_drafts, self._workspace, self._id)

    def _put(self, record: DraftRecord) -> None:
        refuse_in_job("Changing a pipeline draft")
        _drafts.change(self._workspace.home, self._workspace.name, record)
        vars(self).update(vars(_draft(self._workspace, record)))


def _draft(workspace: Workspace, record: DraftRecord) -> PipelineDraft:
    parents: dict[str, Any] = {name: record.parents.get(name) for name in _PARENTS}
    run_id = parents["parent_pipeline_run_id"]
    steps = [step.id for step in PipelineRun.get(workspace, run_id).get_steps()] if run_id else []
    return PipelineDraft(
        workspace,
        record.id,
        record.name,
        record.description or None,
        record.experiment,
        record.tags,
        record.properties,
        parent_step_run_ids=steps,
        last_submitted_pipeline_run_id=record.last_run_id or None,
        **parents,
    )


def _source(workspace: Workspace, pipeline: object) -> tuple[PipelineTemplate, dict[str, str]]:
    """The template of something that is a pipeline, and what a draft of it says that it was made from."""
    if isinstance(pipeline, Pipeline):
        return translate_template(pipeline.graph, workspace, description=pipeline._description or ""), {}  # noqa: SLF001
    if isinstance(pipeline, PublishedPipeline):
        return pipeline._template(), {"parent_pipeline_id": pipeline.id}  # noqa: SLF001 - one area
    if isinstance(pipeline, PipelineRun):
        return submitted_template(workspace.home, pipeline.id), {"parent_pipeline_run_id": pipeline.id}
    if isinstance(pipeline, PipelineDraft):
        return pipeline._record().template, {"parent_pipeline_draft_id": pipeline.id}  # noqa: SLF001
    rule = "A draft begins as a Pipeline, PublishedPipeline, PipelineRun or PipelineDraft."
    raise InvalidInputError(rule, received=type(pipeline).__name__, remedy="Give one of these.")


def _filled(record: DraftRecord) -> PipelineTemplate:
    """The draft's pipeline with its values as the defaults."""
    return template_of(fill_template(record.template, record.values), record.template.parameters)


def _continuing(template: PipelineTemplate, continue_on_step_failure: bool | None) -> PipelineTemplate:
    if continue_on_step_failure is None:
        return template
    return replace(template, spec=replace(template.spec, continue_on_step_failure=continue_on_step_failure))


def _texts(values: Mapping[str, object] | None) -> dict[str, str]:
    return {str(key): str(value) for key, value in (values or {}).items()}
