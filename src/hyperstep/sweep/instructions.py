"""What a sweep wants done. The runner records the decisions, then carries out the rest in this order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hyperstep.digest import Json
from hyperstep.records.status import RunStatus
from hyperstep.samplers.base import Point


@dataclass(frozen=True, slots=True)
class RecordDecision:
    """Write a line into the decision ledger."""

    kind: str
    """``sample``, ``foresee``, ``take up``, ``exhausted``, ``reuse``, ``stop``, ``halt``, ``resume``, ``retry``,
    ``max_failed``, ``finish``.

    What is sampled next was chosen where ``foresee`` stands, if it does; a resumed trial is taken up; at ``reuse`` a
    finished trial stands for this one, or turned out not to; a halted sweep resumes; at ``max_failed`` the limit of
    failed trials was passed.
    """
    trial: int | None
    evidence: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class LaunchTrial:
    """Start an attempt of a trial."""

    trial: int
    attempt: int
    point: Point


@dataclass(frozen=True, slots=True)
class StopTrial:
    """End a trial's process; its end is reported as ``TrialEnded``."""

    trial: int
    attempt: int
    reason: str


@dataclass(frozen=True, slots=True)
class AwaitVerdicts:
    """A trial's process is gone and its slot free, but what it has become hangs on verdicts still to be taken."""

    trial: int


@dataclass(frozen=True, slots=True)
class EndTrial:
    """A trial has reached its terminal status."""

    trial: int
    status: RunStatus
    reason: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class FinishSweep:
    """The sweep is over: no instruction follows."""

    status: RunStatus
    reason: str
    best: int | None
    """Index of the best trial; None when no trial reported a usable value."""


Instruction = RecordDecision | LaunchTrial | StopTrial | AwaitVerdicts | EndTrial | FinishSweep
