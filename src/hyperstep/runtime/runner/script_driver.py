"""Driving a step that is one process."""

from __future__ import annotations

from collections.abc import Callable

from hyperstep.records.attempt import AttemptEnd, AttemptKey
from hyperstep.records.run import RunError
from hyperstep.records.status import RunStatus
from hyperstep.runtime.runner.attempt_order import AttemptOrder
from hyperstep.runtime.runner.attempts import Attempts
from hyperstep.runtime.runner.context import RunnerContext, Unit
from hyperstep.runtime.runner.failures import failure_of
from hyperstep.runtime.runner.limits import limit_of
from hyperstep.runtime.runner.records_file import Line, TrialLine
from hyperstep.runtime.runner.sweep_records import torn_decision
from hyperstep.runtime.runner.workplace import Workplace
from hyperstep.sweep.ending import is_loss_tried_again

MAX_LOST_ATTEMPTS = 2
"""How often a step is started again after its process was ended from outside."""


class ScriptDriver:
    """One process, started again when it is lost.

    Args:
        context: The runner's.
        attempts: Where it runs.
        place: What it runs.
        run_id: The step run or script run that it is.
        done: Called, within the transaction, when the run has ended.
    """

    def __init__(
        self, context: RunnerContext, attempts: Attempts, place: Workplace, run_id: str, done: Callable[[Unit], None]
    ) -> None:
        self._context = context
        self._attempts = attempts
        self._place = place
        self._run_id = run_id
        self._done = done
        self._number = 0
        run = context.runs[run_id]
        self._canceling = run.status is RunStatus.CANCEL_REQUESTED
        self._cancel_reason = run.reason if self._canceling else ""
        self._fault = ""

    def begin(self) -> None:
        """Start the process, or go on with the one of an earlier owner."""
        earlier = self._context.journal.attempts(self._run_id)
        self._number = earlier[-1].key.number if earlier else 0
        if not earlier and not self._canceling:
            with self._context.transaction() as unit:
                unit.change_run(self._run_id, status=RunStatus.QUEUED)
        if earlier and earlier[-1].end is not None:
            end = earlier[-1].end
            with self._context.transaction() as unit:
                self.attempt_ended(unit, end, limit_of(end, self._place.step.code.max_duration_s))
            return
        self._attempts.resume(self._order(), stopping=self._canceling)

    def cancel(self, run_id: str, reason: str) -> None:  # noqa: ARG002 - it drives one run only
        """End the process; the run ends Canceled."""
        self._canceling, self._cancel_reason = True, reason
        with self._context.transaction() as unit:
            unit.change_run(self._run_id, status=RunStatus.CANCEL_REQUESTED, reason=reason)
        self._attempts.stop(AttemptKey(self._run_id, self._number))

    def tick(self) -> None:
        """Nothing here depends on time."""

    def attempt_started(self, unit: Unit, key: AttemptKey) -> None:
        """The run is under way."""
        unit.change_run(key.run_id, status=RunStatus.RUNNING)

    def attempt_reported(self, unit: Unit, key: AttemptKey, lines: list[Line]) -> None:  # noqa: ARG002 - owners share it
        """Keep what ``run.fail`` said."""
        for line in lines:
            if isinstance(line, TrialLine) and line.kind == "error":
                self._fault = str(line.body.get("message", ""))

    def attempt_ended(self, unit: Unit, end: AttemptEnd, fault: str, torn_bytes: int = 0) -> None:
        """Start again when it was ended from outside; else the run ends as the process did."""
        if torn_bytes:
            self._record_torn(unit, end.key.number, torn_bytes)
        if self.tries_again(end, fault):
            self._number += 1
            unit.change_run(self._run_id, status=RunStatus.QUEUED)
            order = self._order()
            unit.afterwards(lambda: self._attempts.start(order))
            return
        self._end_run(unit, end, fault)
        self._done(unit)

    def tries_again(self, end: AttemptEnd, fault: str) -> bool:
        """Whether another attempt follows."""
        if not end.is_loss or fault or self._canceling:
            return False
        earlier = [a.end for a in self._context.journal.attempts(self._run_id) if a.key.number < end.key.number]
        starved = bool(end.out_of_memory) + sum(bool(other and other.out_of_memory) for other in earlier)
        return is_loss_tried_again(self._number, starved, MAX_LOST_ATTEMPTS)

    def _record_torn(self, unit: Unit, attempt: int, torn_bytes: int) -> None:
        decision, now = torn_decision(attempt, torn_bytes), self._context.now()
        event = unit.writer.append_event(self._run_id, "AttemptEnded", {"attempt": attempt}, now)
        unit.writer.append_decision(self._run_id, event, decision.kind, self._run_id, decision.evidence, now)

    def _order(self) -> AttemptOrder:
        return AttemptOrder(self._run_id, self._number, self._place, self)

    def _end_run(self, unit: Unit, end: AttemptEnd, fault: str) -> None:
        if self._canceling:
            unit.change_run(self._run_id, status=RunStatus.CANCELED, reason=self._cancel_reason)
        elif fault:
            unit.change_run(self._run_id, status=RunStatus.FAILED, error=RunError("UserError", fault))
        elif end.succeeded:
            unit.change_run(self._run_id, status=RunStatus.COMPLETED)
        else:
            attempt = self._context.home.attempt(self._context.runs[self._run_id], end.key.number)
            error = failure_of(end, attempt.log_file)
            if self._fault:
                error = RunError(error.code, f"{self._fault} ({error.message})", error.details)
            unit.change_run(self._run_id, status=RunStatus.FAILED, error=error)
