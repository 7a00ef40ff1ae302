"""``Bandit``: stop a trial that falls behind the best one by more than a slack.

Symbols: m the trial's best value at intervals 1 … N; best the best value of all trials, ended ones included, at their
intervals 1 … N; s the slack factor; a the slack amount. A trial is stopped when its m is worse than the threshold:

    slack amount   maximize  best - a            minimize  best + a
    slack factor   maximize  best / (1 + s)      minimize  best * (1 + s)     for best > 0
                   maximize  best * (1 + s)      minimize  best / (1 + s)     for best < 0

Source: Azure ML v1, "Tune hyperparameters for your model", Bandit policy, which states maximize with best > 0 only.
The rest is ours. Minimize mirrors it. For best < 0 the documented ratio would put the threshold on the better side of
best and stop the best trial itself, so the two forms change places: maximizing f and minimizing -f stop the same
trials, and the threshold grows with best. At best = 0 a relative slack is none at all: use a slack amount for metrics
that come near 0.
"""

from __future__ import annotations

from math import isfinite

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.policies.peers import Peers
from hyperstep.policies.threshold_policy import Threshold, ThresholdPolicy, brief
from hyperstep.records.goal import Goal

_MAXIMIZE = Goal.MAXIMIZE


class BanditPolicy(ThresholdPolicy):
    """Stops what is worse than the best by more than a factor or an amount.

    Args:
        evaluation_interval: Judge at every multiple of this number of reports; at least 1.
        slack_factor: Slack in relation to the best value; finite, at least 0.
        slack_amount: Slack in units of the metric; finite, at least 0.
        delay_evaluation: Judge no sooner than at this number of reports; at least 0.

    Raises:
        InvalidInputError: Both slacks or none; a number that breaks its bound.
    """

    name = "Bandit"

    def __init__(
        self,
        evaluation_interval: int = 1,
        slack_factor: float | None = None,
        slack_amount: float | None = None,
        delay_evaluation: int = 0,
    ) -> None:
        super().__init__(evaluation_interval, delay_evaluation)
        if (slack_factor is None) == (slack_amount is None):
            rule = "A Bandit policy has either a slack_factor or a slack_amount."
            raise InvalidInputError(rule, received=(slack_factor, slack_amount), remedy="Give exactly one of them.")
        self.slack_factor = _checked("slack_factor", slack_factor)
        self.slack_amount = _checked("slack_amount", slack_amount)

    def surely_keeps(self, trial: int, interval: int, cohort: Peers) -> bool:
        """As in the base; it always knows."""
        value, leader = cohort.best_of(trial, interval), cohort.best_until(interval)
        if value is None or leader is None:
            return True
        return not cohort.goal.better(self._slacken(leader.value, cohort.goal), value)

    def threshold(self, interval: int, cohort: Peers) -> Threshold | None:
        """The best value until ``interval``, made worse by the slack."""
        leader = cohort.best_until(interval)
        if leader is None:
            return None
        value, words = self._slacken(leader.value, cohort.goal), self._words(leader.value, cohort.goal)
        facts: dict[str, Json] = {"best": {"trial": leader.trial, "value": leader.value, "interval": leader.interval}}
        return Threshold(value, words, facts, cohort.count_until(interval), cohort.trials_until(interval))

    def properties(self) -> dict[str, Json]:
        """The intervals and the one slack that was given."""
        slack: dict[str, Json] = {"slack_factor": self.slack_factor, "slack_amount": self.slack_amount}
        return {**super().properties(), **{name: number for name, number in slack.items() if number is not None}}

    def _slacken(self, best: float, goal: Goal) -> float:
        if self.slack_factor is not None:
            ratio = 1 + self.slack_factor
            return best / ratio if _divides(best, goal) else best * ratio
        amount = self.slack_amount or 0.0
        return best - amount if goal is _MAXIMIZE else best + amount

    def _words(self, best: float, goal: Goal) -> str:
        if self.slack_factor is not None:
            return f"{brief(best)} {'/' if _divides(best, goal) else '*'} {brief(1 + self.slack_factor)}"
        return f"{brief(best)} {'-' if goal is _MAXIMIZE else '+'} {brief(self.slack_amount or 0.0)}"


def _divides(best: float, goal: Goal) -> bool:
    """Whether the threshold is best / (1 + s), see above; else it is best * (1 + s)."""
    return (best > 0) == (goal is _MAXIMIZE)


def _checked(name: str, slack: object) -> float | None:
    if slack is None:
        return None
    if not isinstance(slack, int | float) or isinstance(slack, bool) or not isfinite(slack) or slack < 0:
        rule = f"{name} is a finite number, at least 0."
        raise InvalidInputError(rule, received=slack, remedy="For example 0.1.")
    return slack
