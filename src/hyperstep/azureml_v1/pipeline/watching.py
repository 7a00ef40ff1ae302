"""Waiting for pipeline and step runs, with v1's landmarks on standard output."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.run_details import details
from hyperstep.azureml_v1.core.run_source import RunSource
from hyperstep.azureml_v1.core.run_waiting import LogPrinter, wait_for_end
from hyperstep.azureml_v1.exceptions import ActivityFailedException, ExperimentExecutionException
from hyperstep.azureml_v1.pipeline.console import say
from hyperstep.azureml_v1.pipeline.run_status import pipeline_status, step_status
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.foreground import after_interrupt

if TYPE_CHECKING:
    from hyperstep.azureml_v1.pipeline.pipeline_run import PipelineRun
    from hyperstep.azureml_v1.pipeline.step_run import StepRun

_RULE = "=" * 40


def watch_pipeline(run: PipelineRun, *, show_output: bool, timeout_s: float, raise_on_error: bool) -> str:
    """Wait until a pipeline run has ended, or the time is over; returns its status.

    Raises:
        ActivityFailedException: It has failed, and ``raise_on_error``.
        ExperimentExecutionException: Interrupted from the keyboard; the run goes on.
    """
    narrator = _PipelineNarrator(run._source)  # noqa: SLF001 - one area
    if show_output:
        say(f"PipelineRunId: {run.id}")
        say(f"Link to this run: {run.get_portal_url()}")
    record = _wait(run, narrator.look if show_output else None, timeout_s)
    if not record.status.is_terminal:
        say(f"Timed out after {timeout_s:g} seconds; run {run.id} goes on.")
        return run.get_status()
    _conclude(run, "PipelineRun", show_output=show_output, raise_on_error=raise_on_error)
    return run.get_status()


def watch_step(run: StepRun, *, show_output: bool, timeout_s: float, raise_on_error: bool) -> str:
    """Wait until a step run has ended, or the time is over; returns its status.

    Raises:
        ActivityFailedException: It has failed, and ``raise_on_error``.
        ExperimentExecutionException: Interrupted from the keyboard; the run goes on.
    """
    narrator = _StepNarrator(run._source)  # noqa: SLF001 - one area
    record = _wait(run, narrator.look if show_output else None, timeout_s)
    if not record.status.is_terminal:
        say(f"Timed out after {timeout_s:g} seconds; run {run.id} goes on.")
        return run.get_status()
    _conclude(run, "StepRun", show_output=False, raise_on_error=raise_on_error)
    return run.get_status()


class _StepNarrator:
    """Tells a step's statuses and log while it goes on.

    Args:
        source: The step run.
    """

    def __init__(self, source: RunSource) -> None:
        self._source = source
        self._status: RunStatus | None = None
        self._log: LogPrinter | None = None

    def look(self) -> None:
        """Tell what is new."""
        record = self._source.record()
        if self._status is None:
            say(f"\nStepRunId: {record.id}\nLink to this run: hyperstep show {record.id}")
        changed = record.status is not self._status
        self._status = record.status
        if changed and not record.status.is_terminal:
            say(f"StepRun( {record.name} ) Status: {step_status(record.status)}")
        self._stream(record)
        if changed and record.status.is_terminal:
            self._summarize(record)

    def _stream(self, record: RunRecord) -> None:
        if record.reused_from or record.status is RunStatus.NOT_STARTED:
            return
        if self._log is None:
            sweeps = self._source.journal.runs(parent_id=record.id, kind=RunKind.SWEEP)
            source = RunSource(self._source.workspace, sweeps[0].id) if sweeps else self._source
            if source.log_file() is None:
                return
            self._log = LogPrinter(source)
        self._log.print_new()

    def _summarize(self, record: RunRecord) -> None:
        status = step_status(record.status)
        say(f"\nStepRun({record.name}) Execution Summary\n{_RULE}\nStepRun( {record.name} ) Status: {status}")
        if record.reused_from:
            say(f"Reused: the outputs are those of run {record.reused_from}")
        elif record.error is not None:
            say(f"Error: {record.error.message}")
        elif record.reason:
            say(f"Reason: {record.reason}")


class _PipelineNarrator:
    """Tells a pipeline's statuses while it goes on, and of each step that has begun, in the order in which they begin.

    Args:
        source: The pipeline run.
    """

    def __init__(self, source: RunSource) -> None:
        self._source = source
        self._status: RunStatus | None = None
        self._steps: dict[str, _StepNarrator] = {}

    def look(self) -> None:
        """Tell what is new."""
        status = self._source.record().status
        if status is not self._status and not status.is_terminal:
            say(f"PipelineRun Status: {pipeline_status(status)}")
        self._status = status
        found = self._source.journal.runs(parent_id=self._source.run_id, kind=RunKind.STEP)
        for record in sorted(found, key=lambda step: step.number):
            if record.id not in self._steps and record.status is not RunStatus.NOT_STARTED:
                self._steps[record.id] = _StepNarrator(RunSource(self._source.workspace, record.id))
        for step in self._steps.values():
            step.look()


def _wait(run: PipelineRun | StepRun, look: Callable[[], None] | None, timeout_s: float) -> RunRecord:
    end = time.monotonic() + timeout_s
    try:
        return wait_for_end(
            run._source,  # noqa: SLF001 - one area
            look or _nothing,
            done=lambda _record: time.monotonic() >= end,
        )
    except KeyboardInterrupt as error:
        message = f"The waiting was interrupted; {after_interrupt(run.id)}. See it with: {run.get_portal_url()}"
        raise ExperimentExecutionException(message) from error


def _conclude(run: PipelineRun | StepRun, title: str, *, show_output: bool, raise_on_error: bool) -> None:
    found: dict[str, Any] = details(run._source)  # noqa: SLF001 - one area
    if show_output:
        say(f"\n\n{title} Execution Summary\n{_RULE}\n{title} Status: {run.get_status()}")
        say(str({key: found[key] for key in ("runId", "status", "startTimeUtc", "endTimeUtc", "properties")}))
    if "error" not in found:
        return
    if raise_on_error:
        raise ActivityFailedException(found["error"])
    say(f"Error: {found['error']['error']['message']}")


def _nothing() -> None:
    """Show nothing."""
