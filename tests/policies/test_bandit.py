"""Bandit, interval by interval."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policies.worked import verdicts_of

from hyperstep.errors import InvalidInputError
from hyperstep.policies.bandit import BanditPolicy
from hyperstep.policies.base import Policy
from hyperstep.policies.threshold_policy import MAX_PEERS_LISTED
from hyperstep.records.goal import Goal
from hyperstep.testing.policies import Curves, PolicyContract, cohort_of

UP, DOWN = Goal.MAXIMIZE, Goal.MINIMIZE
KEEP, STOP = False, True


class TestBanditFactor(PolicyContract):
    def make_policy(self, evaluation_interval: int, delay_evaluation: int) -> Policy:
        return BanditPolicy(evaluation_interval, slack_factor=0.1, delay_evaluation=delay_evaluation)


class TestBanditAmount(PolicyContract):
    def make_policy(self, evaluation_interval: int, delay_evaluation: int) -> Policy:
        return BanditPolicy(evaluation_interval, slack_amount=0.2, delay_evaluation=delay_evaluation)


class TestBanditWithoutSlack(PolicyContract):
    def make_policy(self, evaluation_interval: int, delay_evaluation: int) -> Policy:
        return BanditPolicy(evaluation_interval, slack_amount=0, delay_evaluation=delay_evaluation)


class Row(NamedTuple):
    interval: int
    threshold: float | None
    verdicts: dict[int, bool]


class Table(NamedTuple):
    policy: BanditPolicy
    goal: Goal
    curves: Curves
    rows: list[Row]


TABLES = {
    "factor 0.2, maximize": Table(
        BanditPolicy(slack_factor=0.2),
        UP,
        {0: (0.30, 0.60, 0.80), 1: (0.26, 0.48, 0.66), 2: (0.24, 0.55, 0.67), 3: (0.36, 0.36, 0.36)},
        [
            Row(1, 0.36 / 1.2, {0: KEEP, 1: STOP, 2: STOP, 3: KEEP}),
            Row(2, 0.60 / 1.2, {0: KEEP, 1: STOP, 2: KEEP, 3: STOP}),
            Row(3, 0.80 / 1.2, {0: KEEP, 1: STOP, 2: KEEP, 3: STOP}),
        ],
    ),
    "factor 0.5, minimize": Table(
        BanditPolicy(slack_factor=0.5),
        DOWN,
        {0: (4.0, 2.0, 1.0), 1: (6.0, 3.0, 2.9), 2: (6.1, 3.1, 1.5), 3: (2.0, 9.0, 9.0)},
        [
            Row(1, 3.0, {0: STOP, 1: STOP, 2: STOP, 3: KEEP}),
            Row(2, 3.0, {0: KEEP, 1: KEEP, 2: STOP, 3: KEEP}),
            Row(3, 1.5, {0: KEEP, 1: STOP, 2: KEEP, 3: STOP}),
        ],
    ),
    "amount 0.1, maximize": Table(
        BanditPolicy(slack_amount=0.125),
        UP,
        {0: (0.25, 0.75), 1: (0.125, 0.625), 2: (0.0, 0.5)},
        [Row(1, 0.125, {0: KEEP, 1: KEEP, 2: STOP}), Row(2, 0.625, {0: KEEP, 1: KEEP, 2: STOP})],
    ),
    "amount 1, minimize, across zero": Table(
        BanditPolicy(slack_amount=1),
        DOWN,
        {0: (0.5, -0.5), 1: (1.5, 0.5), 2: (1.75, 0.75)},
        [Row(1, 1.5, {0: KEEP, 1: KEEP, 2: STOP}), Row(2, 0.5, {0: KEEP, 1: KEEP, 2: STOP})],
    ),
    "factor 1, maximize, below zero": Table(
        BanditPolicy(slack_factor=1),
        UP,
        {0: (-4.0, -2.0, 0.0, 2.0), 1: (-8.0, -4.0, -4.0, 1.0), 2: (-9.0, -5.0, -0.5, 0.5)},
        [
            Row(1, -8.0, {0: KEEP, 1: KEEP, 2: STOP}),
            Row(2, -4.0, {0: KEEP, 1: KEEP, 2: STOP}),
            Row(3, 0.0, {0: KEEP, 1: STOP, 2: STOP}),
            Row(4, 1.0, {0: KEEP, 1: KEEP, 2: STOP}),
        ],
    ),
    "factor 1, minimize, below zero": Table(
        BanditPolicy(slack_factor=1),
        DOWN,
        {0: (-4.0,), 1: (-2.0,), 2: (-1.5,)},
        [Row(1, -2.0, {0: KEEP, 1: KEEP, 2: STOP})],
    ),
    "the best counts up to the judged interval only": Table(
        BanditPolicy(slack_factor=1),
        UP,
        {0: (1.0, 2.0, 100.0), 1: (0.5, 1.0, 1.0), 2: (3.0,)},
        [Row(1, 1.5, {0: STOP, 1: STOP, 2: KEEP}), Row(2, 1.5, {0: KEEP, 1: STOP}), Row(3, 50.0, {0: KEEP, 1: STOP})],
    ),
    "unusable values are passed over": Table(
        BanditPolicy(slack_factor=1),
        UP,
        {0: (None, 4.0), 1: (float("nan"), float("inf")), 2: (1.0, None), 3: (2.0, float("-inf"))},
        [Row(1, 1.0, {2: KEEP, 3: KEEP}), Row(2, 2.0, {0: KEEP, 2: STOP, 3: KEEP})],
    ),
}


@pytest.mark.parametrize(("table", "row", "trial"), verdicts_of(TABLES))
def test_worked_table(table: Table, row: Row, trial: int) -> None:
    verdict = table.policy.judge(trial, row.interval, cohort_of(table.goal, table.curves))
    assert verdict.stop is row.verdicts[trial]
    assert verdict.evidence["threshold"] == row.threshold


def test_the_documented_example_stops_066_and_not_067() -> None:
    policy = BanditPolicy(slack_factor=0.2)
    cohort = cohort_of(UP, {0: (0.8,), 1: (0.66,), 2: (0.67,)})
    assert [policy.judge(t, 1, cohort).stop for t in range(3)] == [KEEP, STOP, KEEP]


@pytest.mark.parametrize(
    ("evaluation_interval", "delay_evaluation", "applied"),
    [(1, 5, [5, 6, 7]), (1, 0, [1, 2, 3]), (100, 200, [200, 300, 400]), (2, 3, [4, 6, 8]), (5, 1, [5, 10, 15])],
)
def test_it_is_applied_first_where_the_documentation_says(
    evaluation_interval: int, delay_evaluation: int, applied: list[int]
) -> None:
    policy = BanditPolicy(evaluation_interval, slack_factor=0.1, delay_evaluation=delay_evaluation)
    assert [n for n in range(1, 500) if policy.applies_at(n)][:3] == applied


@settings(deadline=None)
@given(
    best=st.floats(1e-3, 1e3),
    share=st.floats(0, 1),
    slack=st.floats(0, 10),
)
def test_for_positive_bests_it_is_the_documented_rule(best: float, share: float, slack: float) -> None:
    value = best * share
    verdict = BanditPolicy(slack_factor=slack).judge(1, 1, cohort_of(UP, {0: (best,), 1: (value,)}))
    if abs(value + value * slack - best) > 1e-9 * best:
        assert verdict.stop is (value + value * slack < best)


@settings(deadline=None)
@given(
    values=st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=6),
    slack=st.floats(0, 10),
    by_factor=st.booleans(),
)
def test_maximizing_and_minimizing_the_negative_stop_the_same_trials(
    values: list[float], slack: float, by_factor: bool
) -> None:
    policy = BanditPolicy(slack_factor=slack) if by_factor else BanditPolicy(slack_amount=slack)
    up = cohort_of(UP, {t: (v,) for t, v in enumerate(values)})
    down = cohort_of(DOWN, {t: (-v,) for t, v in enumerate(values)})
    assert [policy.judge(t, 1, up).stop for t in range(len(values))] == [
        policy.judge(t, 1, down).stop for t in range(len(values))
    ]


@settings(deadline=None)
@given(best=st.floats(-1e3, 1e3), gain=st.floats(0, 1e3), slack=st.floats(0, 10))
def test_a_better_best_never_lowers_the_threshold_and_no_threshold_is_better_than_the_best(
    best: float, gain: float, slack: float
) -> None:
    policy = BanditPolicy(slack_factor=slack)
    low, high = (policy.threshold(1, cohort_of(UP, {0: (b,)})) for b in (best, best + gain))
    assert low is not None
    assert high is not None
    assert low.value <= high.value
    assert low.value <= best


def test_the_evidence_and_the_reason_say_all() -> None:
    cohort = cohort_of(UP, {0: (0.5, 0.83), 1: (0.2, 0.61, 0.9), 2: (None,)})
    verdict = BanditPolicy(slack_factor=0.1).judge(1, 2, cohort)
    assert verdict.reason == "Bandit: best 0.61 by interval 2 is below 0.83 / 1.1 = 0.754545"
    assert verdict.evidence == {
        "policy": "Bandit",
        "interval": 2,
        "goal": "maximize",
        "value": 0.61,
        "threshold": 0.83 / 1.1,
        "best": {"trial": 0, "value": 0.83, "interval": 2},
        "slack_factor": 0.1,
        "evaluation_interval": 1,
        "delay_evaluation": 0,
        "peers": {"count": 2, "trials": [0, 1]},
    }


@pytest.mark.parametrize(
    ("policy", "goal", "worse", "words"),
    [
        (BanditPolicy(slack_factor=0.5), DOWN, 4.0, "best 4 by interval 1 is above 2 * 1.5 = 3"),
        (BanditPolicy(slack_amount=0.5), DOWN, 4.0, "best 4 by interval 1 is above 2 + 0.5 = 2.5"),
        (BanditPolicy(slack_amount=0.5), UP, 1.0, "best 1 by interval 1 is below 2 - 0.5 = 1.5"),
        (BanditPolicy(slack_amount=0), UP, 1.9999999, "best 1.9999999 by interval 1 is below 2 - 0 = 2.0"),
    ],
)
def test_the_reason_shows_the_sum(policy: BanditPolicy, goal: Goal, worse: float, words: str) -> None:
    assert policy.judge(1, 1, cohort_of(goal, {0: (2.0,), 1: (worse,)})).reason == f"Bandit: {words}"


def test_a_long_list_of_peers_is_cut_and_counted() -> None:
    cohort = cohort_of(UP, {trial: (float(trial),) for trial in range(50)})
    peers = BanditPolicy(slack_amount=1).judge(0, 1, cohort).evidence["peers"]
    assert peers == {"count": 50, "trials": list(range(MAX_PEERS_LISTED))}


def test_a_trial_without_usable_values_is_kept_and_the_evidence_says_so() -> None:
    verdict = BanditPolicy(slack_amount=1).judge(1, 1, cohort_of(UP, {0: (5.0,), 1: (float("nan"),)}))
    assert not verdict.stop
    assert verdict.evidence["value"] is None
    assert verdict.evidence["kept_because"] == "no usable value so far"


@pytest.mark.parametrize(
    "slack",
    [
        {},
        {"slack_factor": 0.1, "slack_amount": 0.1},
        {"slack_factor": -0.1},
        {"slack_amount": -1},
        {"slack_factor": float("nan")},
        {"slack_amount": float("inf")},
        {"slack_amount": True},
        {"slack_factor": "0.1"},
    ],
)
def test_slacks_that_make_no_sense_are_refused(slack: dict[str, float]) -> None:
    with pytest.raises(InvalidInputError):
        BanditPolicy(**slack)  # type: ignore[arg-type]
