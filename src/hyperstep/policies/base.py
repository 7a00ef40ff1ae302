"""What a policy is: a trial and its peers in, keep or stop with evidence out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct, field

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.policies.peers import Peers


class Verdict(Struct, frozen=True):
    """A decision and what it rests on."""

    stop: bool
    evidence: Mapping[str, Json] = field(default_factory=dict)
    """Always ``policy`` and ``interval``; for a comparison also ``value``, ``threshold``, and what made it."""
    reason: str = ""
    """The comparison in plain words, for people; set when ``stop`` is."""


class Policy(ABC):
    """Judges a trial each time it reports the primary metric.

    Args:
        evaluation_interval: Judge at every multiple of this number of reports; at least 1.
        delay_evaluation: Judge no sooner than at this number of reports; at least 0.

    Raises:
        InvalidInputError: A number is not an int or below its bound.

    Source: Azure ML v1, "Tune hyperparameters for your model", early termination.
    """

    name: ClassVar[str]
    """As the v1 API writes it: ``Bandit``, ``MedianStopping``, ``TruncationSelection``, ``Default``."""
    may_stop: ClassVar[bool] = True
    """False for a policy that keeps every trial: nothing need wait for what it says."""

    def __init__(self, evaluation_interval: int = 1, delay_evaluation: int = 0) -> None:
        _require_int("evaluation_interval", evaluation_interval, at_least=1)
        _require_int("delay_evaluation", delay_evaluation, at_least=0)
        self.evaluation_interval = evaluation_interval
        self.delay_evaluation = delay_evaluation

    def applies_at(self, interval: int) -> bool:
        """Whether a trial is judged at its ``interval``-th report (from 1)."""
        return interval >= self.delay_evaluation and interval % self.evaluation_interval == 0

    @abstractmethod
    def judge(self, trial: int, interval: int, cohort: Peers) -> Verdict:
        """Keep or stop trial number ``trial`` at its ``interval``-th report.

        Called only where ``applies_at(interval)`` holds. ``cohort`` has the curves of the trials
        that it is compared with, this one's included.
        """

    def surely_keeps(self, trial: int, interval: int, cohort: Peers) -> bool:  # noqa: ARG002 - some know no short way
        """Whether ``judge`` would say keep, where that is found out without its evidence; False is no answer."""
        return False

    def properties(self) -> dict[str, Json]:
        """The numbers that define it: the constructor's arguments, by their v1 names."""
        return {"evaluation_interval": self.evaluation_interval, "delay_evaluation": self.delay_evaluation}

    def to_json(self) -> dict[str, Json]:
        """``{"name", "properties"}``; ``policies.from_json`` reads it back."""
        return {"name": self.name, "properties": self.properties()}


def _require_int(name: str, value: object, *, at_least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < at_least:
        rule = f"{name} is a whole number, at least {at_least}."
        raise InvalidInputError(rule, received=value, remedy="Give it as an int.")
