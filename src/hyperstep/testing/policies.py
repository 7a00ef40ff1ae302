"""What every policy must keep true, as a pytest class to inherit.

Usage::

    class TestMyPolicy(PolicyContract):
        def make_policy(self, evaluation_interval: int, delay_evaluation: int) -> Policy:
            return MyPolicy(evaluation_interval, delay_evaluation)
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

import pytest

from hyperstep import policies
from hyperstep.digest import canonical_json
from hyperstep.errors import InvalidInputError
from hyperstep.policies.base import Policy
from hyperstep.policies.cohort import Cohort
from hyperstep.policies.column import Column
from hyperstep.records.goal import Goal

Curves = Mapping[int, Sequence[float | None]]

RISING: Curves = {0: (0.1, 0.4, 0.5), 1: (0.2, 0.3, 0.3), 2: (0.1, 0.1), 3: (0.9, 0.95, 0.97), 4: (0.0, 0.1, 0.1)}
CROSSING_ZERO: Curves = {0: (-3.0, -1.0, 2.0), 1: (-9.0, -8.0, -7.0), 2: (0.0, 0.0, 0.0), 3: (-1.0, 5.0, 4.0)}
NEGATIVE: Curves = {0: (-3.0, -2.5), 1: (-9.0, -8.0), 2: (-2.0, -1.5), 3: (-100.0, -90.0)}
EXTREME: Curves = {0: (1.7e308, -1.7e308), 1: (5e-324, -5e-324), 2: (1.7e308, 1.7e308), 3: (0.0, -0.0)}
FULL_OF_HOLES: Curves = {0: (None, 0.5, None), 1: (None, None, None), 2: (0.7, None, 0.8), 3: ()}
COHORTS: Mapping[str, Curves] = {
    "rising": RISING,
    "crossing zero": CROSSING_ZERO,
    "negative": NEGATIVE,
    "extreme": EXTREME,
    "full of holes": FULL_OF_HOLES,
}


def cohort_of(goal: Goal, curves: Curves) -> Cohort:
    """A cohort whose trials have reported ``curves``."""
    cohort = Cohort(goal)
    for trial, values in curves.items():
        for value in values:
            cohort.report(trial, value)
    return cohort


class PolicyContract(ABC):
    """Inherit, and say how the policy is made."""

    has_intervals: ClassVar[bool] = True
    """False for a policy that takes neither evaluation_interval nor delay_evaluation."""

    @abstractmethod
    def make_policy(self, evaluation_interval: int, delay_evaluation: int) -> Policy:
        """The policy under test, with these intervals where it takes any."""

    @pytest.fixture
    def policy(self) -> Policy:
        """A policy that is applied at every interval."""
        return self.make_policy(1, 0)

    @pytest.fixture(params=list(Goal), ids=lambda goal: goal.value)
    def goal(self, request: pytest.FixtureRequest) -> Goal:
        """Both ways."""
        goal: Goal = request.param
        return goal

    @pytest.fixture(params=list(COHORTS))
    def curves(self, request: pytest.FixtureRequest) -> Curves:
        """Curves of all kinds."""
        return COHORTS[request.param]

    def test_equal_cohorts_give_equal_verdicts(self, policy: Policy, goal: Goal, curves: Curves) -> None:
        first, second = cohort_of(goal, curves), cohort_of(goal, dict(reversed(list(curves.items()))))
        for trial, interval in _judgements(curves):
            one, other = policy.judge(trial, interval, first), policy.judge(trial, interval, second)
            assert (one.stop, one.reason) == (other.stop, other.reason)
            assert policy.judge(trial, interval, first) == one

    def test_judging_changes_no_curve(self, policy: Policy, goal: Goal, curves: Curves) -> None:
        cohort = cohort_of(goal, curves)
        for trial, interval in _judgements(curves):
            policy.judge(trial, interval, cohort)
        assert cohort == cohort_of(goal, curves)

    def test_the_best_trial_is_never_stopped(self, policy: Policy, goal: Goal, curves: Curves) -> None:
        cohort = cohort_of(goal, curves)
        for trial, interval in _judgements(curves):
            leader = cohort.best_until(interval)
            if leader is not None and cohort.best_of(trial, interval) == leader.value:
                assert not policy.judge(trial, interval, cohort).stop

    def test_a_trial_without_usable_values_is_kept(self, policy: Policy, goal: Goal) -> None:
        cohort = cohort_of(goal, {0: (0.5, 0.5), 1: (0.6, 0.6), 2: (float("nan"), None)})
        assert not policy.judge(2, 2, cohort).stop

    @pytest.mark.parametrize("value", [-1.0, 0.0, 1.0])
    def test_a_lone_trial_is_kept(self, policy: Policy, goal: Goal, value: float) -> None:
        cohort = cohort_of(goal, {0: (value, value - 1, value + 1, value)})
        assert not any(policy.judge(0, interval, cohort).stop for interval in range(1, 5))

    def test_evidence_names_the_policy_and_the_interval_and_is_json(
        self, policy: Policy, goal: Goal, curves: Curves
    ) -> None:
        cohort = cohort_of(goal, curves)
        for trial, interval in _judgements(curves):
            verdict = policy.judge(trial, interval, cohort)
            assert verdict.evidence["policy"] == policy.name
            assert verdict.evidence["interval"] == interval
            assert json.loads(canonical_json(verdict.evidence)) == verdict.evidence

    def test_one_that_says_it_never_stops_keeps_all(self, policy: Policy, goal: Goal, curves: Curves) -> None:
        cohort = cohort_of(goal, curves)
        stops = [policy.judge(trial, interval, cohort).stop for trial, interval in _judgements(curves)]
        assert policy.may_stop or not any(stops)

    def test_what_is_surely_kept_is_kept(self, policy: Policy, goal: Goal, curves: Curves) -> None:
        cohort = cohort_of(goal, curves)
        kept = [(t, n) for t, n in _judgements(curves) if policy.surely_keeps(t, n, cohort)]
        assert not any(policy.judge(trial, interval, cohort).stop for trial, interval in kept)

    def test_trials_in_list_order_cut_at_an_interval_are_peers_too(
        self, policy: Policy, goal: Goal, curves: Curves
    ) -> None:
        for trial, interval in _judgements(curves):
            column = Column(cohort_of(goal, curves), interval)
            for peer in range(trial + 1):
                column.take(peer)
            cut = {peer: curves[peer][:interval] for peer in range(trial + 1)}
            assert policy.judge(trial, interval, column) == policy.judge(trial, interval, cohort_of(goal, cut))

    def test_a_stop_has_a_reason_in_words(self, policy: Policy, goal: Goal, curves: Curves) -> None:
        cohort = cohort_of(goal, curves)
        for trial, interval in _judgements(curves):
            verdict = policy.judge(trial, interval, cohort)
            assert bool(verdict.reason) == verdict.stop

    def test_it_applies_at_multiples_of_its_interval_from_the_delay_on(self) -> None:
        if not self.has_intervals:
            pytest.skip("takes no intervals")
        policy = self.make_policy(3, 7)
        assert [n for n in range(1, 16) if policy.applies_at(n)] == [9, 12, 15]

    @pytest.mark.parametrize(("evaluation_interval", "delay_evaluation"), [(0, 0), (-1, 0), (True, 0), (1, -1)])
    def test_intervals_out_of_bounds_are_refused(self, evaluation_interval: int, delay_evaluation: int) -> None:
        if not self.has_intervals:
            pytest.skip("takes no intervals")
        with pytest.raises(InvalidInputError):
            self.make_policy(evaluation_interval, delay_evaluation)

    def test_json_gives_the_same_policy_back(self, goal: Goal, curves: Curves) -> None:
        policy = self.make_policy(2, 2)
        copy = policies.from_json(json.loads(canonical_json(policy.to_json())))
        assert copy.to_json() == policy.to_json()
        assert type(copy) is type(policy)
        cohort = cohort_of(goal, curves)
        assert [copy.judge(t, n, cohort) for t, n in _judgements(curves)] == [
            policy.judge(t, n, cohort) for t, n in _judgements(curves)
        ]


def _judgements(curves: Curves) -> list[tuple[int, int]]:
    """Every trial at every interval that it reached."""
    return [(trial, interval) for trial, values in curves.items() for interval in range(1, len(values) + 1)]
