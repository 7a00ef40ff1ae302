"""A sweep in memory: scripted trials that report in turn, without processes or a clock.

Usage::

    simulation = Simulation(config, lambda trial, attempt: Script(values=(0.1, 0.2)), slots=2)
    simulation.run()
    assert simulation.controller.best() == 0
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.events import (
    MetricReported,
    PointSought,
    SweepEvent,
    SweepStarted,
    TrialEnded,
    TrialReused,
    TrialStarted,
)
from hyperstep.sweep.instructions import FinishSweep, Instruction, LaunchTrial, StopTrial

STOP_SIGNAL = 15


@dataclass(frozen=True, slots=True)
class Script:
    """What an attempt of a trial does."""

    values: tuple[float | None, ...] = ()
    """Its reports of the primary metric, one a second."""
    exit_code: int | None = 0
    error: str = ""
    lost: bool = False
    fault: str = ""
    metrics: tuple[str, ...] | None = None
    """Names that it logs; None: the primary metric when it has values, else nothing."""


Scripts = Callable[[int, int], Script]
"""The script of a trial's attempt, by their numbers."""
Finished = Callable[[int], TrialReused | None]
"""The finished trial that was found for a trial, by its number; None for none. Its time and attempt are set here."""
Pick = Callable[[Sequence[int]], int]
"""Which of the trials that run takes the next turn."""


class Simulation:
    """Feeds a controller with what scripted trials do.

    Trials take turns in the order in which they were launched, or as ``pick`` says, a report a turn; a trial that was
    told to stop ends at its next turn. Every turn takes one second.

    Args:
        config: The sweep.
        scripts: What the trials do.
        slots: How many trials the machine takes at one time.
        pick: Whose turn it is; in the order of launch without it.
        finished: Looks up what may stand for a trial; without it every trial runs.
        foresees: Whether points are chosen ahead, as a runner has them chosen.
    """

    def __init__(
        self,
        config: SweepConfig,
        scripts: Scripts,
        slots: int = 2,
        pick: Pick | None = None,
        finished: Finished | None = None,
        *,
        foresees: bool = False,
    ) -> None:
        self._config = config
        self._pick = pick
        self._finished = finished
        self.foresees = foresees
        self._launches: deque[LaunchTrial] = deque()
        self._is_feeding = False
        self.controller = SweepController(config)
        self.events: list[SweepEvent] = []
        self.instructions: list[Instruction] = []
        self._scripts = scripts
        self._slots = slots
        self._metric = config.metric.name
        self._live: dict[int, tuple[int, int]] = {}
        """Attempt and next turn of each trial that runs."""
        self._stopped: set[int] = set()

    def run(self) -> FinishSweep:
        """Go on until the sweep is over; returns how it ended.

        Raises:
            RuntimeError: No trial runs and the sweep is not over.
        """
        self.feed(SweepStarted(at_s=self.now_s, slots=self._slots))
        while not self.controller.finished:
            if not self._live:
                message = "no trial runs and the sweep is not over"
                raise RuntimeError(message)
            for trial in [self._pick(list(self._live))] if self._pick else list(self._live):
                self._take_turn(trial)
        finish = self.instructions[-1]
        assert isinstance(finish, FinishSweep)
        return finish

    @property
    def now_s(self) -> float:
        """Seconds since the start: one for each event."""
        return float(len(self.events))

    def feed(self, event: SweepEvent) -> list[Instruction]:
        """Hand an event to the controller and note what it instructs."""
        self.events.append(event)
        instructions = self.controller.handle(event)
        self.instructions += instructions
        for instruction in instructions:
            self._carry_out(instruction)
        if not self._is_feeding:
            self._is_feeding = True
            while self._launches:
                self._launch(self._launches.popleft())
            self._is_feeding = False
            if self.foresees and self.controller.may_foresee:
                self.feed(PointSought(at_s=self.now_s))
        return instructions

    def replace_owner(self) -> None:
        """Let the controller be lost, and another one go on from the recorded events and points; trials live on."""
        points = [trial.point for trial in self.controller.trials]
        self.controller = SweepController.replay(self._config, self.events, points)

    def _carry_out(self, instruction: Instruction) -> None:
        match instruction:
            case LaunchTrial():
                self._launches.append(instruction)
            case StopTrial():
                self._stopped.add(instruction.trial)
            case _:
                pass

    def _launch(self, launch: LaunchTrial) -> None:
        """Let a finished trial stand for it, or put it to work."""
        is_open = not launch.attempt and launch.trial not in self._stopped
        may_be_reused = is_open and not self.controller.trials[launch.trial].runs_anew
        found = self._finished(launch.trial) if self._finished and may_be_reused else None
        if found is None:
            self._live[launch.trial] = (launch.attempt, 0)
        else:
            self.feed(msgspec.structs.replace(found, at_s=self.now_s, trial=launch.trial, attempt=launch.attempt))

    def _take_turn(self, trial: int) -> None:
        attempt, turn = self._live[trial]
        script = self._scripts(trial, attempt)
        self._live[trial] = (attempt, turn + 1)
        if turn == 0 and not script.fault:
            self.feed(TrialStarted(at_s=self.now_s, trial=trial, attempt=attempt))
        if trial in self._stopped or turn >= len(script.values):
            self._end(trial, attempt, script)
        else:
            values = (script.values[turn],)
            self.feed(MetricReported(at_s=self.now_s, trial=trial, attempt=attempt, values=values))

    def _end(self, trial: int, attempt: int, script: Script) -> None:
        del self._live[trial]
        logged = (self._metric,) if script.values else ()
        stopped = trial in self._stopped
        unknown = stopped or script.lost or bool(script.fault)
        self.feed(
            TrialEnded(
                at_s=self.now_s,
                trial=trial,
                attempt=attempt,
                exit_code=None if unknown else script.exit_code,
                signal=STOP_SIGNAL if stopped else None,
                lost=script.lost and not stopped,
                error=script.error,
                metrics=logged if script.metrics is None else script.metrics,
                fault=script.fault,
            )
        )
