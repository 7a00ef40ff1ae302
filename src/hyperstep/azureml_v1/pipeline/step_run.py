"""StepRun: one step of a submitted pipeline, and what it wrote."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.run_details import log_text
from hyperstep.azureml_v1.core.run_source import STD_LOG, SWEEP_LOG, RunSource
from hyperstep.azureml_v1.pipeline.driven_run import DrivenRun
from hyperstep.azureml_v1.pipeline.html_table import html_table
from hyperstep.azureml_v1.pipeline.run_status import step_status
from hyperstep.azureml_v1.pipeline.step_outputs import output_places, output_reference
from hyperstep.azureml_v1.pipeline.watching import watch_step
from hyperstep.records.run import RunKind

if TYPE_CHECKING:
    import os

    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.pipeline.port_data_reference import PortDataReference


class StepRun(DrivenRun):
    """One step of a pipeline run.

    Args:
        experiment: Where the pipeline was submitted.
        step_run_id: Its id.
        pipeline_run_id: Id of the pipeline run; read from the records without it.
        node_id: Id of the step's node; read from the records without it.
        _service_endpoint: Accepted and not used.
        _is_reused: Not used, as those that follow: whether the step was reused is read from the records.
        **kwargs: Accepted and not used.
    """

    _end_rule = "A step run ends when its script has ended."
    _children_rule = "A step run takes no children."

    def __init__(
        self,
        experiment: Experiment,
        step_run_id: str,
        pipeline_run_id: str | None = None,
        node_id: str | None = None,
        _service_endpoint: object = None,
        _is_reused: bool = False,
        _current_node_id: str | None = None,
        _reused_run_id: str | None = None,
        _reused_node_id: str | None = None,
        _reused_pipeline_run_id: str | None = None,
        **kwargs: object,  # noqa: ARG002 - v1 takes any keyword
    ) -> None:
        super().__init__(experiment, step_run_id)
        record = self._source.identity()
        self._name = record.name
        self._pipeline_run_id = pipeline_run_id or record.parent_id or record.root_id
        self._node_id = node_id or record.properties.get("azureml.nodeid", "")

    @property
    def name(self) -> str:
        """The step's."""
        return self._name

    @property
    def pipeline_run_id(self) -> str:
        """Id of the pipeline run."""
        return self._pipeline_run_id

    @property
    def _is_reused(self) -> bool:
        return self._reused_run_id is not None

    @property
    def _reused_run_id(self) -> str | None:
        """Id of the step run whose outputs this one took over."""
        return self._source.record().reused_from

    @property
    def _reused_node_id(self) -> str | None:
        return self._source.record().properties.get("azureml.reusednodeid")

    @property
    def _reused_pipeline_run_id(self) -> str | None:
        return self._source.record().properties.get("azureml.reusedpipeline")

    def get_status(self) -> str:
        """NotStarted, Queued, Running, Failed, Finished or Canceled."""
        return step_status(self._source.record().status)

    def get_children(
        self,
        recursive: bool = False,
        tags: Any = None,  # noqa: ANN401 - v1's signature
        properties: Any = None,  # noqa: ANN401
        type: str | None = None,  # noqa: A002
        status: str | None = None,
        _rehydrate_runs: bool = True,
    ) -> Iterator[Run]:
        """The runs below it; for a reused step those below the run that it took over."""
        worker = self._worker()
        if worker.run_id != self.id:
            return StepRun(self.experiment, worker.run_id).get_children(
                recursive, tags, properties, type, status, _rehydrate_runs
            )
        return super().get_children(recursive, tags, properties, type, status, _rehydrate_runs)

    def get_outputs(self) -> dict[str, StepRunOutput]:
        """Its outputs by port; empty before it has started."""
        return {
            port: StepRunOutput(self.experiment.workspace, self.pipeline_run_id, self, port, None)
            for port in output_places(self._source.record())
        }

    def get_output(self, name: str) -> StepRunOutput:
        """The output of that port; KeyError when there is none."""
        return self.get_outputs()[name]

    def get_output_data(self, name: str) -> PortDataReference:
        """What it wrote to the port called ``name``.

        Raises:
            NotFoundError: It has no such output, or has not started.
        """
        return output_reference(self.experiment.workspace, self._source.record(), name, self)

    def get_job_log(self) -> str:
        """The log: of the script, or of the sweep's decisions."""
        worker = self._worker()
        sweep = next(iter(worker.journal.runs(parent_id=worker.run_id, kind=RunKind.SWEEP)), None)
        if sweep is not None:
            return log_text(RunSource(worker.workspace, sweep.id), SWEEP_LOG)
        return log_text(worker, STD_LOG)

    def get_stdout_log(self) -> str:
        """What the script wrote to standard output and standard error, in order."""
        return log_text(self._worker(), STD_LOG)

    def get_stderr_log(self) -> str:
        """Always empty: standard error is in the standard output's log, in the order in which it was written."""
        return ""

    def get_details_with_logs(self) -> dict[str, Any]:
        """The run's details with its logs under ``STDOUT``, ``STDERR`` and ``JOBLOG``."""
        logs = {"STDOUT": self.get_stdout_log(), "STDERR": self.get_stderr_log(), "JOBLOG": self.get_job_log()}
        return {**self.get_details(), **logs}

    def wait_for_completion(  # type: ignore[override]  # v1 returns a text here, and details elsewhere
        self, show_output: bool = True, timeout_seconds: float = sys.maxsize, raise_on_error: bool = True
    ) -> str:
        """Wait until the step has ended, printing what happens; returns its status.

        Args:
            show_output: Print statuses and the log.
            timeout_seconds: Return after that time; nothing is canceled by it.
            raise_on_error: Raise when the step has failed; otherwise the error is printed.

        Raises:
            ActivityFailedException: The step has failed.
            ExperimentExecutionException: Interrupted from the keyboard; the run goes on.
        """
        return watch_step(self, show_output=show_output, timeout_s=timeout_seconds, raise_on_error=raise_on_error)

    def get_metrics(
        self, name: str | None = None, recursive: bool = False, run_type: str | None = None, populate: bool = False
    ) -> dict[str, Any]:
        """What it logged, by metric name; for a reused step what the run logged that it took over."""
        taken = self._taken_over()
        if taken is not None:
            return taken.get_metrics(name, recursive, run_type, populate)
        return super().get_metrics(name, recursive, run_type, populate)

    def get_file_names(self) -> list[str]:
        """Names of its files, sorted; for a reused step those of the run that it took over."""
        taken = self._taken_over()
        return super().get_file_names() if taken is None else taken.get_file_names()

    def download_file(
        self, name: str, output_file_path: str | os.PathLike[str] | None = None, _validate_checksum: bool = False
    ) -> None:
        """Copy one of its files to a path or into a folder; without one into the current folder.

        Raises:
            UserErrorException: It has no such file; the message lists those it has.
        """
        taken = self._taken_over()
        if taken is not None:
            taken.download_file(name, output_file_path, _validate_checksum)
        else:
            super().download_file(name, output_file_path, _validate_checksum)

    def download_files(
        self,
        prefix: str | None = None,
        output_directory: str | os.PathLike[str] | None = None,
        output_paths: Sequence[str] | None = None,
        batch_size: int = 100,
        append_prefix: bool = True,
        timeout_seconds: int | None = None,
    ) -> None:
        """Copy the files in one of its folders, or all; see ``Run.download_files``.

        Raises:
            UserErrorException: No file is there, or the paths are not as many as the files.
        """
        taken = self._taken_over()
        options = (prefix, output_directory, output_paths, batch_size, append_prefix, timeout_seconds)
        if taken is not None:
            taken.download_files(*options)
        else:
            super().download_files(*options)

    def _repr_html_(self) -> str:
        row = {"Experiment": self.experiment.name, "Id": self.id, "Type": self.type, **step_row(self)}
        return html_table([{**row, "Details": self.get_portal_url()}])

    def _taken_over(self) -> StepRun | None:
        """The step run whose outputs this one took over; None when it ran itself."""
        reused = self._reused_run_id
        return StepRun(self.experiment, reused) if reused else None

    def _worker(self) -> RunSource:
        """The records of the run that did the work: its own, or those of the run that it took over."""
        reused = self._reused_run_id
        return RunSource(self.experiment.workspace, reused) if reused else self._source


def step_row(step: StepRun) -> dict[str, object]:
    """A step run in a table: its name, status, duration, and what it took over."""
    record = step._source.record()  # noqa: SLF001 - one area
    ended = record.ended_at if record.ended_at is not None else time.time()
    duration = f"{ended - record.started_at:.1f} s" if record.started_at is not None else ""
    return {"Step": step.name, "Status": step.get_status(), "Duration": duration, "Reused": record.reused_from or ""}


class StepRunOutput:
    """An output of a step run.

    Args:
        context: Accepted and not used.
        pipeline_run_id: Id of the pipeline run.
        step_run: The step run.
        name: Name of the port.
        step_output: Accepted and not used.
    """

    def __init__(
        self, context: object, pipeline_run_id: str, step_run: StepRun, name: str, step_output: object
    ) -> None:
        del context, step_output
        self._pipeline_run_id = pipeline_run_id
        self._step_run = step_run
        self._name = name

    def __repr__(self) -> str:
        return f"StepRunOutput({self._name!r})"

    @property
    def name(self) -> str:
        """Name of the port."""
        return self._name

    def get_port_data_reference(self) -> PortDataReference:
        """What was written to the port."""
        return self._step_run.get_output_data(self._name)
