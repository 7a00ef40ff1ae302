"""All that defines a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TypeVar

from hyperstep import codec, policies, samplers
from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError, StoreError
from hyperstep.policies.base import Policy
from hyperstep.records.goal import PrimaryMetric
from hyperstep.samplers.base import Sampler

T = TypeVar("T")

PARTS = ("sampler", "policy", "metric", "limits")


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a sweep ends at the latest.

    Raises:
        InvalidInputError: A number is of another type, or below its bound.
    """

    max_total: int
    """Trials in all, at least 1."""
    max_concurrent: int
    """Trials at one time, at least 1."""
    max_duration_s: float | None = None
    """Seconds from the first event of the sweep to the stop of its last trials; above 0."""
    max_lost_attempts: int = 2
    """How often one trial is started again after its attempt was lost (host killed, machine gone); at least 0."""

    def __post_init__(self) -> None:
        _require_int("max_total", self.max_total, at_least=1)
        _require_int("max_concurrent", self.max_concurrent, at_least=1)
        _require_int("max_lost_attempts", self.max_lost_attempts, at_least=0)
        _require_duration(self.max_duration_s)


@dataclass(frozen=True, slots=True)
class SweepConfig:
    """One tuning job: what to try, what to optimize, when to stop a trial, when to end.

    Raises:
        InvalidInputError: The primary metric has no name.
    """

    sampler: Sampler
    policy: Policy
    metric: PrimaryMetric
    limits: Limits

    def __post_init__(self) -> None:
        if not self.metric.name:
            rule = "The primary metric has a name."
            raise InvalidInputError(rule, received=self.metric.name, remedy="Give it as the training script logs it.")

    def to_json(self) -> dict[str, Json]:
        """``{"sampler", "policy", "metric", "limits"}``."""
        return {
            "sampler": self.sampler.to_json(),
            "policy": self.policy.to_json(),
            "metric": codec.to_json(self.metric),
            "limits": codec.to_json(self.limits),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> SweepConfig:
        """The config that ``to_json`` wrote.

        Raises:
            InvalidInputError: A part is unknown, missing or breaks its own rules.
            UnsupportedError: The sampler is known, but not built.
        """
        if set(data) != set(PARTS):
            rule = f"A sweep is defined by its {', '.join(PARTS)}."
            raise InvalidInputError(rule, received=sorted(data), remedy="Give all four and nothing else.")
        return cls(
            sampler=samplers.from_json(data["sampler"]),
            policy=policies.from_json(data["policy"]),
            metric=_record(PrimaryMetric, data["metric"]),
            limits=_record(Limits, data["limits"]),
        )


def _record(kind: type[T], data: Json) -> T:
    try:
        return codec.from_json(kind, data)
    except StoreError as error:
        rule = f"This is no {kind.__name__} of a sweep: {error.__cause__}."
        raise InvalidInputError(rule, received=data) from error


def _require_int(name: str, value: object, *, at_least: int) -> None:
    if type(value) is not int or value < at_least:
        rule = f"{name} is a whole number, at least {at_least}."
        raise InvalidInputError(rule, received=value, remedy="Give it as an int.")


def _require_duration(value: object) -> None:
    if value is None:
        return
    if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value) or value <= 0:
        rule = "max_duration_s is a number of seconds above 0."
        raise InvalidInputError(rule, received=value, remedy="Leave it out for no limit.")
