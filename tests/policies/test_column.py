"""A column answers like a cohort of its trials, each cut at its interval."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperstep.policies.cohort import Cohort
from hyperstep.policies.column import Column
from hyperstep.policies.peers import Peers
from hyperstep.records.goal import Goal

VALUES = st.one_of(st.none(), st.integers(-2, 2).map(float), st.floats(-1e6, 1e6))
CURVES = st.lists(st.lists(VALUES, max_size=6), max_size=8)


def _cohort(goal: Goal, curves: dict[int, list[float | None]]) -> Cohort:
    cohort = Cohort(goal)
    for trial, values in curves.items():
        for value in values:
            cohort.report(trial, value)
    return cohort


def _answers(peers: Peers, interval: int, trials: list[int]) -> list[object]:
    count = peers.count_until(interval)
    return [
        peers.best_until(interval),
        sorted(peers.trials_until(interval)),
        count,
        [peers.nth_best_until(interval, n) for n in range(1, count + 1)],
        sorted(peers.trials_at(interval)),
        peers.count_at(interval),
        peers.median_mean_at(interval),
        [(peers.best_of(trial, interval), peers.mean_of(trial, interval)) for trial in trials],
    ]


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(Goal), CURVES, st.integers(1, 5), st.randoms(use_true_random=False), st.integers(0, 8))
def test_it_answers_like_a_cohort_of_cut_curves(
    goal: Goal, curves: list[list[float | None]], interval: int, chance: random.Random, released: int
) -> None:
    all_curves = dict(enumerate(curves))
    column = Column(_cohort(goal, all_curves), interval)
    order = list(all_curves)
    chance.shuffle(order)
    for trial in order:
        column.take(trial)
    kept = {trial: values[:interval] for trial, values in all_curves.items()}
    assert _answers(column, interval, order) == _answers(_cohort(goal, kept), interval, order)
    before = {trial: values for trial, values in kept.items() if trial < released}
    assert _answers(column.before(released), interval, []) == _answers(_cohort(goal, before), interval, [])
    if released in kept:
        column.release(released)
        del kept[released]
        assert _answers(column, interval, []) == _answers(_cohort(goal, kept), interval, [])


def test_it_knows_no_other_interval() -> None:
    with pytest.raises(ValueError, match="interval 3 only, not 2"):
        Column(Cohort(Goal.MAXIMIZE), 3).count_until(2)
