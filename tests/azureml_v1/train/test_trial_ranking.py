"""The order of trials by their primary metric."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hyperstep.azureml_v1.train.trial_ranking import RankedTrial, order_trials
from hyperstep.records.goal import Goal
from hyperstep.records.status import RunStatus


def _trials(values: list[float | None]) -> list[RankedTrial]:
    return [RankedTrial(f"HD_{n}", "{}", value, RunStatus.COMPLETED) for n, value in enumerate(values)]


def _ids(trials: list[RankedTrial]) -> list[int]:
    return [int(trial.run_id.removeprefix("HD_")) for trial in trials]


def test_the_best_comes_first_and_trials_without_a_value_last_either_way() -> None:
    trials = _trials([1.0, None, 3.0, 2.0])
    assert _ids(order_trials(trials, Goal.MAXIMIZE)) == [2, 3, 0, 1]
    assert _ids(order_trials(trials, Goal.MINIMIZE)) == [0, 3, 2, 1]
    assert _ids(order_trials(trials, Goal.MAXIMIZE, reverse=True)) == [0, 3, 2, 1]
    assert _ids(order_trials(trials, Goal.MINIMIZE, reverse=True)) == [2, 3, 0, 1]


def test_equals_keep_their_order_whichever_way_is_sorted() -> None:
    trials = _trials([1.0, 2.0, 1.0, 2.0])
    for goal in Goal:
        for reverse in (False, True):
            ids = _ids(order_trials(trials, goal, reverse=reverse))
            assert ids.index(0) < ids.index(2)
            assert ids.index(1) < ids.index(3)


def test_zero_is_a_value() -> None:
    assert _ids(order_trials(_trials([None, 0.0, -1.0]), Goal.MAXIMIZE)) == [1, 2, 0]


@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False)), st.sampled_from(Goal), st.booleans())
def test_every_trial_is_kept_and_the_values_are_sorted(values: list[float | None], goal: Goal, reverse: bool) -> None:
    ordered = order_trials(_trials(values), goal, reverse=reverse)
    found = [trial.best for trial in ordered if trial.best is not None]
    assert sorted(_ids(ordered)) == list(range(len(values)))
    assert found == sorted(found, reverse=(goal is Goal.MAXIMIZE) is not reverse)
