"""The runner's loop: wait for the bell, take in what happened, look at the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from hyperstep.codec import from_json
from hyperstep.errors import LaunchError, NotOwnerError, StoreError
from hyperstep.file_systems import free_bytes
from hyperstep.launchers.base import Launcher
from hyperstep.pipeline.reuse import FORCED
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.records.attempt import AttemptKey
from hyperstep.records.run import ForcedRun, RunError
from hyperstep.records.status import RunStatus
from hyperstep.runtime.doorbell import Doorbell
from hyperstep.runtime.inbox import InboxWatch
from hyperstep.runtime.runner.attempts import Attempts
from hyperstep.runtime.runner.context import RunnerContext, Unit
from hyperstep.runtime.runner.data_paths import Found
from hyperstep.runtime.runner.obstacles import Patience, full_words
from hyperstep.runtime.runner.output_datasets import register_outputs
from hyperstep.runtime.runner.ownership import BEAT_S
from hyperstep.runtime.runner.pipeline_driver import PipelineDriver
from hyperstep.runtime.runner.requests import answer_requests
from hyperstep.runtime.runner.reuse.steady_inputs import recorded_states, states_property
from hyperstep.runtime.runner.reuse.step_facts import (
    Identified,
    StepQuestion,
    identify,
    states_at_start,
    tuning_facts,
)
from hyperstep.runtime.runner.reuse.step_sources import mark_forced
from hyperstep.runtime.runner.reuse.unread_inputs import UnreadInputs
from hyperstep.runtime.runner.script_driver import ScriptDriver
from hyperstep.runtime.runner.steps import Driver, declare_outputs, find_inputs, make_workplace
from hyperstep.runtime.runner.submitted import submitted
from hyperstep.runtime.runner.sweep_driver import SweepDriver
from hyperstep.runtime.runner.syncing import Syncing

TICK_S = 0.5
"""How long to wait for the bell before looking anyway, and how often limits of time are looked at."""

_LOOK_FOR_GUARD_S = 30.0


class Runner:
    """Drives one root run to its end.

    Args:
        context: What all drivers share.
        launcher: Where processes run.
        bell: Rung by trials, the launcher and whoever asks for something.
        patience: Where to tell that the run pauses.
        faults: See ``Attempts``.
    """

    def __init__(
        self,
        context: RunnerContext,
        launcher: Launcher,
        bell: Doorbell,
        patience: Patience,
        faults: Mapping[AttemptKey, str] | None = None,
    ) -> None:
        self._context = context
        self._launcher = launcher
        self._next_beat = self._next_guard = 0.0
        self._attempts = Attempts(context, launcher, faults)
        self._bell = bell
        self._patience = patience
        self._unread = UnreadInputs(context.note)
        self._inbox = InboxWatch(context.home.root_folder(context.root.id))
        self._syncing = Syncing(context.journal, context.home.store)

    def run(self) -> None:
        """Return when the root run has its terminal status."""
        self._keep_guarded()
        if not self._has_room():
            self._attempts.launch_nothing()
        driver = self._make_driver()
        self._context.do(driver.begin)
        next_tick = time.monotonic() + TICK_S
        has_more = False
        while not self._context.root.status.is_terminal:
            self._bell.wait(0.0 if has_more else TICK_S)
            has_more = self._attempts.pump()  # first what has happened already, then what somebody wants
            is_tick = time.monotonic() >= next_tick
            if self._inbox.has_news() or is_tick:  # a network's file system may tell of a change late
                answer_requests(self._context, lambda run_id, reason: self._cancel(driver, run_id, reason))
            if is_tick:
                next_tick = time.monotonic() + TICK_S
                self._context.check_owner()
                self._watch_room()
                driver.tick()
                self._attempts.enforce_limits()
                self._give_sign_of_life()
                self._syncing.tick(time.monotonic())
        answer_requests(self._context, lambda _run_id, _reason: None)
        self._syncing.finish()
        self._attempts.close()
        self._unread.close()

    def end_processes(self) -> None:
        """The runner cannot go on: leave no process behind."""
        self._attempts.end_all()
        self._attempts.close()

    def _give_sign_of_life(self) -> None:
        if time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + BEAT_S
            self._context.journal.check_in_place()
            self._beat()
        if time.monotonic() >= self._next_guard:
            self._keep_guarded()

    def _beat(self) -> None:
        """A database that refuses this refuses what matters too, if anything does: that is told then."""
        try:
            self._context.journal.beat(self._context.epoch, self._context.now())
        except NotOwnerError:
            raise
        except StoreError as error:
            self._context.note(f"no sign of life was given: {error}")

    def _keep_guarded(self) -> None:
        """A run goes on without a guard too, and looks for one again later."""
        try:
            self._launcher.keep_guarded()
        except (LaunchError, OSError) as error:  # as with no open file left for the look
            self._context.note(f"no trial host guards this runner: {error}")
            self._next_guard = time.monotonic() + _LOOK_FOR_GUARD_S

    def put_aside(self) -> Mapping[AttemptKey, str]:
        """Another ``Runner`` of this process goes on from the record; see ``Attempts.put_aside``.

        What keeps other runs waiting is let go last: before that the disk may once more take nothing for a while.
        """
        faults = self._attempts.put_aside()
        self._context.let_go()
        return faults

    def keep_watch(self) -> None:
        """What goes on while the run pauses: limits of time hold, and this runner stays guarded.

        Raises:
            NotOwnerError: A host knows of a later owner.
        """
        self._attempts.keep_watch()
        if time.monotonic() >= self._next_guard:
            self._keep_guarded()

    def _watch_room(self) -> None:
        """Start nothing new while little room is left: what runs can go on, and be recorded, on the rest."""
        if self._has_room():
            self._patience.tell("")
            self._context.do(self._attempts.launch_again)
        else:
            self._patience.tell(full_words(self._context.home.path))
            self._attempts.launch_nothing()

    def _has_room(self) -> bool:
        home = self._context.home
        return free_bytes(home.path) >= home.settings.min_free_bytes

    def _make_driver(self) -> Driver:
        envelope = submitted(self._context.journal)
        if envelope["kind"] == "pipeline":
            return PipelineDriver(self._context, self._attempts, from_json(PipelineSpec, envelope["spec"]))
        return self._make_single_driver(from_json(StepSpec, envelope["spec"]))

    def _make_single_driver(self, step: StepSpec) -> Driver:
        inputs = find_inputs(self._context, step, self._context.root, {})
        if step.tuning is not None:
            return self._make_sweep_driver(step, inputs)
        with self._context.transaction() as unit:
            run = declare_outputs(unit, self._context.root, step)
        place = make_workplace(self._context, step, run, inputs, {})
        return ScriptDriver(self._context, self._attempts, place, run.id, lambda _unit: self._single_done(step))

    def _make_sweep_driver(self, step: StepSpec, inputs: dict[str, Found]) -> Driver:
        """What the sweep is known by is found before anything is copied for its trials to read."""
        root, rules = self._context.root, self._context.envelope.reuse
        spec, home = PipelineSpec((step,)), self._context.home
        question = StepQuestion(home, root.workspace, spec, step, inputs, rules, root_id=root.id)
        found = identify(question)
        states = recorded_states(root) or states_at_start(question, found)
        with self._context.transaction() as unit:
            run = declare_outputs(unit, root, step)
            run = unit.change_run(run.id, properties={**run.properties, **states_property(states)})
        facts = replace(tuning_facts(question, found), inputs=inputs, states=states)
        place = replace(make_workplace(self._context, step, run, inputs, {}), facts=facts)
        forced = self._mark_forced(found) if facts.off in FORCED else None
        return SweepDriver(self._context, self._attempts, place, run.id, self._read_behind(question, found, forced))

    def _mark_forced(self, found: Identified) -> ForcedRun:
        """Let no older trial stand for the like of those of a sweep that is forced, from before its start."""
        root = self._context.root
        return mark_forced(self._context.home, root, found.fingerprint, root.started_at or self._context.now())

    def _read_behind(
        self, question: StepQuestion, found: Identified, forced: ForcedRun | None
    ) -> Callable[[Unit], None]:
        """What is done when a sweep ends; what was not read of its inputs is read while its trials run."""
        if found.unread:
            self._unread.begin(question, forced)

        def done(unit: Unit) -> None:
            self._single_done(question.step)
            unit.afterwards(lambda: self._unread.remember(question.step.id, found.fingerprint))

        return done

    def _single_done(self, step: StepSpec) -> None:
        if self._context.root.status is RunStatus.COMPLETED:
            register_outputs(self._context, self._context.root, step)

    def _cancel(self, driver: Driver, run_id: str, reason: str) -> None:
        if not self._context.runs[run_id].status.is_terminal:
            driver.cancel(run_id, reason)


def fail_all(context: RunnerContext, message: str) -> None:
    """Give every run that has not ended, as the journal says, the status Failed."""
    with context.transaction() as unit:
        for run in context.journal.runs():
            if not run.status.is_terminal:
                unit.change_run(run.id, status=RunStatus.FAILED, error=RunError("SystemError", message))
