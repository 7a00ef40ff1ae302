"""What a sweep wants done. The runner records the decisions, then carries out the rest in this order."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from hyperstep.digest import Json
from hyperstep.records.status import RunStatus
from hyperstep.samplers.base import Point


class RecordDecision(Struct, frozen=True):
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


class LaunchTrial(Struct, frozen=True):
    """Start an attempt of a trial."""

    trial: int
    attempt: int
    point: Point


class StopTrial(Struct, frozen=True):
    """End a trial's process; its end is reported as ``TrialEnded``."""

    trial: int
    attempt: int
    reason: str


class AwaitVerdicts(Struct, frozen=True):
    """A trial's process is gone and its slot free, but what it has become hangs on verdicts still to be taken."""

    trial: int


class EndTrial(Struct, frozen=True):
    """A trial has reached its terminal status."""

    trial: int
    status: RunStatus
    reason: str
    error: str = ""


class FinishSweep(Struct, frozen=True):
    """The sweep is over: no instruction follows."""

    status: RunStatus
    reason: str
    best: int | None
    """Index of the best trial; None when no trial reported a usable value."""


Instruction = RecordDecision | LaunchTrial | StopTrial | AwaitVerdicts | EndTrial | FinishSweep
