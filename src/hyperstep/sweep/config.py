"""All that defines a sweep."""

from __future__ import annotations

from dataclasses import dataclass

from hyperstep.digest import Json
from hyperstep.policies.base import Policy
from hyperstep.records.goal import PrimaryMetric
from hyperstep.samplers.base import Sampler


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a sweep ends at the latest."""

    max_total: int
    """Trials in all, at least 1."""
    max_concurrent: int
    """Trials at one time, at least 1."""
    max_duration_s: float | None = None
    """Seconds from the first event of the sweep to the stop of its last trials."""
    max_lost_attempts: int = 2
    """How often one trial is started again after its attempt was lost (host killed, machine gone)."""


@dataclass(frozen=True, slots=True)
class SweepConfig:
    """One tuning job: what to try, what to optimize, when to stop a trial, when to end."""

    sampler: Sampler
    policy: Policy
    metric: PrimaryMetric
    limits: Limits

    def to_json(self) -> dict[str, Json]:
        """``{"sampler", "policy", "metric", "limits"}``."""
        raise NotImplementedError

    @classmethod
    def from_json(cls, data: dict[str, Json]) -> SweepConfig:
        """The config that ``to_json`` wrote.

        Raises:
            InvalidInputError: A part is unknown or breaks its own rules.
        """
        raise NotImplementedError
