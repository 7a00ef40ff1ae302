"""MedianStopping, interval by interval."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from tests.policies.worked import verdicts_of

from hyperstep.policies.base import Policy
from hyperstep.policies.median_stopping import MedianStoppingPolicy
from hyperstep.records.goal import Goal
from hyperstep.testing.policies import Curves, PolicyContract, cohort_of

UP, DOWN = Goal.MAXIMIZE, Goal.MINIMIZE
KEEP, STOP = False, True


class TestMedianStopping(PolicyContract):
    def make_policy(self, evaluation_interval: int, delay_evaluation: int) -> Policy:
        return MedianStoppingPolicy(evaluation_interval, delay_evaluation)


class Row(NamedTuple):
    interval: int
    median: float | None
    """None: too few trials reached the interval."""
    verdicts: dict[int, bool]


class Table(NamedTuple):
    goal: Goal
    curves: Curves
    rows: list[Row]


TABLES = {
    "three trials, maximize": Table(
        UP,
        {0: (1.0, 3.0, 5.0), 1: (2.0, 2.0, 2.0), 2: (0.0, 1.0, 8.0)},
        [
            Row(1, 1.0, {0: KEEP, 1: KEEP, 2: STOP}),  # means 1, 2, 0
            Row(2, 2.0, {0: KEEP, 1: KEEP, 2: STOP}),  # means 2, 2, 0.5
            Row(3, 3.0, {0: KEEP, 1: STOP, 2: KEEP}),  # means 3, 2, 3
        ],
    ),
    "two trials, minimize": Table(
        DOWN,
        {0: (4.0, 2.0), 1: (8.0, 6.0)},
        [
            Row(1, 6.0, {0: KEEP, 1: STOP}),  # means 4, 8
            Row(2, 5.0, {0: KEEP, 1: STOP}),  # means 3, 7
        ],
    ),
    "only trials that reached the interval enter": Table(
        UP,
        {0: (10.0,), 1: (10.0,), 2: (1.0, 1.0), 3: (3.0, 3.0)},
        [
            Row(1, 6.5, {0: KEEP, 1: KEEP, 2: STOP, 3: STOP}),  # means 1, 3, 10, 10
            Row(2, 2.0, {2: STOP, 3: KEEP}),  # means 1, 3
        ],
    ),
    "alone at the interval": Table(UP, {0: (5.0,), 1: (1.0, 1.0)}, [Row(2, None, {1: KEEP})]),
    "means of usable values only": Table(
        UP,
        {0: (1.0, None, 3.0), 1: (None, 1.5, None), 2: (None, None, None)},
        [
            Row(1, None, {0: KEEP}),  # alone with a usable value
            Row(2, 1.25, {0: STOP, 1: KEEP}),  # means 1, 1.5
            Row(3, 1.75, {0: KEEP, 1: STOP}),  # means 2, 1.5
        ],
    ),
    "equal to the median stays": Table(UP, {0: (2.0,), 1: (2.0,), 2: (2.0,)}, [Row(1, 2.0, {0: KEEP, 2: KEEP})]),
}


@pytest.mark.parametrize(("table", "row", "trial"), verdicts_of(TABLES))
def test_worked_table(table: Table, row: Row, trial: int) -> None:
    verdict = MedianStoppingPolicy().judge(trial, row.interval, cohort_of(table.goal, table.curves))
    assert verdict.stop is row.verdicts[trial]
    assert verdict.evidence.get("threshold") == row.median
    assert verdict.evidence.get("median") == row.median


def test_the_evidence_and_the_reason_say_all() -> None:
    cohort = cohort_of(UP, {0: (1.0, 3.0), 1: (0.5, 1.0), 2: (9.0,)})
    verdict = MedianStoppingPolicy(2, 2).judge(1, 2, cohort)
    assert verdict.reason == "MedianStopping: best 1 by interval 2 is below the median of 2 trials' means = 1.375"
    assert verdict.evidence == {
        "policy": "MedianStopping",
        "interval": 2,
        "goal": "maximize",
        "value": 1.0,
        "threshold": 1.375,
        "median": 1.375,
        "evaluation_interval": 2,
        "delay_evaluation": 2,
        "peers": {"count": 2, "trials": [0, 1]},
    }


def test_a_lone_trial_is_kept_and_the_evidence_says_why() -> None:
    verdict = MedianStoppingPolicy().judge(0, 1, cohort_of(DOWN, {0: (5.0,)}))
    assert verdict.evidence["kept_because"] == "too few trials to compare with"
