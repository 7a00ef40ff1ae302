"""Driving a pipeline: each step is reused or run as soon as all before it have completed."""

from __future__ import annotations

from contextlib import closing, suppress
from functools import partial
from typing import Any

from msgspec.structs import replace

from hyperstep.errors import USER_FAULTS, HyperstepError, InvalidInputError
from hyperstep.pipeline.fingerprint import Fingerprint
from hyperstep.pipeline.graph import step_labels
from hyperstep.pipeline.progress import hopeless_steps, pipeline_outcome, ready_steps
from hyperstep.pipeline.reuse import FORCED, Reason, switched_off
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.records.run import ForcedRun, RunError, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.attempts import Attempts
from hyperstep.runtime.runner.context import RunnerContext, Unit
from hyperstep.runtime.runner.data_paths import Found
from hyperstep.runtime.runner.obstacles import reraise_passing
from hyperstep.runtime.runner.output_datasets import register_outputs
from hyperstep.runtime.runner.reuse.reused_steps import STEP_READY, complete_reused, record_decision
from hyperstep.runtime.runner.reuse.seen_records import seen_as_given, seen_of
from hyperstep.runtime.runner.reuse.source_files import set_damaged_aside
from hyperstep.runtime.runner.reuse.steady_inputs import (
    NoSourceError,
    States,
    recorded_states,
    require_steady,
    states_property,
)
from hyperstep.runtime.runner.reuse.step_claims import StepClaims
from hyperstep.runtime.runner.reuse.step_facts import Around, Identified, StepQuestion, states_at_start, tuning_facts
from hyperstep.runtime.runner.reuse.step_reuse import ReuseAnswer, find_equal, look_for_source
from hyperstep.runtime.runner.reuse.step_sources import mark_forced, remember_refusal, remember_step
from hyperstep.runtime.runner.reuse.unread_inputs import UnreadInputs
from hyperstep.runtime.runner.steps import Driver, declare_outputs, find_inputs, make_workplace, step_driver


