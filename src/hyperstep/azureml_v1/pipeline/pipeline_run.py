"""PipelineRun: a submitted pipeline, its steps and its outputs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Never

from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.run_factory import find_run
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.azureml_v1.pipeline.run_status import pipeline_status
from hyperstep.azureml_v1.pipeline.step_outputs import node_of_pipeline_output
from hyperstep.azureml_v1.pipeline.step_run import StepRun
from hyperstep.azureml_v1.pipeline.watching import watch_pipeline
from hyperstep.errors import NotFoundError, UnsupportedError
from hyperstep.records.run import RunKind

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.pipeline.port_data_reference import PortDataReference

_END = "A pipeline run ends when its steps have ended."


class PipelineRun(Run):
    """A submitted pipeline.

    Args:
        experiment: Where it was submitted.
        run_id: Its id.
        _service_endpoint: Accepted and not used.
        **kwargs: Accepted and not used.
    """

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
    def get_pipeline_runs(workspace: Workspace, pipeline_id: str, _service_endpoint: object = None) -> Never:  # noqa: ARG004
        """Refused: pipelines are not published here, so no run belongs to one.

        Raises:
            UnsupportedError: Always.
        """
        rule = "Published pipelines are not built."
        raise UnsupportedError(rule, received=pipeline_id, remedy="Use experiment.get_runs().")

    def complete(self, *args: object, **kwargs: object) -> Never:  # noqa: ARG002 - refused whatever is given
        """Refused, as in v1.

        Raises:
            UnsupportedError: Always; it is a NotImplementedError.
        """
        raise UnsupportedError(_END, received="complete", remedy="Wait for it, or cancel it.")

    def fail(self, *args: object, **kwargs: object) -> Never:  # noqa: ARG002 - refused whatever is given
        """Refused, as in v1.

        Raises:
            UnsupportedError: Always; it is a NotImplementedError.
        """
        raise UnsupportedError(_END, received="fail", remedy="Wait for it, or cancel it.")

    def child_run(self, *args: object, **kwargs: object) -> Never:  # noqa: ARG002 - refused whatever is given
        """Refused, as in v1.

        Raises:
            UnsupportedError: Always; it is a NotImplementedError.
        """
        rule = "The children of a pipeline run are its steps."
        raise UnsupportedError(rule, received="child_run", remedy="Add a step to the pipeline.")

    def get_status(self) -> str:
        """NotStarted, Running, Failed, Finished or Canceled; ``status`` says Completed where this says Finished."""
        return pipeline_status(self._source.record().status)

    def get_graph(self) -> Never:
        """Refused: the graph of a submitted run is not rebuilt.

        Raises:
            UnsupportedError: Always.
        """
        rule = "Reading back the graph of a run is not built."
        raise UnsupportedError(rule, received=self.id, remedy="Use get_steps(), or the Pipeline's graph.")

    def publish_pipeline(
        self,
        name: str,
        description: str,  # noqa: ARG002 - v1's signature
        version: str,  # noqa: ARG002
        continue_on_step_failure: bool | None = None,  # noqa: ARG002
        **kwargs: object,  # noqa: ARG002
    ) -> Never:
        """Refused: publishing is not built.

        Raises:
            UnsupportedError: Always.
        """
        rule = "Publishing a pipeline is not built."
        raise UnsupportedError(rule, received=name, remedy="Submit the Pipeline again.")

    def get_steps(self) -> Iterator[StepRun]:
        """The runs of its steps, each after those it waits for."""
        workspace = self.experiment.workspace
        records = self._source.journal.runs(parent_id=self.id, kind=RunKind.STEP)
        for record in sorted(records, key=lambda run: run.number):
            step = find_run(workspace, record.id)
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

    def save(self, path: str | None = None) -> Never:
        """Refused: pipelines are not written as YAML.

        Raises:
            UnsupportedError: Always.
        """
        rule = "Writing a pipeline as YAML is not built."
        raise UnsupportedError(rule, received=path, remedy="Keep the script that builds it.")
