"""Finished trials held against a changed search space."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperstep.errors import InvalidInputError
from hyperstep.search_space.space import SearchSpace
from hyperstep.sweep.earlier import KeptTrial
from hyperstep.sweep.keeping import Keeping, Objection, SetAside, check_past, fit_trials

OPTIONS = ("adam", "sgd", "lion", 1, 1.5)
lists = st.lists(st.sampled_from(OPTIONS), min_size=1, unique_by=repr)
bounds = st.tuples(st.floats(-10, 10), st.floats(-10, 10)).map(sorted).filter(lambda pair: pair[0] < pair[1])


def space_of(**expressions: Any) -> SearchSpace:
    return SearchSpace.from_json(expressions)


def fit(space: SearchSpace, *points: dict[str, Any], past: dict[str, Any] | None = None, room: int = 1000) -> Keeping:
    trials = [KeptTrial(point, f"run_{number}") for number, point in enumerate(points)]
    return fit_trials(space, past or {}, trials, room)


def sources(keeping: Keeping) -> list[str]:
    return [trial.source for trial in keeping.kept]


@given(bounds, bounds, st.lists(st.floats(0, 1), max_size=8))
def test_of_a_range_that_was_widened_or_narrowed_exactly_the_values_within_are_kept(
    old: list[float], new: list[float], shares: list[float]
) -> None:
    values = [min(old[0] + share * (old[1] - old[0]), old[1]) for share in shares]
    keeping = fit(space_of(lr=["uniform", new]), *({"lr": value} for value in values))
    inside = [f"run_{number}" for number, value in enumerate(values) if new[0] <= value <= new[1]]
    assert sources(keeping) == inside
    assert keeping.set_aside == len(values) - len(inside)
    lost = (SetAside("lr", Objection.OUT_OF_RANGE.value, keeping.set_aside),) if keeping.set_aside else ()
    assert keeping.because == lost


@given(lists, lists)
def test_of_a_choice_exactly_the_options_that_are_still_there_are_kept(old: list[Any], new: list[Any]) -> None:
    keeping = fit(space_of(opt=["choice", [new]]), *({"opt": option} for option in old))
    written = [repr(option) for option in new]
    assert sources(keeping) == [f"run_{number}" for number, option in enumerate(old) if repr(option) in written]
    assert {aside.reason for aside in keeping.because} <= {Objection.NO_OPTION.value}


@given(st.lists(st.floats(0, 1), max_size=5), st.booleans())
def test_a_new_hyperparameter_has_its_default_in_the_past_or_sets_all_aside(values: list[float], named: bool) -> None:
    space = space_of(momentum=["uniform", [0, 1]], lr=["uniform", [0, 1]])
    keeping = fit(space, *({"lr": value} for value in values), past={"momentum": 0.9} if named else {})
    if named:
        assert [dict(trial.point) for trial in keeping.kept] == [{"momentum": 0.9, "lr": value} for value in values]
        assert all(list(trial.point) == ["momentum", "lr"] for trial in keeping.kept)
    else:
        assert not keeping.kept
        assert [aside.reason for aside in keeping.because] == [Objection.NO_PAST.value] * bool(values)


@given(st.lists(st.floats(0, 1), max_size=5))
def test_a_hyperparameter_that_is_gone_sets_all_aside(values: list[float]) -> None:
    keeping = fit(space_of(lr=["uniform", [0, 1]]), *({"lr": value, "momentum": 0.5} for value in values))
    assert not keeping.kept
    assert keeping.because == ((SetAside("momentum", Objection.GONE.value, len(values)),) if values else ())


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 40))
def test_a_quantized_range_keeps_what_lies_on_its_own_steps(old: int, new: int, steps: int) -> None:
    value = space_of(units=["quniform", [0, 200, old]])["units"].quantile(steps * old / 200)
    keeping = fit(space_of(units=["quniform", [0, 100, new]]), {"units": value})
    assert bool(keeping.kept) is (float(value) % new == 0 and float(value) <= 100)  # type: ignore[arg-type]


@given(st.integers(0, 12), st.integers(0, 12))
def test_no_more_are_kept_than_there_is_room_for_and_the_first_are(trials: int, room: int) -> None:
    keeping = fit(space_of(lr=["uniform", [0, 1]]), *({"lr": 0.5} for _ in range(trials)), room=room)
    assert sources(keeping) == [f"run_{number}" for number in range(min(trials, room))]
    assert keeping.set_aside == max(0, trials - room)


@given(st.lists(st.tuples(st.floats(0, 2), st.sampled_from(OPTIONS)), max_size=10))
def test_every_trial_is_kept_or_counted_and_what_is_kept_is_in_the_space(points: list[tuple[float, Any]]) -> None:
    space = space_of(lr=["uniform", [0.5, 1]], opt=["choice", [["adam", 1]]])
    keeping = fit(space, *({"lr": lr, "opt": opt} for lr, opt in points))
    assert all(space.contains(trial.point) for trial in keeping.kept)
    assert len(keeping.kept) + keeping.set_aside == len(points)
    assert sum(aside.trials for aside in keeping.because) >= keeping.set_aside


def test_a_trial_that_does_not_fit_for_two_reasons_is_counted_at_each() -> None:
    keeping = fit(space_of(lr=["uniform", [0, 1]], opt=["choice", [["adam"]]]), {"lr": 3.0, "opt": "sgd"})
    assert keeping.set_aside == 1
    assert keeping.because == (
        SetAside("lr", Objection.OUT_OF_RANGE.value, 1),
        SetAside("opt", Objection.NO_OPTION.value, 1),
    )


def test_a_default_for_the_past_is_a_value_of_the_space() -> None:
    space = space_of(momentum=["uniform", [0, 1]], n=["choice", [[1, 2]]])
    assert check_past(space, {"momentum": 0, "n": 2}) == {"momentum": 0.0, "n": 2}
    assert isinstance(check_past(space, {"momentum": 0})["momentum"], float)
    with pytest.raises(InvalidInputError, match="'momentum' is a value of its distribution"):
        check_past(space, {"momentum": 2})
    with pytest.raises(InvalidInputError, match="of the space: momentum, n"):
        check_past(space, {"decay": 1})
