"""Submitted, canceled, killed, resumed and read in any order, with real processes."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from hyperstep.launchers import can_host
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.home import Home
from hyperstep.settings import Settings
from hyperstep.testing.faults.acts import Done, do, resume
from hyperstep.testing.faults.plan import Fault, FaultKind
from hyperstep.testing.faults.processes import WAITING, find, kill_all
from hyperstep.testing.faults.scene import made_scene
from hyperstep.testing.faults.subject import shipped_sweep

PATIENCE_S = 300.0
KILLS = [FaultKind.KILL_RUNNER, FaultKind.KILL_HOST, FaultKind.KILL_TRIAL, FaultKind.KILL_ALL]
HITTING = 2
"""A trial that is lost more often fails."""


class RunMachine(RuleBasedStateMachine):
    """Up to three sweeps in one home."""

    def __init__(self) -> None:
        super().__init__()
        self._left = ExitStack()
        self.scene = self._left.enter_context(made_scene({"HYPERSTEP_SLOTS": "2"}))
        self._left.callback(kill_all, self.scene)
        self.submitted = 0
        self.canceled: set[str] = set()
        self.done: list[Done] = []
        self.ended: dict[str, RunStatus] = {}
        self.chance = random.Random(1)

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env=self.scene.environment(),
            cwd=self.scene.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def roots(self) -> list[RunRecord]:
        if not self.submitted:
            return []
        home = Home.open(Settings(home=self.scene.home), read_only=True)
        try:
            return [home.store.journal(root.id).run(root.id) for root in home.store.roots()]
        finally:
            home.close()

    @property
    def running(self) -> list[str]:
        return [root.id for root in self.roots() if not root.status.is_terminal]

    @precondition(lambda self: self.submitted < 3)
    @rule(trials=st.integers(1, 4))
    def submit(self, trials: int) -> None:
        self.submitted += 1
        subject = shipped_sweep(trials=trials, policy="none")
        self.run(*subject.command[2:])
        assert len(self.roots()) == self.submitted

    @precondition(lambda self: self.running)
    @rule(kind=st.sampled_from(KILLS), after_s=st.floats(0, 0.5))
    def kill(self, kind: FaultKind, after_s: float) -> None:
        hitting = sum(1 for done in self.done if done.hits)
        if kind is FaultKind.KILL_RUNNER or hitting < HITTING:
            time.sleep(after_s)
            done = do(Fault(kind), self.scene, self.chance)
            self.done += [done] if done else []

    @precondition(lambda self: self.running)
    @rule()
    def cancel_the_newest(self) -> None:
        newest = self.running[0]
        self.canceled.add(newest)
        self.run("hyperstep", "cancel", newest)

    @precondition(lambda self: self.submitted)
    @rule()
    def resume_all(self) -> None:
        resume(self.scene, "--all")

    @invariant()
    def what_is_on_record_stays(self) -> None:
        if not self.submitted:
            return
        home = Home.open(Settings(home=self.scene.home), read_only=True)
        try:
            for root in home.store.roots():
                for run in home.store.journal(root.id).runs():
                    if run.status.is_terminal:
                        assert self.ended.setdefault(run.id, run.status) is run.status
        finally:
            home.close()

    def teardown(self) -> None:
        try:
            self._see_the_end()
        finally:
            self._left.close()

    def _see_the_end(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while self.running:
            assert time.monotonic() < deadline, [process.words for process in find(self.scene)]
            if not find(self.scene, "runner"):  # a host may wait for the next submit, and know nothing of this run
                resume(self.scene, "--all")
            time.sleep(0.1)
        while left := [process for process in find(self.scene) if process.role not in WAITING]:
            assert time.monotonic() < deadline, left
            time.sleep(0.05)
        self.what_is_on_record_stays()
        for root in self.roots():
            if root.id not in self.canceled:
                assert root.status is RunStatus.COMPLETED, root.error
                self._check(root.id)
            assert root.status in {RunStatus.COMPLETED, RunStatus.CANCELED}

    def _check(self, root_id: str) -> None:
        home = Home.open(Settings(home=self.scene.home), read_only=True)
        try:
            journal = home.store.journal(root_id)
            for trial in journal.runs(kind=RunKind.TRIAL):
                assert trial.status is RunStatus.COMPLETED
                assert len(journal.metrics(trial.id)) == 5
                attempts = journal.attempts(trial.id)
                assert bool(attempts) is not bool(trial.reused_from)
                assert all(attempt.key.number <= len(self.done) for attempt in attempts)
        finally:
            home.close()


SETTINGS = settings(
    max_examples=3,
    stateful_step_count=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.skipif(not can_host(), reason="signals of POSIX")
def test_whatever_is_done_in_whatever_order_runs_end_and_nothing_is_lost() -> None:
    run_state_machine_as_test(RunMachine, settings=SETTINGS)
