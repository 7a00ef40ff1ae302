"""The cohort answers like a plain look at all curves, whatever the order of reports."""

from __future__ import annotations

from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperstep.policies.cohort import Cohort
from hyperstep.policies.peers import Leader
from hyperstep.records.goal import Goal

VALUES = st.one_of(st.none(), st.integers(-5, 5).map(float), st.floats(-1e6, 1e6))
REPORTS = st.lists(st.tuples(st.integers(0, 5), VALUES), max_size=60)
"""(trial, value), in the order of arrival; a trial of number 5 stands for: forget trial 0."""
FORGET = 5
NEARLY_EQUAL = st.integers(0, 3).map(lambda ulps: 0.1 - ulps * 2**-56)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def _cohort(goal: Goal, reports: list[tuple[int, float | None]]) -> tuple[Cohort, dict[int, list[float | None]]]:
    cohort, curves = Cohort(goal), dict[int, list[float | None]]()
    for trial, value in reports:
        if trial == FORGET:
            cohort.forget(0)
            curves.pop(0, None)
        else:
            curves.setdefault(trial, []).append(value)
            assert cohort.report(trial, value) == len(curves[trial])
    return cohort, curves


def _usable(values: list[float | None], until: int) -> list[float]:
    return [v for v in values[:until] if v is not None]


@settings(deadline=None)
@given(st.sampled_from(Goal), REPORTS, st.integers(1, 20))
def test_bests_equal_those_of_the_plain_curves(goal: Goal, reports: list[tuple[int, float | None]], n: int) -> None:
    cohort, curves = _cohort(goal, reports)
    bests = {t: goal.best(_usable(values, n)) for t, values in curves.items()}
    assert {t: cohort.best_of(t, n) for t in curves} == bests
    with_values = {t: best for t, best in bests.items() if best is not None}
    assert set(cohort.trials_until(n)) == with_values.keys()
    assert cohort.count_until(n) == len(with_values)
    leader = cohort.best_until(n)
    assert (leader.value if leader else None) == goal.best(with_values.values())
    if leader:
        assert curves[leader.trial][leader.interval - 1] == leader.value
    ranked = sorted(with_values.values(), reverse=goal is Goal.MAXIMIZE)
    assert [cohort.nth_best_until(n, rank) for rank in range(1, len(ranked) + 1)] == ranked
    better = {value: sum(goal.better(other, value) for other in ranked) for value in ranked}
    assert {value: cohort.count_better_until(n, value) for value in ranked} == better


@settings(deadline=None)
@given(st.sampled_from(Goal), REPORTS, st.integers(1, 20))
def test_means_equal_those_of_the_plain_curves(goal: Goal, reports: list[tuple[int, float | None]], n: int) -> None:
    cohort, curves = _cohort(goal, reports)
    reached = {t: _usable(values, n) for t, values in curves.items() if len(values) >= n and _usable(values, n)}
    assert set(cohort.trials_at(n)) == reached.keys()
    assert cohort.count_at(n) == len(reached)
    means = {t: sum(values) / len(values) for t, values in reached.items()}
    assert {t: cohort.mean_of(t, n) for t in reached} == pytest.approx(means, abs=1e-6)
    if means:
        assert cohort.median_mean_at(n) == pytest.approx(median(means.values()), abs=1e-6)
    else:
        assert cohort.median_mean_at(n) is None


@settings(deadline=None)
@given(st.sampled_from(Goal), REPORTS)
def test_the_best_of_all_is_the_lowest_numbered_trial_with_the_best_value(
    goal: Goal, reports: list[tuple[int, float | None]]
) -> None:
    cohort, curves = _cohort(goal, reports)
    bests = {t: goal.best(_usable(values, len(values))) for t, values in curves.items()}
    value = goal.best(v for v in bests.values() if v is not None)
    winners = [t for t, best in bests.items() if best is not None and best == value]
    assert cohort.best() == (None if value is None else (min(winners), value))


@settings(deadline=None)
@given(st.sampled_from(Goal), REPORTS)
def test_curves_are_kept_as_reported(goal: Goal, reports: list[tuple[int, float | None]]) -> None:
    cohort, curves = _cohort(goal, reports)
    assert cohort.curves() == {t: tuple(values) for t, values in curves.items()}
    assert {t: cohort.last_of(t) for t in curves} == {t: values[-1] for t, values in curves.items()}


