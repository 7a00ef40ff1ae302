"""What is done to a run, and when: plain data, made from a seed, written to a file to be repeated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from hyperstep.codec import from_json, to_json
from hyperstep.digest import canonical_json


class FaultKind(Enum):
    """What can be done to a run from outside."""

    KILL_RUNNER = "kill the runner"
    KILL_HOST = "kill the trial host"
    KILL_KEEPER = "kill the keeper of the trial host"
    KILL_HOST_AND_KEEPER = "kill the trial host and its keeper"
    KILL_SERVER = "kill the warm servers"
    KILL_TRIAL = "kill a trial"
    KILL_HOST_AND_RUNNER = "kill host and runner"
    KILL_ALL = "kill host, keeper, warm servers, runner and trials"
    STOP_RUNNER = "stop the runner for a while"
    FENCE_RUNNER = "stop the runner, have another one take over, let the first go on"
    STOP_TRIAL = "stop a trial for a while"
    FULL_DISK = "fill the disk for a while"
    SLOW_STORAGE = "hold the database's lock and stop the runner, in pulses"


HITS_TRIALS = frozenset({FaultKind.KILL_TRIAL, FaultKind.KILL_HOST_AND_KEEPER, FaultKind.KILL_ALL})
"""Faults after which an attempt that had not ended may be tried again.

A trial survives the death of its host, and the host's keeper writes how it ended. Without either nobody may learn it.
"""
HITS_STARTS = frozenset(
    {FaultKind.KILL_HOST, FaultKind.KILL_HOST_AND_RUNNER, FaultKind.KILL_KEEPER, FaultKind.KILL_SERVER}
)
"""Faults after which an attempt may be tried again that the host was just starting: nobody knows whether it did.

When two of them take first the one and then the other of a host and its keeper, it is as if both were killed at once.
"""


@dataclass(frozen=True, slots=True)
class When:
    """The moment of a fault: as soon as all that is set here has come true, then ``after_s`` later."""

    event: int | None = None
    """The log of the run's sweeps holds so many events."""
    trial: int | None = None
    attempt: int = 0
    """This attempt of that trial has been started."""
    after_s: float = 0.0
    """Without the others counted from the run's submission."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. Without a victim at its moment it waits for one until the run has ended."""

    kind: FaultKind
    when: When = field(default_factory=When)
    lasts_s: float = 0.0
    """How long something is stopped, full or slow."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run goes through."""

    scenario: str
    seed: int
    """Of the whole series; with ``number`` it makes this plan."""
    number: int = 0
    faults: tuple[Fault, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables of everything in this run, such as those of the clock that jumps."""

    def write(self, file: Path) -> None:
        """Keep it, for ``--plan``."""
        file.write_text(canonical_json(to_json(self)) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Plan:
        """The plan that ``write`` wrote.

        Raises:
            OSError: There is no such file.
            StoreError: It holds no plan.
        """
        return from_json(cls, json.loads(file.read_text(encoding="utf-8")))