class PipelineDriver:
    """Carries a pipeline run to its end.

    Args:
        context: The runner's.
        attempts: Where processes run.
        spec: The pipeline.
    """

    def __init__(self, context: RunnerContext, attempts: Attempts, spec: PipelineSpec) -> None:
        self._context = context
        self._attempts = attempts
        self._spec = spec
        self._run_ids = {
            run.properties["azureml.nodeid"]: run.id
            for run in context.runs.values()
            if run.parent_id == context.root.id and "azureml.nodeid" in run.properties
        }
        self._labels = step_labels(spec)
        self._drivers: dict[str, Driver] = {}
        self._fingerprints: dict[str, Fingerprint] = {}
        self._claims = StepClaims(context.home.path, context.root.id, partial(_is_open, context.home))
        context.let_go = self._claims.close
        self._waiting: set[str] = set()
        """Ids of steps that an equal one of another run keeps waiting."""
        self._unclaimed: set[str] = set()
        """Ids of steps of an earlier owner whose claim is to be taken back."""
        self._unread = UnreadInputs(context.note)
        self._canceling = context.root.status is RunStatus.CANCEL_REQUESTED

    def begin(self) -> None:
        """Start, or go on with the steps that an earlier owner had started."""
        root = self._context.root
        if root.status is RunStatus.NOT_STARTED:
            with self._context.transaction() as unit:
                unit.change_run(root.id, status=RunStatus.RUNNING)
        else:
            self._fingerprints = self._recorded_fingerprints()
            self._remember_earlier()
            self._unclaimed = set(self._fingerprints)
            self._take_claims_back()
            self._mark_earlier()
        for step in self._spec.steps:
            run = self._run_of(step)
            if run.status is not RunStatus.NOT_STARTED and not run.status.is_terminal:
                self._enter_again(step)
        if self._canceling:
            self.cancel(root.id, root.reason)
        self._advance()

    def cancel(self, run_id: str, reason: str) -> None:
        """End all steps, and those not started never will be; or what ``run_id`` is: a step, a sweep, a trial."""
        if run_id != self._context.root.id:
            self._driver_above(run_id).cancel(run_id, reason)
            return
        self._canceling = True
        with self._context.transaction() as unit:
            unit.change_run(self._context.root.id, status=RunStatus.CANCEL_REQUESTED, reason=reason)
            for step in self._spec.steps:
                if self._run_of(step).status is RunStatus.NOT_STARTED:
                    unit.change_run(self._run_ids[step.id], status=RunStatus.CANCELED, reason=reason)
        for step_run_id, driver in list(self._drivers.items()):
            driver.cancel(step_run_id, reason)
        self._advance()

    def tick(self) -> None:
        """Time went by for every step under way."""
        for driver in list(self._drivers.values()):
            driver.tick()
        if self._unclaimed:
            self._take_claims_back()
        if self._waiting:
            self._advance()

    def _driver_above(self, run_id: str) -> Driver:
        """The driver of the step that a run is, or belongs to.

        Raises:
            InvalidInputError: That step is not under way.
        """
        above: str | None = run_id
        while above is not None and above not in self._drivers:
            above = self._context.runs[above].parent_id
        if above is None:
            rule = "Only what is under way can be canceled; to keep a step from starting, cancel the pipeline run."
            raise InvalidInputError(rule, received=run_id)
        return self._drivers[above]

    def _advance(self) -> None:
        statuses = self._statuses()
        with self._context.transaction() as unit:
            for step, reason in hopeless_steps(self._spec, statuses):
                unit.change_run(self._run_ids[step.id], status=RunStatus.CANCELED, reason=reason)
        for step in ready_steps(self._spec, self._statuses()):
            if self._run_of(step).status is RunStatus.NOT_STARTED:
                self._enter(step)
        outcome = pipeline_outcome(self._spec, self._statuses(), cancel_requested=self._canceling)
        if outcome is not None and not self._context.root.status.is_terminal:
            with self._context.transaction() as unit:
                unit.change_run(self._context.root.id, status=outcome, error=self._error(outcome))

    def _enter(self, step: StepSpec) -> None:
        """Reuse a step, or put it to work."""
        run = self._run_of(step)
        if step.id in self._waiting and not self._may_look(step):
            return
        try:
            inputs = self._find_inputs(step)
            question = self._question(step, inputs)
            answer = look_for_source(question, self._context.now())
            self._fingerprints[step.id] = answer.fingerprint
            if answer.may_be_shared:
                if not self._claims.take(answer.fingerprint.digest):
                    self._wait(step)
                    return
                answer = self._look_again(question, answer)
            if answer.source is not None:
                complete_reused(self._context, step, run, answer, answer.source, self._advance)
            else:
                set_damaged_aside(self._context.home, answer.decision)
                states = states_at_start(question, answer.found)
                forced = self._mark_forced(step, answer.decision.reason)
                self._prepare(step, answer, states)
                if answer.found.unread:
                    self._unread.begin(question, forced)
                self._work(step, inputs, answer.found.unread)
        except (*USER_FAULTS, OSError) as error:
            reraise_passing(error, self._context.home)
            self._fail(step, str(error))

    def _wait(self, step: StepSpec) -> None:
        """An equal step is under way in another run: look again until that one has ended."""
        if step.id not in self._waiting:
            self._context.note(f"step '{step.name}' waits for an equal one that is under way in another run")
            self._waiting.add(step.id)

    def _may_look(self, step: StepSpec) -> bool:
        """Whether the equal step of the other run has ended: what is looked at may be large."""
        digest = self._fingerprints[step.id].digest
        if not self._claims.take(digest):
            return False
        self._claims.release(digest)
        return True

    def _look_again(self, question: StepQuestion, answer: ReuseAnswer) -> ReuseAnswer:
        """A step is claimed now: another run may have completed an equal one just before."""
        self._waiting.discard(question.step.id)
        found = find_equal(question, self._context.now())
        if found is None or found.source is None:
            return answer
        self._claims.release(answer.fingerprint.digest)
        return found

    def _enter_again(self, step: StepSpec) -> None:
        """Go on with a step that an earlier owner put to work: as it was decided then, whatever its inputs are now."""
        try:
            self._work(step, self._find_inputs(step))
        except (*USER_FAULTS, OSError) as error:
            reraise_passing(error, self._context.home)
            self._fail(step, str(error))

    def _mark_forced(self, step: StepSpec, reason: Reason | None) -> ForcedRun | None:
        """Let nothing older than a step that is forced stand for its like: from before its start, come what may."""
        run = self._run_of(step)
        if reason not in FORCED:
            return None
        began_at = run.started_at or self._context.now()
        return mark_forced(self._context.home, run, self._fingerprints[step.id], began_at)

    def _mark_earlier(self) -> None:
        """See that what an earlier owner forced is known by the content of its inputs too."""
        rules, regenerate = self._context.envelope.reuse, self._spec.regenerate_outputs
        for step in self._spec.steps:
            off = switched_off(step, rules, regenerate=regenerate) if step.id in self._fingerprints else None
            forced = self._mark_forced(step, off)
            if forced is not None:
                with suppress(*USER_FAULTS, OSError):  # gone: nobody can read it
                    self._unread.begin_again(self._question(step, self._find_inputs(step)), forced)

    def _take_claims_back(self) -> None:
        """Claim what an earlier owner had claimed, and let others have what has ended since."""
        open_still = [step for step in self._spec.steps if step.id in self._unclaimed]
        taken = [step for step in open_still if self._claims.take_back(self._fingerprints[step.id].digest)]
        for step in taken:  # only now: equal steps have one claim
            self._unclaimed.discard(step.id)
            if self._run_of(step).status.is_terminal:
                self._claims.release(self._fingerprints[step.id].digest)

    def _find_inputs(self, step: StepSpec) -> dict[str, Found]:
        producers = {other.id: self._run_of(other) for other in self._spec.steps}
        return find_inputs(self._context, step, self._run_of(step), producers)

    def _recorded_fingerprints(self) -> dict[str, Fingerprint]:
        """Those of the steps that an earlier owner decided on, by step."""
        events = self._context.journal.events(self._context.root.id)
        bodies: list[Any] = [event.body for event in events if event.kind == STEP_READY]
        return {body["step"]: Fingerprint(parts=body["parts"], digest=body["digest"]) for body in bodies}

    def _prepare(self, step: StepSpec, answer: ReuseAnswer, states: States) -> None:
        with self._context.transaction() as unit:
            record_decision(self._context, unit, step, self._run_ids[step.id], answer)
            run = declare_outputs(unit, self._run_of(step), step)
            properties = {**run.properties, **states_property(states)}
            unit.change_run(run.id, status=RunStatus.PREPARING, properties=properties)

    def _question(self, step: StepSpec, inputs: dict[str, Found]) -> StepQuestion:
        context = self._context
        home, rules = context.home, context.envelope.reuse
        around, root = self._around(), context.root
        return StepQuestion(home, root.workspace, self._spec, step, inputs, rules, around, root.id)

    def _around(self) -> Around:
        runs = {self._labels[step.id]: self._run_of(step) for step in self._spec.steps}
        computed = {label: run.reused_from or run.id for label, run in runs.items() if run.ended_at is not None}
        state = partial(seen_of, self._context.journal, self._context.root.id)
        return Around(
            tuple(run.name for run in runs.values()), computed, state, lambda: seen_as_given(self._context.root)
        )

    def _work(self, step: StepSpec, inputs: dict[str, Found], unread: tuple[str, ...] = ()) -> None:
        run = self._run_of(step)
        place = make_workplace(self._context, step, run, inputs, self._spec.parameters)
        if step.tuning is not None:
            found = Identified(self._fingerprints[step.id], unread)
            facts = tuning_facts(self._question(step, inputs), found)
            place = replace(place, facts=replace(facts, inputs=inputs, states=recorded_states(run)))
        driver = step_driver(self._context, self._attempts, place, run.id, partial(self._step_done, step))
        self._drivers[run.id] = driver
        driver.begin()

    def _step_done(self, step: StepSpec, unit: Unit) -> None:
        run = self._run_of(step)
        self._drivers.pop(run.id, None)
        if run.status is RunStatus.COMPLETED:
            register_outputs(self._context, run, step)  # before anybody can see that the step has completed
            unit.afterwards(lambda: self._remember(step, run, self._fingerprints[step.id]))
        else:
            unit.afterwards(lambda: self._unread.remember(step.id, self._fingerprints[step.id]))
        unit.afterwards(lambda: self._claims.release(self._fingerprints[step.id].digest))
        unit.afterwards(self._advance)

    def _remember(self, step: StepSpec, run: RunRecord, fingerprint: Fingerprint) -> None:
        """Keep a completed step as a source; what cannot be kept costs a later run only."""
        try:
            self._keep(step, run, fingerprint)
            self._unread.remember(step.id, fingerprint)
        except (*USER_FAULTS, OSError) as error:
            self._context.note(f"step '{step.name}' cannot be reused later: {error}")

    def _keep(self, step: StepSpec, run: RunRecord, fingerprint: Fingerprint) -> None:
        try:
            require_steady(run, step, self._find_inputs(step), self._context.envelope.reuse, self._trials_of(run))
            remember_step(self._context.home, run, step, fingerprint, self._context.now())
        except NoSourceError as error:
            remember_refusal(self._context.home, run, step, fingerprint, error)
            raise

    def _trials_of(self, step_run: RunRecord) -> list[RunRecord]:
        runs = self._context.runs.values()
        sweeps = {run.id for run in runs if run.parent_id == step_run.id}
        return [run for run in runs if run.parent_id in sweeps]

    def _remember_earlier(self) -> None:
        """Keep what an earlier owner completed and could not keep before it died."""
        for step in self._spec.steps:
            run = self._run_of(step)
            if run.status is RunStatus.COMPLETED and run.reused_from is None:
                fingerprint = self._fingerprints[step.id]
                known = self._context.home.store.recall(run.workspace, fingerprint.digest)
                if known is None or known.created_at < (run.ended_at or 0.0):
                    self._remember(step, run, fingerprint)

    def _fail(self, step: StepSpec, message: str) -> None:
        with self._context.transaction() as unit:
            unit.change_run(self._run_ids[step.id], status=RunStatus.FAILED, error=RunError("UserError", message))
            if step.id in self._fingerprints:
                unit.afterwards(lambda: self._claims.release(self._fingerprints[step.id].digest))
            unit.afterwards(self._advance)

    def _error(self, outcome: RunStatus) -> RunError | None:
        if outcome is not RunStatus.FAILED:
            return None
        failed = next(run for step in self._spec.steps if (run := self._run_of(step)).status is RunStatus.FAILED)
        cause = failed.error.message if failed.error else failed.reason
        return RunError(
            "UserError", f"Step '{failed.name}' failed: {cause}", failed.error.details if failed.error else ""
        )

    def _run_of(self, step: StepSpec) -> RunRecord:
        return self._context.runs[self._run_ids[step.id]]

    def _statuses(self) -> dict[str, RunStatus]:
        return {step.id: self._run_of(step).status for step in self._spec.steps}


def _is_open(home: Home, root_id: str) -> bool:
    """Whether a root run has not ended, as far as anybody can tell."""
    try:
        with closing(home.store.journal(root_id)) as journal:
            return not journal.run(root_id).status.is_terminal
    except HyperstepError:
        return False