@settings(deadline=None)
@given(st.sampled_from(Goal), REPORTS)
def test_answers_do_not_depend_on_the_order_in_which_trials_reported(
    goal: Goal, reports: list[tuple[int, float | None]]
) -> None:
    kept = [(t, v) for t, v in reports if t != FORGET]
    mixed, curves = _cohort(goal, kept)
    in_turn, _ = _cohort(goal, [(t, v) for t in sorted(curves) for v in curves[t]])
    for n in range(1, 12):
        assert mixed.best_until(n) == in_turn.best_until(n)
        assert mixed.median_mean_at(n) == in_turn.median_mean_at(n)
    assert mixed == in_turn


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), None])
def test_what_is_no_finite_number_takes_its_interval_and_is_never_compared(value: float | None) -> None:
    cohort = Cohort(Goal.MAXIMIZE)
    assert [cohort.report(0, v) for v in (0.5, value, 0.4)] == [1, 2, 3]
    assert cohort.curve(0) == (0.5, None, 0.4)
    assert cohort.best_until(3) == Leader(0, 0.5, 1)
    assert cohort.mean_of(0, 2) == 0.5
    assert cohort.mean_of(0, 3) == pytest.approx(0.45)


@pytest.mark.parametrize("value", [0.1, 1 / 3, 1.7e308, -1.7e308, 5e-324])
def test_the_mean_of_equal_values_is_that_value(value: float) -> None:
    cohort = Cohort(Goal.MINIMIZE)
    for _ in range(7):
        cohort.report(0, value)
    assert cohort.mean_of(0, 7) == value


def test_an_unknown_trial_has_nothing() -> None:
    cohort = Cohort(Goal.MAXIMIZE)
    cohort.forget(3)
    assert cohort.curve(3) == ()
    assert cohort.intervals(3) == 0
    assert cohort.best_of(3) is None
    assert cohort.last_of(3) is None
    assert cohort.mean_of(3, 1) is None
    assert cohort.best() is None
    assert cohort.best_until(5) is None


def test_a_forgotten_trial_starts_again_at_interval_1() -> None:
    cohort = Cohort(Goal.MAXIMIZE)
    cohort.report(0, 0.9)
    cohort.report(1, 0.5)
    cohort.forget(0)
    assert cohort.best() == (1, 0.5)
    assert cohort.best_until(1) == Leader(1, 0.5, 1)
    assert cohort.report(0, 0.1) == 1


def test_the_median_of_the_largest_numbers_is_finite() -> None:
    cohort = Cohort(Goal.MAXIMIZE)
    cohort.report(0, 1.7e308)
    cohort.report(1, 1.7e308)
    assert cohort.median_mean_at(1) == 1.7e308


def test_cohorts_of_different_goals_differ() -> None:
    assert Cohort(Goal.MAXIMIZE) != Cohort(Goal.MINIMIZE)
    assert Cohort(Goal.MAXIMIZE) != "maximize"


@settings(deadline=None, max_examples=500)
@given(st.sampled_from(Goal), st.lists(st.one_of(NEARLY_EQUAL, FINITE), min_size=1, max_size=30))
def test_a_mean_is_never_better_than_the_best(goal: Goal, values: list[float]) -> None:
    cohort = Cohort(goal)
    for value in values:
        interval = cohort.report(0, value)
        mean, best = cohort.mean_of(0, interval), cohort.best_of(0)
        assert mean is not None
        assert best is not None
        assert not goal.better(mean, best)


@settings(deadline=None)
@given(st.sampled_from(Goal), REPORTS, st.lists(st.tuples(st.integers(0, 4), st.integers(0, 60)), max_size=4))
def test_a_trial_that_is_passed_over_is_never_the_best_and_counts_in_all_else(
    goal: Goal, reports: list[tuple[int, float | None]], passed_over: list[tuple[int, int]]
) -> None:
    cohort, curves = Cohort(goal), dict[int, list[float | None]]()
    out: set[int] = set()
    for place, (trial, value) in enumerate([*reports, (4, None)]):
        for one, at in passed_over:
            if at == place:
                cohort.pass_over(one)
                out.add(one)
        if trial == FORGET:
            cohort.forget(0)
            curves.pop(0, None)
        else:
            curves.setdefault(trial, []).append(value)
            cohort.report(trial, value)
        bests = {t: goal.best(_usable(values, 99)) for t, values in sorted(curves.items()) if t not in out}
        top = goal.best(best for best in bests.values() if best is not None)
        assert cohort.best() == next(((t, best) for t, best in bests.items() if best is not None and best == top), None)
    assert cohort == _cohort(goal, [*reports, (4, None)])[0]
