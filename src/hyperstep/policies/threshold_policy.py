"""What Bandit, median stopping and truncation share: a trial is stopped when its best value is below a threshold."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from itertools import islice

from msgspec import Struct

from hyperstep.digest import Json
from hyperstep.policies.base import Policy, Verdict
from hyperstep.policies.peers import Peers
from hyperstep.records.goal import Goal

MAX_PEERS_LISTED = 20


class Threshold(Struct, frozen=True):
    """What no trial's best value may be worse than; a trial that is equal to it goes on."""

    value: float
    words: str
    """How it came about, for people: ``0.83 / 1.1``."""
    facts: Mapping[str, Json]
    """How it came about, for the evidence."""
    count: int
    """How many trials it was made from."""
    peers: Iterable[int]
    """Their numbers, read only as far as they are listed."""


class ThresholdPolicy(Policy):
    """Stops a trial whose best value until the interval is worse than a threshold made from all trials.

    A trial without a usable value until the interval goes on, and so does one that has nothing to be compared with.
    """

    @abstractmethod
    def threshold(self, interval: int, cohort: Peers) -> Threshold | None:
        """The threshold at ``interval``; None when too few trials can be compared."""

    def judge(self, trial: int, interval: int, cohort: Peers) -> Verdict:
        """Compare the trial's best value at intervals 1 … ``interval`` with the threshold there."""
        value = cohort.best_of(trial, interval)
        evidence: dict[str, Json] = {
            "policy": self.name,
            "interval": interval,
            "goal": cohort.goal.value,
            "value": value,
            **self.properties(),
        }
        if value is None:
            return Verdict(stop=False, evidence={**evidence, "kept_because": "no usable value so far"})
        threshold = self.threshold(interval, cohort)
        if threshold is None:
            return Verdict(stop=False, evidence={**evidence, "kept_because": "too few trials to compare with"})
        evidence |= {"threshold": threshold.value, **threshold.facts}
        if not cohort.goal.better(threshold.value, value):
            return Verdict(stop=False, evidence={**evidence, "peers": {"count": threshold.count}})
        listed = list(islice(threshold.peers, MAX_PEERS_LISTED))
        evidence["peers"] = {"count": threshold.count, "trials": listed}
        return Verdict(stop=True, evidence=evidence, reason=self._reason(value, interval, threshold, cohort.goal))

    def _reason(self, value: float, interval: int, threshold: Threshold, goal: Goal) -> str:
        side = "below" if goal is Goal.MAXIMIZE else "above"
        ours, theirs = distinct(value, threshold.value)
        return f"{self.name}: best {ours} by interval {interval} is {side} {threshold.words} = {theirs}"


def brief(number: float) -> str:
    """A number for people, in six digits."""
    return f"{number:.6g}"


def distinct(left: float, right: float) -> tuple[str, str]:
    """Two numbers for people, in as many digits as it takes to tell them apart."""
    pair = brief(left), brief(right)
    return pair if pair[0] != pair[1] else (repr(left), repr(right))
