"""Interleaved at will: turns, losses, cancels, late events and replaced owners, over the pure controller."""

from __future__ import annotations

import copy
import random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.sweep.test_logical_time import WORLDS, World, configs

from hyperstep.records.status import RunStatus
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.decision_log import decision_digest
from hyperstep.sweep.events import (
    CancelRequested,
    MetricReported,
    SweepStarted,
    TrialCancelRequested,
    TrialEnded,
    TrialStarted,
)
from hyperstep.sweep.instructions import RecordDecision
from hyperstep.testing.simulation import Simulation

PICK = st.randoms(use_true_random=False)


class Interleaved(Simulation):
    """A simulation whose every turn somebody else chooses."""

    def start(self, slots: int) -> None:
        self.feed(SweepStarted(at_s=0.0, slots=slots))

    @property
    def live(self) -> list[int]:
        return list(self._live)

    def turn(self, trial: int) -> None:
        self._take_turn(trial)

    def lose(self, trial: int) -> None:
        attempt, _ = self._live.pop(trial)
        self.feed(TrialEnded(at_s=self.now_s, trial=trial, attempt=attempt, exit_code=None, lost=True))

    @property
    def digest(self) -> str | None:
        return decision_digest(decisions(self))


def decisions(simulation: Simulation) -> list[RecordDecision]:
    return [i for i in simulation.instructions if isinstance(i, RecordDecision)]


def kinds(simulation: Simulation) -> set[str]:
    return {decision.kind for decision in decisions(simulation)}


class SweepMachine(RuleBasedStateMachine):
    """A deterministic sweep to which anything happens in any order.

    What was launched by the time of a cancel is a race, and so it is where a trial that logs nothing halts the others.
    """

    @initialize(config=configs(), world=WORLDS, slots=st.sampled_from([1, 2, 4, 16]))
    def submit(self, config: SweepConfig, world: World, slots: int) -> None:
        self.config, self.world, self.slots = config, World(world.curves, world.exit_codes, ((),)), slots
        self.losses: dict[int, int] = {}
        self.canceled = False
        self.ended: dict[int, RunStatus] = {}
        self.simulation = Interleaved(config, self.world.script, slots)
        self.simulation.start(slots)

    @property
    def controller(self) -> SweepController:
        return self.simulation.controller

    @precondition(lambda self: self.simulation.live)
    @rule(chance=PICK)
    def run_on(self, chance: random.Random) -> None:
        self.simulation.turn(chance.choice(self.simulation.live))

    @precondition(lambda self: self.simulation.live)
    @rule(chance=PICK)
    def kill_a_trial(self, chance: random.Random) -> None:
        trial = chance.choice(self.simulation.live)
        if self.losses.get(trial, 0) < self.config.limits.max_lost_attempts:
            self.losses[trial] = self.losses.get(trial, 0) + 1
            self.simulation.lose(trial)

    @rule()
    def resume(self) -> None:
        before = self.controller.state
        self.simulation.replace_owner()
        assert self.controller.state == before

    @rule(chance=PICK)
    def hear_of_an_attempt_of_the_past(self, chance: random.Random) -> None:
        before = copy.deepcopy(self.controller.state)
        for trial, losses in self.losses.items():
            attempt = chance.randrange(losses) if losses else 0
            now = self.simulation.now_s
            for event in (
                TrialStarted(at_s=now, trial=trial, attempt=attempt),
                MetricReported(at_s=now, trial=trial, attempt=attempt, values=(1e9,)),
                TrialEnded(at_s=now, trial=trial, attempt=attempt, exit_code=0),
            ):
                assert self.simulation.feed(event) == []
        before.now_s = self.controller.state.now_s
        assert self.controller.state == before

    @precondition(lambda self: len(self.simulation.events) > 12)
    @rule(chance=PICK, whole=st.booleans())
    def cancel(self, chance: random.Random, whole: bool) -> None:
        self.canceled = True
        now, trials = self.simulation.now_s, len(self.controller.trials)
        if whole or not trials:
            self.simulation.feed(CancelRequested(at_s=now, reason="enough"))
        else:
            trial = chance.randrange(trials)
            self.simulation.feed(TrialCancelRequested(at_s=now, trial=trial, reason="not this one"))

    @invariant()
    def read(self) -> None:
        if not hasattr(self, "simulation"):
            return
        self.controller.state.check()
        for trial in self.controller.trials:
            script = self.world.script(trial.index, 0)
            counted = self.controller.curve(trial.index)
            assert counted == script.values[: len(counted)]
            if trial.status.is_terminal:
                assert self.ended.setdefault(trial.index, trial.status) is trial.status
        if self.controller.finished:
            assert not self.simulation.live

    def teardown(self) -> None:
        if not hasattr(self, "simulation"):
            return
        while not self.controller.finished:
            self.simulation.turn(self.simulation.live[0])
        self.read()
        assert all(trial.status.is_terminal for trial in self.controller.trials)
        undisturbed = Simulation(self.config, self.world.script, self.slots)
        undisturbed.run()
        races = self.canceled or any("halt" in kinds(lived) for lived in (self.simulation, undisturbed))
        if not races:
            assert self.simulation.digest == decision_digest(decisions(undisturbed))


def test_anything_in_any_order_leaves_a_sound_sweep_and_the_same_decisions() -> None:
    run_state_machine_as_test(SweepMachine, settings=SETTINGS)


SETTINGS = settings(max_examples=60, stateful_step_count=30, deadline=None)
