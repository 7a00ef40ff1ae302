"""Driving a sweep: events are recorded, handed to the controller, and what it instructs is carried out."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from hyperstep.records.artifact import ArtifactRecord
from hyperstep.records.attempt import AttemptEnd, AttemptKey
from hyperstep.records.run import RunError, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.ranking import COUNTED_VALUES
from hyperstep.runtime.runner.attempt_order import AttemptOrder
from hyperstep.runtime.runner.attempts import Attempts
from hyperstep.runtime.runner.best_table import BestTable
from hyperstep.runtime.runner.context import RunnerContext, Unit
from hyperstep.runtime.runner.failures import failure_of
from hyperstep.runtime.runner.limits import limit_of
from hyperstep.runtime.runner.primary_metric import metric_values
from hyperstep.runtime.runner.records_file import METRIC_KINDS, Line
from hyperstep.runtime.runner.reuse.reused_trials import settled_properties, take_results
from hyperstep.runtime.runner.reuse.sweep_reuse import SweepReuse
from hyperstep.runtime.runner.reuse.sweep_seed import sweep_config
from hyperstep.runtime.runner.sweep_log import SWEEP_LOG, SweepLog
from hyperstep.runtime.runner.sweep_outcome import FINAL_STATUS, write_outputs
from hyperstep.runtime.runner.sweep_records import (
    best_properties,
    ending_properties,
    point_of,
    starting_properties,
    torn_decision,
    trial_arguments,
    trial_id,
    trial_index,
    trial_run,
    trials_of,
)
from hyperstep.runtime.runner.workplace import Workplace
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.events import (
    CancelRequested,
    MetricReported,
    PointSought,
    SweepEvent,
    SweepStarted,
    TimeAdvanced,
    TrialCancelRequested,
    TrialEnded,
    TrialStarted,
    event_from_json,
    event_to_json,
)
from hyperstep.sweep.instructions import (
    AwaitVerdicts,
    EndTrial,
    FinishSweep,
    Instruction,
    LaunchTrial,
    RecordDecision,
    StopTrial,
)


class SweepDriver:
    """Carries a sweep from its first trial, or from where an earlier owner left it, to its end.

    Args:
        context: The runner's.
        attempts: Where its trials run.
        place: What they run.
        sweep_id: The sweep's run.
        done: Called, within the transaction, when the sweep's run has its terminal status.
    """

    def __init__(
        self, context: RunnerContext, attempts: Attempts, place: Workplace, sweep_id: str, done: Callable[[Unit], None]
    ) -> None:
        if place.step.tuning is None:
            message = "a sweep needs a tuning step"
            raise TypeError(message)
        self._context = context
        self._attempts = attempts
        self._config = sweep_config(place.step.tuning, context.runs[sweep_id])
        self._effective = min(
            self._config.limits.max_concurrent, place.step.nodes or context.envelope.slots, context.envelope.slots
        )
        self._place = replace(place, processes=self._effective)
        self._sweep_id = sweep_id
        self._done = done
        self._controller = SweepController(self._config)
        self._log = SweepLog(context.home.run_folder(context.runs[sweep_id]))
        self._metrics_logged: dict[str, set[str]] = {}
        self._given_points = place.step.tuning.points
        self._further_properties = place.step.tuning.properties
        self._reuse = SweepReuse(context, self._place, sweep_id)
        self._best_table = BestTable(context, sweep_id, self._config.metric.name)

    def begin(self) -> None:
        """Start, or replay what was recorded and go on. Recorded points are taken as they are."""
        events = self._context.journal.events(self._sweep_id)
        started: dict[str, str] = {}
        if not events:
            self._config, started = self._reuse.begin_anew(self._config)
        else:
            self._config = self._reuse.take_up(self._config)
        trials = self._trials()
        points = [*(point_of(trial) for trial in trials), *self._given_points[len(trials) :]]
        self._controller = SweepController.replay(self._config, (event_from_json(e.body) for e in events), points)
        self._best_table.resume(self._controller.state.best())
        run = self._context.runs[self._sweep_id]
        if run.status is RunStatus.FINALIZING:
            self._finalize()
            return
        with self._context.transaction() as unit:
            if not events:
                own = starting_properties(self._config, self._effective)
                properties = {**run.properties, **own, **self._further_properties, **started}
                unit.change_run(run.id, status=RunStatus.RUNNING, properties=properties)
            self._log.tell_start(self._context.runs[self._sweep_id], again=bool(events))
            sequence = self._feed(unit, SweepStarted(at_s=self._context.now(), slots=self._effective))
            if not events:
                self._record_decision(unit, sequence, self._reuse.overview())
                self._record_decision(unit, sequence, self._reuse.history())
        if events:
            self._resume_trials()

    def cancel(self, run_id: str, reason: str) -> None:
        """End all trials, and the sweep ends Canceled; or, when ``run_id`` is a trial, that one only."""
        if self._context.runs[run_id].parent_id == self._sweep_id:
            self._cancel_trial(run_id, reason)
            return
        with self._context.transaction() as unit:
            unit.change_run(self._sweep_id, status=RunStatus.CANCEL_REQUESTED, reason=reason)
            self._feed(unit, CancelRequested(at_s=self._context.now(), reason=reason))

    def tick(self) -> None:
        """Tell the sweep that its time is over, once it is."""
        if self._controller.is_overdue(self._context.now()):
            with self._context.transaction() as unit:
                self._feed(unit, TimeAdvanced(at_s=self._context.now()))

    def attempt_started(self, unit: Unit, key: AttemptKey) -> None:
        """A trial's process is about to run."""
        unit.change_run(key.run_id, status=RunStatus.RUNNING)
        event = TrialStarted(at_s=self._context.now(), trial=trial_index(key.run_id), attempt=key.number)
        sequence = self._feed(unit, event)
        self._record_decision(unit, sequence, self._reuse.take_miss(key.run_id))

    def attempt_reported(self, unit: Unit, key: AttemptKey, lines: list[Line]) -> None:
        """Judge the values of the primary metric."""
        self._names_logged(key.run_id).update({line.name for line in lines if line.kind in METRIC_KINDS})
        metric = self._config.metric.name
        values = tuple(v for line in lines if line.name == metric for v in metric_values(line.kind, line.value))
        if values:
            trial = trial_index(key.run_id)
            event = MetricReported(at_s=self._context.now(), trial=trial, attempt=key.number, values=values)
            self._feed(unit, event)

    def attempt_ended(self, unit: Unit, end: AttemptEnd, fault: str, torn_bytes: int = 0) -> None:
        """A trial's process is gone."""
        event = self._ending(end, fault)
        sequence = self._feed(unit, event)
        if torn_bytes:
            self._record_decision(unit, sequence, torn_decision(end.key.number, torn_bytes, event.trial))

    def tries_again(self, end: AttemptEnd, fault: str) -> bool:
        """Whether another attempt of the trial follows."""
        return self._controller.tries_again(self._ending(end, fault))

    def _ending(self, end: AttemptEnd, fault: str) -> TrialEnded:
        attempt = self._context.home.attempt(self._context.runs[end.key.run_id], end.key.number)
        failed = end.exit_code != 0 and not fault
        return TrialEnded(
            at_s=self._context.now(),
            trial=trial_index(end.key.run_id),
            attempt=end.key.number,
            exit_code=end.exit_code,
            signal=end.signal,
            lost=end.lost,
            out_of_memory=end.out_of_memory,
            doubt=end.doubt,
            error=failure_of(end, attempt.log_file).message if failed else "",
            metrics=tuple(sorted(self._names_logged(end.key.run_id))),
            fault=fault,
        )

    def _cancel_trial(self, run_id: str, reason: str) -> None:
        with self._context.transaction() as unit:
            event = TrialCancelRequested(at_s=self._context.now(), trial=trial_index(run_id), reason=reason)
            self._feed(unit, event)

    def _feed(self, unit: Unit, event: SweepEvent) -> int:
        """Record an event and do what follows from it; returns its sequence."""
        body = event_to_json(event)
        sequence = unit.writer.append_event(self._sweep_id, type(event).__name__, body, event.at_s)
        instructions = self._controller.handle(event)
        self._best_table.take(unit, self._controller.state.best())
        for instruction in instructions:
            self._log.tell(self._sweep_id, instruction)
            self._carry_out(unit, sequence, instruction)
        if self._controller.may_foresee:
            unit.afterwards(self._foresee)
        return sequence

    def _foresee(self) -> None:
        """Have the next trial's point chosen now that every slot is taken; done already, it is not done again."""
        if self._controller.may_foresee:
            with self._context.transaction() as unit:
                self._feed(unit, PointSought(at_s=self._context.now()))

    def _carry_out(self, unit: Unit, event: int, instruction: Instruction) -> None:
        match instruction:
            case RecordDecision():
                self._record_decision(unit, event, instruction)
            case LaunchTrial():
                self._launch(unit, instruction)
            case StopTrial():
                key = AttemptKey(trial_id(self._sweep_id, instruction.trial), instruction.attempt)
                unit.change_run(key.run_id, status=RunStatus.CANCEL_REQUESTED, reason=instruction.reason)
                unit.afterwards(lambda: self._attempts.stop(key))
            case AwaitVerdicts():
                unit.change_run(trial_id(self._sweep_id, instruction.trial), status=RunStatus.FINALIZING)
            case EndTrial():
                self._end_trial(unit, instruction)
            case FinishSweep():
                self._finish(unit, instruction)

    def _record_decision(self, unit: Unit, event: int, decision: RecordDecision | None) -> None:
        if decision is None:
            return
        subject = self._sweep_id if decision.trial is None else trial_id(self._sweep_id, decision.trial)
        now = self._context.now()
        unit.writer.append_decision(self._sweep_id, event, decision.kind, subject, decision.evidence, now)

    def _launch(self, unit: Unit, instruction: LaunchTrial) -> None:
        run_id = trial_id(self._sweep_id, instruction.trial)
        if run_id in self._context.runs:
            unit.change_run(run_id, status=RunStatus.QUEUED)
        else:
            sweep = self._context.runs[self._sweep_id]
            run = trial_run(sweep, self._place.step, self._config, instruction.trial, instruction.point)
            unit.put_run(replace(run, created_at=self._context.now()))
        order = self._order(instruction.trial, instruction.attempt)
        unit.afterwards(lambda: self._start(order))

    def _start(self, order: AttemptOrder) -> None:
        """Let a finished trial stand for one that was to be started, or start it."""
        trial = trial_index(order.run_id)
        found = self._reuse.find(self._config, order, runs_anew=self._controller.trials[trial].runs_anew)
        if found is None:
            self._attempts.start(order)
            return
        now = self._context.now()
        with self._context.transaction() as unit:
            self._feed(unit, msgspec.structs.replace(found, at_s=now, trial=trial, attempt=order.number))

    def _order(self, trial: int, attempt: int) -> AttemptOrder:
        run = self._context.runs[trial_id(self._sweep_id, trial)]
        extra = trial_arguments(self._config, trial, point_of(run))
        files = self._config.resumed[trial].files if trial < len(self._config.resumed) else None
        return AttemptOrder(run.id, attempt, self._place, self, extra, files)

    def _end_trial(self, unit: Unit, instruction: EndTrial) -> None:
        error = RunError("UserError", instruction.error) if instruction.status is RunStatus.FAILED else None
        run = self._context.runs[trial_id(self._sweep_id, instruction.trial)]
        trial = self._controller.trials[instruction.trial]
        if trial.reused_from:
            run = unit.put_run(take_results(self._context, unit, run, trial.reused_from))
        elif instruction.status is not RunStatus.FAILED:
            settled = {**settled_properties(self._context, run), **self._reuse.ended(run.id)}
            run = replace(run, properties={**run.properties, **settled})
        properties = {**run.properties, **ending_properties(trial)}
        unit.change_run(
            run.id, status=instruction.status, reason=instruction.reason, error=error, properties=properties
        )

    def _finish(self, unit: Unit, instruction: FinishSweep) -> None:
        properties = {
            **self._context.runs[self._sweep_id].properties,
            **best_properties(self._sweep_id, instruction.best, self._controller.best_value()),
            FINAL_STATUS: instruction.status.value,
        }
        for run in self._trials()[len(self._controller.state.counted_trials) :]:
            unit.change_run(run.id, properties={**run.properties, COUNTED_VALUES: "0"})
        self._reuse.vindicate(unit)
        self._best_table.close(unit)
        unit.change_run(self._sweep_id, status=RunStatus.FINALIZING, reason=instruction.reason, properties=properties)
        unit.afterwards(self._finalize)

    def _finalize(self) -> None:
        """Write the step's outputs, then give the sweep its terminal status."""
        sweep = self._context.runs[self._sweep_id]
        status, error = write_outputs(self._context, self._place, self._config.metric, sweep)
        properties = {k: v for k, v in sweep.properties.items() if k != FINAL_STATUS}
        with self._context.transaction() as unit:
            self._keep_log(unit)
            unit.change_run(self._sweep_id, status=status, error=error, properties=properties)
            self._done(unit)

    def _keep_log(self, unit: Unit) -> None:
        path = self._log.path
        self._log.close()
        if path.exists():
            digest = self._context.home.artifacts.put_file(path)
            unit.writer.add_artifact(ArtifactRecord(self._sweep_id, SWEEP_LOG, digest, path.stat().st_size))

    def _resume_trials(self) -> None:
        for run in self._trials():
            if run.status.is_terminal or not self._controller.trials[run.number].occupies_slot:
                continue
            attempts = self._context.journal.attempts(run.id)
            attempt = self._controller.attempt_of(run.number)
            last = attempts[-1] if attempts else None
            if last is not None and last.key.number == attempt and last.end is not None:
                with self._context.transaction() as unit:
                    self.attempt_ended(unit, last.end, limit_of(last.end, self._place.step.code.max_duration_s))
                continue
            order = self._order(run.number, attempt)
            if last is None and run.status is RunStatus.QUEUED:
                self._start(order)
            else:
                self._attempts.resume(order, stopping=run.status is RunStatus.CANCEL_REQUESTED)

    def _trials(self) -> list[RunRecord]:
        return trials_of(self._sweep_id, self._context.runs.values())

    def _names_logged(self, run_id: str) -> set[str]:
        if run_id not in self._metrics_logged:
            self._metrics_logged[run_id] = {m.name for m in self._context.journal.metrics(run_id)}
        return self._metrics_logged[run_id]
