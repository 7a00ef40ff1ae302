"""All that defines a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TypeVar

from msgspec import Struct

from hyperstep import codec, policies, samplers
from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError, StoreError
from hyperstep.policies.base import Policy
from hyperstep.records.goal import PrimaryMetric
from hyperstep.samplers.base import Point, Sampler
from hyperstep.search_space.space import SearchSpace
from hyperstep.sweep.earlier import EarlierTrial, KeepHistory, KeptTrial, ResumedTrial
from hyperstep.sweep.keeping import check_past

T = TypeVar("T")

PARTS = ("sampler", "policy", "metric", "limits")
OPTIONAL_PARTS = ("history", "resumed", "deterministic", "keep_history", "kept")
"""Absent where the sweep goes on from nothing, and decides by what arrives first."""


class Limits(Struct, frozen=True):
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
    max_failed: int | None = None
    """How many trials may fail: with the next one the sweep ends Failed; at least 0, None for no limit."""
    max_retries: int = 0
    """How often one trial is started again after it exited with another code than 0; at least 0."""

    def __post_init__(self) -> None:
        _require_int("max_total", self.max_total, at_least=1)
        _require_int("max_concurrent", self.max_concurrent, at_least=1)
        _require_int("max_lost_attempts", self.max_lost_attempts, at_least=0)
        if self.max_failed is not None:
            _require_int("max_failed", self.max_failed, at_least=0)
        _require_int("max_retries", self.max_retries, at_least=0)
        _require_duration(self.max_duration_s)

    def to_json(self) -> dict[str, Json]:
        """All limits by name; ``max_failed`` and ``max_retries`` only where they were set."""
        unset = {name for name, default in (("max_failed", None), ("max_retries", 0)) if getattr(self, name) == default}
        return {name: limit for name, limit in codec.to_json(self).items() if name not in unset}


class SweepConfig(Struct, frozen=True):
    """One tuning job: what to try, what to optimize, when to stop a trial, when to end.

    Raises:
        InvalidInputError: The primary metric has no name; the sampler takes it to go the other way, or cannot learn
            from an earlier trial; more trials are resumed than the sweep may have; a default for the past is no value
            of the space.
    """

    sampler: Sampler
    policy: Policy
    metric: PrimaryMetric
    limits: Limits
    history: tuple[EarlierTrial, ...] = ()
    """Trials of earlier sweeps that the sampler learns from; what they tried in a finite space is not tried again."""
    resumed: tuple[ResumedTrial, ...] = ()
    """Launched before anything is sampled."""
    deterministic: bool = False
    """Stops and model-based points follow from logical time, see ``logical_time``; else from what arrives first."""
    keep_history: KeepHistory | None = None
    """Asks for the finished trials of an earlier sweep; which those are is found when the sweep begins."""
    kept: tuple[KeptTrial, ...] = ()
    """What was found: first in the list of trials, after those that are resumed."""

    def __post_init__(self) -> None:
        if not self.metric.name:
            rule = "The primary metric has a name."
            raise InvalidInputError(rule, received=self.metric.name, remedy="Give it as the training script logs it.")
        _check_goal(self.sampler, self.metric)
        for point in self.earlier_points:
            _check_learnable(self.sampler, point)
        if len(self.resumed) > self.limits.max_total:
            rule = f"No more trials are resumed than the sweep may have, {self.limits.max_total}."
            raise InvalidInputError(rule, received=len(self.resumed), remedy="Raise max_total, or resume fewer.")
        if self.keep_history is not None:
            check_past(self.space, self.keep_history.past)

    @property
    def space(self) -> SearchSpace:
        """What may be tried, in the order written."""
        data = self.sampler.to_json()
        order = data.get("order")
        return SearchSpace.from_json(data.get("space", {}), list(map(str, order)) if isinstance(order, list) else None)

    @property
    def earlier_points(self) -> list[Point]:
        """The points of all earlier trials."""
        return [trial.point for trials in (self.history, self.resumed, self.kept) for trial in trials]

    @property
    def given(self) -> int:
        """How many trials come before the first that is sampled: resumed ones, then kept ones."""
        return len(self.resumed) + len(self.kept)

    def kept_source(self, trial: int) -> str | None:
        """The finished trial that stands for a kept one; None for any other trial."""
        place = trial - len(self.resumed)
        return self.kept[place].source if 0 <= place < len(self.kept) else None

    def given_point(self, trial: int) -> Point | None:
        """The point of a resumed or kept trial, its keys in the order of the space; None for one that is sampled."""
        if trial >= self.given:
            return None
        if trial >= len(self.resumed):
            return self.kept[trial - len(self.resumed)].point
        point, order = self.resumed[trial].point, self.sampler.to_json().get("order")
        names = [str(name) for name in order if name in point] if isinstance(order, list) else []
        return {name: point[name] for name in dict.fromkeys([*names, *point])}

    def to_json(self) -> dict[str, Json]:
        """``{"sampler", "policy", "metric", "limits"}``, and of the optional parts those that say something."""
        optional = {"history": self.history, "resumed": self.resumed, "kept": self.kept}
        return {
            **{name: codec.to_json(trials) for name, trials in optional.items() if trials},
            **({"deterministic": True} if self.deterministic else {}),
            **({} if self.keep_history is None else {"keep_history": codec.to_json(self.keep_history)}),
            "sampler": self.sampler.to_json(),
            "policy": self.policy.to_json(),
            "metric": codec.to_json(self.metric),
            "limits": self.limits.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> SweepConfig:
        """The config that ``to_json`` wrote.

        Raises:
            InvalidInputError: A part is unknown, missing or breaks its own rules.
            UnsupportedError: The sampler is known, but not built.
        """
        if set(data) - set(OPTIONAL_PARTS) != set(PARTS):
            rule = f"A sweep is defined by its {', '.join(PARTS)}."
            remedy = f"Give all four, {' and '.join(OPTIONAL_PARTS)} if there are any, and nothing else."
            raise InvalidInputError(rule, received=sorted(data), remedy=remedy)
        return cls(
            sampler=samplers.from_json(data["sampler"]),
            policy=policies.from_json(data["policy"]),
            metric=_record(PrimaryMetric, data["metric"]),
            limits=_record(Limits, data["limits"]),
            history=_records(EarlierTrial, data.get("history", ())),
            resumed=_records(ResumedTrial, data.get("resumed", ())),
            deterministic=_yes_or_no("deterministic", data.get("deterministic", False)),
            keep_history=_record(KeepHistory, data["keep_history"]) if "keep_history" in data else None,
            kept=_records(KeptTrial, data.get("kept", ())),
        )


def _record(kind: type[T], data: Json) -> T:
    try:
        return codec.from_json(kind, data)
    except StoreError as error:
        rule = f"This is no {kind.__name__} of a sweep: {error.__cause__}."
        raise InvalidInputError(rule, received=data) from error


def _records(kind: type[T], data: Json) -> tuple[T, ...]:
    if not isinstance(data, Sequence) or isinstance(data, str):
        rule = f"These are no {kind.__name__}s of a sweep: a list is needed."
        raise InvalidInputError(rule, received=data)
    return tuple(_record(kind, item) for item in data)


def _yes_or_no(name: str, data: Json) -> bool:
    if not isinstance(data, bool):
        rule = f"{name} is true or false."
        raise InvalidInputError(rule, received=data, remedy="Leave it out for false.")
    return data


def _check_goal(sampler: Sampler, metric: PrimaryMetric) -> None:
    if sampler.goal is not None and sampler.goal is not metric.goal:
        rule = f"The sampler takes the metric to go the way it is to go: {metric.goal.value}."
        remedy = "Give the sampler the goal of the primary metric."
        raise InvalidInputError(rule, received=sampler.goal.value, remedy=remedy)


def _check_learnable(sampler: Sampler, point: Point) -> None:
    name = sampler.foreign_to(point)
    if name:
        rule = f"{sampler.name} learns from trials of its own search space; hyperparameter {name!r} does not fit."
        remedy = "Give the space that the earlier sweep had, or another sampler."
        raise InvalidInputError(rule, received=dict(point), remedy=remedy)


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
