"""A cluster on a virtual clock: a real controller drives trials that take no longer than their reports need.

Usage::

    cluster = SimulatedCluster(config, learning_curves(), workers=10_000)
    finish = cluster.run()
    assert finish.best is not None

What is real: config, controller, sampler, policy, and the ledger's store. What is not: processes, files, time.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Protocol

from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.events import MetricReported, PointSought, SweepEvent, SweepStarted, TrialEnded, TrialStarted
from hyperstep.sweep.instructions import FinishSweep, Instruction, LaunchTrial, StopTrial
from hyperstep.testing.simulated_work import Work, Works

STOP_SIGNAL = 15
STOPPING_S = 0.005
"""From the word to stop until the process is gone, by the virtual clock."""
STARTING_S = 0.05


class Ledger(Protocol):
    """Where events and what follows from them is recorded, before it is acted on."""

    def record(self, event: SweepEvent, instructions: Sequence[Instruction]) -> None:
        """Write both in one transaction."""


class SimulatedCluster:
    """Runs one sweep to its end.

    Each worker runs one trial at a time. Of what is due at the same moment the trial that was launched first comes
    first, so equal arguments give equal runs.

    Args:
        config: The sweep; as many trials run at one time as it allows and there are workers.
        works: What trials do.
        workers: How many there are.
        ledger: Where everything is recorded; nowhere without it.
    """

    def __init__(self, config: SweepConfig, works: Works, workers: int, ledger: Ledger | None = None) -> None:
        self.controller = SweepController(config)
        self.now_s = 0.0
        """The virtual time since the start, seconds."""
        self.events = 0
        """How many the controller was handed."""
        self.busy_s = 0.0
        """For how long workers had a trial, all together."""
        self._metric = config.metric.name
        self._works = works
        self._workers = workers
        self._ledger = ledger
        self._due: list[tuple[float, int, int]] = []
        """A heap: when, which trial, its how-manieth step; an old step of a stopped trial is passed over."""
        self._live: dict[int, _Attempt] = {}
        self._finish: FinishSweep | None = None

    def run(self) -> FinishSweep:
        """Go on until the sweep is over; returns how it ended.

        Raises:
            RuntimeError: No trial runs and the sweep is not over.
        """
        self.start()
        while self._finish is None:
            self.step()
        return self._finish

    def start(self) -> None:
        """Launch as many trials as may run."""
        self._feed(SweepStarted(at_s=self.now_s, slots=self._workers))

    def step(self) -> None:
        """Let the next thing happen."""
        if not self._due:
            message = "no trial runs and the sweep is not over"
            raise RuntimeError(message)
        self.now_s, trial, step = heappop(self._due)
        attempt = self._live.get(trial)
        if attempt is not None and attempt.step == step:
            self._take_step(trial, attempt)

    def _take_step(self, trial: int, attempt: _Attempt) -> None:
        reported = attempt.step - 1
        attempt.step += 1
        if attempt.is_stopped or reported == len(attempt.work.values):
            self._end(trial, attempt)
            return
        self._plan(trial, attempt, attempt.work.seconds_each)
        if reported < 0:
            self._feed(TrialStarted(at_s=self.now_s, trial=trial, attempt=attempt.number))
        else:
            values = (attempt.work.values[reported],)
            self._feed(MetricReported(at_s=self.now_s, trial=trial, attempt=attempt.number, values=values))

    def _end(self, trial: int, attempt: _Attempt) -> None:
        del self._live[trial]
        self.busy_s += self.now_s - attempt.since_s
        stopped = attempt.is_stopped
        self._feed(
            TrialEnded(
                at_s=self.now_s,
                trial=trial,
                attempt=attempt.number,
                exit_code=None if stopped else attempt.work.exit_code,
                signal=STOP_SIGNAL if stopped else None,
                error="" if stopped or not attempt.work.exit_code else "RuntimeError: bad luck",
                metrics=(self._metric,) if attempt.step > 2 else (),
            )
        )

    def _feed(self, event: SweepEvent) -> None:
        self.events += 1
        instructions = self.controller.handle(event)
        if self._ledger is not None:
            self._ledger.record(event, instructions)
        for instruction in instructions:
            self._carry_out(instruction)
        if self.controller.may_foresee:
            self._feed(PointSought(at_s=self.now_s))

    def _carry_out(self, instruction: Instruction) -> None:
        match instruction:
            case LaunchTrial():
                work = self._works(instruction.trial, instruction.attempt)
                attempt = self._live[instruction.trial] = _Attempt(instruction.attempt, work, self.now_s)
                self._plan(instruction.trial, attempt, STARTING_S)
            case StopTrial():
                attempt = self._live[instruction.trial]
                attempt.is_stopped = True
                attempt.step += 1
                self._plan(instruction.trial, attempt, STOPPING_S)
            case FinishSweep():
                self._finish = instruction
            case _:
                pass

    def _plan(self, trial: int, attempt: _Attempt, in_s: float) -> None:
        heappush(self._due, (self.now_s + in_s, trial, attempt.step))


class _Attempt:
    """One that runs."""

    __slots__ = ("is_stopped", "number", "since_s", "step", "work")

    def __init__(self, number: int, work: Work, since_s: float) -> None:
        self.number = number
        self.work = work
        self.since_s = since_s
        self.step = 0
        self.is_stopped = False
