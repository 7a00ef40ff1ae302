"""TruncationSelection, interval by interval."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from tests.policies.worked import verdicts_of

from hyperstep.errors import InvalidInputError
from hyperstep.policies.base import Policy
from hyperstep.policies.truncation_selection import TruncationSelectionPolicy
from hyperstep.records.goal import Goal
from hyperstep.testing.policies import Curves, PolicyContract, cohort_of

UP, DOWN = Goal.MAXIMIZE, Goal.MINIMIZE
KEEP, STOP = False, True


class TestTruncationSelection(PolicyContract):
    def make_policy(self, evaluation_interval: int, delay_evaluation: int) -> Policy:
        return TruncationSelectionPolicy(50, evaluation_interval, delay_evaluation)


class TestTruncationOfAlmostAll(PolicyContract):
    def make_policy(self, evaluation_interval: int, delay_evaluation: int) -> Policy:
        return TruncationSelectionPolicy(99, evaluation_interval, delay_evaluation)


class Row(NamedTuple):
    interval: int
    threshold: float | None
    """Best value of the last that stays; None: nobody is cut."""
    verdicts: dict[int, bool]


class Table(NamedTuple):
    percentage: int
    goal: Goal
    curves: Curves
    rows: list[Row]


TABLES = {
    "half of four, maximize": Table(
        50,
        UP,
        {0: (1.0, 5.0), 1: (2.0, 2.0), 2: (3.0, 3.0), 3: (4.0, 4.0)},
        [
            Row(1, 3.0, {0: STOP, 1: STOP, 2: KEEP, 3: KEEP}),
            Row(2, 4.0, {0: KEEP, 1: STOP, 2: STOP, 3: KEEP}),
        ],
    ),
    "half of four, minimize": Table(
        50, DOWN, {0: (1.0,), 1: (2.0,), 2: (3.0,), 3: (4.0,)}, [Row(1, 2.0, {0: KEEP, 1: KEEP, 2: STOP, 3: STOP})]
    ),
    "the share is rounded down": Table(
        20,
        UP,
        {trial: (float(trial),) for trial in range(9)},
        [Row(1, 1.0, {0: STOP, 1: KEEP, 8: KEEP})],  # floor(20% of 9) = 1
    ),
    "too few for one to be cut": Table(20, UP, {t: (float(t),) for t in range(4)}, [Row(1, None, {0: KEEP, 3: KEEP})]),
    "later values do not count": Table(
        50, UP, {0: (1.0, 9.0), 1: (2.0, 2.0)}, [Row(1, 2.0, {0: STOP, 1: KEEP}), Row(2, 9.0, {0: KEEP, 1: STOP})]
    ),
    "trials that have not come so far, or ended early, are ranked by what they have": Table(
        50, UP, {0: (1.0,), 1: (0.5,), 2: (2.0, 2.0), 3: (3.0, 3.0)}, [Row(2, 2.0, {2: KEEP, 3: KEEP})]
    ),
    "equal to the last that stays, stays": Table(
        50, UP, dict.fromkeys(range(4), (1.0,)), [Row(1, 1.0, {0: KEEP, 1: KEEP, 2: KEEP, 3: KEEP})]
    ),
    "trials without usable values are not ranked": Table(
        50, UP, {0: (None,), 1: (None,), 2: (1.0,), 3: (2.0,)}, [Row(1, 2.0, {2: STOP, 3: KEEP})]
    ),
}


@pytest.mark.parametrize(("table", "row", "trial"), verdicts_of(TABLES))
def test_worked_table(table: Table, row: Row, trial: int) -> None:
    policy = TruncationSelectionPolicy(table.percentage)
    cohort = cohort_of(table.goal, table.curves)
    verdict = policy.judge(trial, row.interval, cohort)
    assert verdict.stop is row.verdicts[trial]
    assert policy.surely_keeps(trial, row.interval, cohort) is not row.verdicts[trial]
    assert verdict.evidence.get("threshold") == row.threshold


def test_the_evidence_and_the_reason_say_all() -> None:
    cohort = cohort_of(DOWN, {0: (1.0,), 1: (2.0,), 2: (3.0,), 3: (4.0,)})
    verdict = TruncationSelectionPolicy(25).judge(3, 1, cohort)
    assert verdict.reason == "TruncationSelection: best 4 by interval 1 is above the value of rank 3 of 4 = 3"
    assert verdict.evidence == {
        "policy": "TruncationSelection",
        "interval": 1,
        "goal": "minimize",
        "value": 4.0,
        "threshold": 3.0,
        "ranking": {"ranked": 4, "cut": 1},
        "evaluation_interval": 1,
        "delay_evaluation": 0,
        "truncation_percentage": 25,
        "peers": {"count": 4, "trials": [0, 1, 2, 3]},
    }


@pytest.mark.parametrize("percentage", [0, 100, -5, 20.0, True, None, "20"])
def test_a_percentage_out_of_its_bounds_is_refused(percentage: int) -> None:
    with pytest.raises(InvalidInputError, match="truncation_percentage"):
        TruncationSelectionPolicy(percentage)
