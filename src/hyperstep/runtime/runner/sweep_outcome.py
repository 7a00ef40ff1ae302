"""How a sweep ends after its last trial: its step's outputs are written, its error is told with the log of a trial."""

from __future__ import annotations

from hyperstep.errors import USER_FAULTS
from hyperstep.records.goal import PrimaryMetric
from hyperstep.records.run import RunError, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.failures import log_tail
from hyperstep.runtime.runner.obstacles import reraise_passing
from hyperstep.runtime.runner.sweep_records import trials_of
from hyperstep.runtime.runner.training_outputs import write_metrics, write_models
from hyperstep.runtime.runner.workplace import Workplace

FINAL_STATUS = "final_status"
"""Property of a sweep's run while its outputs are written: how it will end."""


def write_outputs(
    context: RunnerContext, place: Workplace, metric: PrimaryMetric, sweep: RunRecord
) -> tuple[RunStatus, RunError | None]:
    """Write the step's outputs; returns the sweep's terminal status and error.

    Args:
        context: The runner's.
        place: Where the outputs go.
        metric: The primary metric.
        sweep: Its record, with ``FINAL_STATUS``.
    """
    status = RunStatus(sweep.properties[FINAL_STATUS])
    try:
        write_metrics(context, place, sweep)
        if status is RunStatus.COMPLETED:
            write_models(context, place, metric, sweep)
    except (*USER_FAULTS, OSError) as failure:
        reraise_passing(failure, context.home)
        return RunStatus.FAILED, RunError("UserError", str(failure))
    return status, _failure(context, sweep) if status is RunStatus.FAILED else None


def _failure(context: RunnerContext, sweep: RunRecord) -> RunError:
    """The sweep's error, with the log of the first trial that failed."""
    trials = trials_of(sweep.id, context.runs.values())
    failed = next((trial for trial in trials if trial.status is RunStatus.FAILED), None)
    if failed is None:
        return RunError("UserError", sweep.reason)
    attempts = context.journal.attempts(failed.id)
    log = context.home.attempt(failed, attempts[-1].key.number if attempts else 0).log_file
    message = f"{sweep.reason.removesuffix('.')}. Log of trial {failed.number}: {log}"
    return RunError("UserError", message, log_tail(log))
