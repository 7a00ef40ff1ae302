"""Default: nothing is stopped."""

from __future__ import annotations

from hyperstep.policies.base import Policy
from hyperstep.policies.no_termination import NoTerminationPolicy
from hyperstep.records.goal import Goal
from hyperstep.testing.policies import PolicyContract, cohort_of


class TestNoTermination(PolicyContract):
    has_intervals = False

    def make_policy(self, evaluation_interval: int, delay_evaluation: int) -> Policy:
        del evaluation_interval, delay_evaluation
        return NoTerminationPolicy()


def test_the_worst_trial_goes_on() -> None:
    cohort = cohort_of(Goal.MAXIMIZE, {0: (100.0,), 1: (-100.0,)})
    verdict = NoTerminationPolicy().judge(1, 1, cohort)
    assert not verdict.stop
    assert verdict.evidence == {"policy": "Default", "interval": 1}
