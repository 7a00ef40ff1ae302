"""PipelineRun: a submitted pipeline, its steps and its outputs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.reading import note_run_list
from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.run_factory import find_run
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.azureml_v1.pipeline.driven_run import DrivenRun
from hyperstep.azureml_v1.pipeline.html_table import html_table
from hyperstep.azureml_v1.pipeline.run_status import pipeline_status
from hyperstep.azureml_v1.pipeline.step_outputs import node_of_pipeline_output
from hyperstep.azureml_v1.pipeline.step_run import StepRun, step_row
from hyperstep.azureml_v1.pipeline.watching import watch_pipeline
from hyperstep.errors import NotFoundError

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.pipeline.graph import Graph
    from hyperstep.azureml_v1.pipeline.port_data_reference import PortDataReference
    from hyperstep.azureml_v1.pipeline.published_pipeline import PublishedPipeline
    from hyperstep.pipeline.template import PipelineTemplate

# What publishes and rebuilds is loaded when it is called: scripts of steps look at their pipeline's run too.
# ruff: noqa: PLC0415


class PipelineRun(DrivenRun):
    """A submitted pipeline.

    Args:
        experiment: Where it was submitted.
        run_id: Its id.
        _service_endpoint: Accepted and not used.
        **kwargs: Accepted and not used.
    """

    _end_rule = "A pipeline run ends when its steps have ended."
    _children_rule = "The children of a pipeline run are its steps."

    def __init__(
        self,
        experiment: Experiment,
        run_id: str,
        _service_endpoint: object = None,
        **kwargs: object,  # noqa: ARG002 - v1 takes any keyword
    ) -> None:
        super().__init__(experiment, run_id)

    @staticmethod
    def get(workspace: Workspace, run_id: str, _service_endpoint: object = None) -> PipelineRun:
        """The pipeline run of that id.

        Raises:
            UserErrorException: There is a run of that id, which is no pipeline run.
            ServiceException: No run has that id.
        """
        run = find_run(workspace, run_id)
        if isinstance(run, PipelineRun):
            return run
        message = f"Run {run_id} is no pipeline run but a {type(run).__name__}."
        raise UserErrorException(message)

    @staticmethod
    def get_pipeline_runs(
        workspace: Workspace,
        pipeline_id: str,
        _service_endpoint: object = None,
    ) -> list[PipelineRun]:
        """The runs of a published pipeline, newest first."""
        from hyperstep.runtime.publishing import PIPELINE_PROPERTY

        return pipeline_runs_with(workspace, PIPELINE_PROPERTY, pipeline_id)

    def get_status(self) -> str:
        """NotStarted, Running, Failed, Finished or Canceled; ``status`` says Completed where this says Finished."""
        return pipeline_status(self._source.record().status)

    def get_graph(self) -> Graph:
        """Its graph."""
        from hyperstep.azureml_v1.pipeline.template_graph import graph_of

        return graph_of(self._template(), self.experiment.workspace)

    def get_definition(self) -> dict[str, object]:
        """Its steps and parameters as plain data, the values being those of this run."""
        from hyperstep.azureml_v1.pipeline.definition_file import definition

        return definition(self._template())

    def publish_pipeline(
        self,
        name: str,
        description: str,
        version: str,
        continue_on_step_failure: bool | None = None,
        **kwargs: object,  # noqa: ARG002 - v1 takes any keyword
    ) -> PublishedPipeline:
        """Keep the pipeline that it ran, to be submitted again; its values are the defaults.

        Args:
            name: For people.
            description: For people.
            version: For people.
            continue_on_step_failure: Whether steps that do not need a failed one still run.
            **kwargs: Accepted and not used.

        Raises:
            UserErrorException: This process is a job.
        """
        from hyperstep.azureml_v1.pipeline.published_pipeline import publish_template

        return publish_template(
            self.experiment.workspace,
            self._template(),
            name,
            description,
            version,
            continue_on_step_failure=continue_on_step_failure,
        )

    def get_steps(self) -> Iterator[StepRun]:
        """The runs of its steps, each after those it waits for."""
        for record in self._source.steps():
            step = find_run(self.experiment.workspace, record.id)
            if isinstance(step, StepRun):
                yield step

    def get_children(
        self,
        recursive: bool = False,
        tags: Any = None,  # noqa: ANN401 - v1's signature
        properties: Any = None,  # noqa: ANN401
        type: str | None = None,  # noqa: A002
        status: str | None = None,
        _rehydrate_runs: bool = True,
    ) -> Iterator[Run]:
        """The same as ``get_steps`` when nothing else is asked for."""
        if recursive or tags or properties or type or status:
            return super().get_children(recursive, tags, properties, type, status, _rehydrate_runs)
        return iter(self.get_steps())

    def find_step_run(self, name: str) -> list[StepRun]:
        """The runs of the steps of that name; several when steps share it, none when there is none."""
        return [step for step in self.get_steps() if step.name == name]

    def get_pipeline_output(self, pipeline_output_name: str) -> PortDataReference:
        """The output that a step declares under ``pipeline_output_name``.

        Raises:
            NotFoundError: No step declares it, or its step has not started.
        """
        node_id, port = node_of_pipeline_output(self._source.journal.spec(), pipeline_output_name)
        for step in self.get_steps():
            if step._node_id == node_id:  # noqa: SLF001 - one area
                return step.get_output_data(port)
        rule = "The step that writes a pipeline output has a run."
        raise NotFoundError(rule, received=pipeline_output_name, remedy="See get_steps().")

    def wait_for_completion(  # type: ignore[override]  # v1 returns a text here, and details elsewhere
        self, show_output: bool = True, timeout_seconds: float = sys.maxsize, raise_on_error: bool = True
    ) -> str:
        """Wait until the run has ended, printing what happens; returns its status.

        Args:
            show_output: Print statuses and logs.
            timeout_seconds: Return after that time; nothing is canceled by it.
            raise_on_error: Raise when the run has failed; otherwise the error is printed.

        Raises:
            ActivityFailedException: The run has failed.
            ExperimentExecutionException: Interrupted from the keyboard; the run goes on.
        """
        return watch_pipeline(self, show_output=show_output, timeout_s=timeout_seconds, raise_on_error=raise_on_error)

    def save(self, path: str | None = None) -> None:
        """Write its definition to a file, or into a folder as ``<run id>.yml``."""
        from hyperstep.azureml_v1.pipeline.definition_file import save_definition

        save_definition(self._template(), path, self.id)

    def _repr_html_(self) -> str:
        row = {"Experiment": self.experiment.name, "Id": self.id, "Type": self.type, "Status": self.get_status()}
        steps = [step_row(step) for step in self.get_steps()]
        return html_table([{**row, "Details": self.get_portal_url()}]) + (html_table(steps) if steps else "")

    def _template(self) -> PipelineTemplate:
        from hyperstep.runtime.publishing import submitted_template

        return submitted_template(self._source.home, self.id)


def pipeline_runs_with(workspace: Workspace, name: str, value: str) -> list[PipelineRun]:
    """The pipeline runs of a workspace that have a property, newest first."""
    from hyperstep.runtime.publishing import runs_with

    note_run_list(workspace.home, workspace.name)
    found = (find_run(workspace, record.id) for record in runs_with(workspace.home, workspace.name, name, value))
    return [run for run in found if isinstance(run, PipelineRun)]
