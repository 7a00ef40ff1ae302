"""The best trial of those that may be, found with little work."""

from __future__ import annotations

from hyperstep.policies.cohort import Cohort
from hyperstep.policies.ranking import Ranking
from hyperstep.records.goal import Goal


def test_what_holds_no_more_leaves_once() -> None:
    looks: list[int] = []
    gone: set[int] = set()

    def holds(trial: int, _gain: float) -> bool:
        looks.append(trial)
        return trial not in gone

    ranking = Ranking(holds)
    for trial in range(90):
        ranking.enter(trial, float(trial))
        assert ranking.best() == (trial, float(trial))
    looks.clear()
    for trial in range(89, 0, -1):
        gone.add(trial)
        assert ranking.best() == (trial - 1, trial - 1.0)
    assert len(looks) == 2 * 89


def test_memory_grows_with_the_trials_not_with_their_reports() -> None:
    cohort = Cohort(Goal.MAXIMIZE)
    for epoch in range(5_000):
        cohort.report(epoch % 3, float(epoch))
    assert len(cohort._ranking._heap) <= 110
    assert cohort.best() == (4_999 % 3, 4_999.0)


def test_a_trial_that_is_passed_over_is_never_the_best_but_is_compared_with() -> None:
    cohort = Cohort(Goal.MINIMIZE)
    for trial, value in enumerate([0.3, 0.1, 0.2]):
        cohort.report(trial, value)
    cohort.pass_over(1)
    assert cohort.best() == (2, 0.2)
    cohort.report(1, 0.05)
    assert cohort.best() == (2, 0.2)
    leader = cohort.best_until(2)
    assert leader is not None
    assert leader.value == 0.05
