"""Outcomes are held against each other; the first difference is told in words."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from hyperstep.testing.faults.comparing import first_difference


def outcome() -> dict[str, Any]:
    trial = {"point": {"x": 1}, "status": "Completed", "metrics": [["acc", "scalar", "0.5", None]], "files": {"m": "d"}}
    return {"run 1": {"sweep": {"status": "Completed", "trials": 1}, "trial 0": trial}}


def test_equal_outcomes_differ_in_nothing() -> None:
    assert first_difference(outcome(), outcome()) == ""


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("point", "x"), 2, "run 1, trial 0, point, x: 2 instead of 1"),
        (("status",), "Failed", "run 1, trial 0, status: 'Failed' instead of 'Completed'"),
        (("metrics", 0, 2), "0.6", "run 1, trial 0, metrics 0 2: '0.6' instead of '0.5'"),
        (("metrics",), [], "run 1, trial 0, metrics: 0 instead of 1: [] instead of [['acc', 'scalar', '0.5', None]]"),
        (("files",), {}, "run 1, trial 0, files, m: only in the undisturbed run"),
        (("files",), {"m": "d", "n": "e"}, "run 1, trial 0, files, n: only in the disturbed run"),
    ],
)
def test_each_difference_is_named_by_its_place(path: tuple[str | int, ...], value: object, words: str) -> None:
    disturbed = outcome()
    place: Any = disturbed["run 1"]["trial 0"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert first_difference(outcome(), disturbed) == words


def test_a_run_more_or_less_is_a_difference() -> None:
    assert first_difference(outcome(), {}) == "run 1: only in the undisturbed run"


def test_of_a_trial_that_a_race_stopped_only_the_point_counts() -> None:
    stopped = outcome()
    stopped["run 1"]["trial 0"] = {"point": {"x": 1}, "stopped by a race": True}
    assert first_difference(outcome(), stopped) == first_difference(stopped, outcome()) == ""
    elsewhere = deepcopy(stopped)
    elsewhere["run 1"]["trial 0"]["point"]["x"] = 2
    assert first_difference(outcome(), elsewhere) == "run 1, trial 0, point, x: 2 instead of 1"


def test_with_stops_by_a_race_the_best_is_one_too_and_outputs_are_not_compared() -> None:
    stopped = outcome()
    stopped["run 1"]["trial 0"] = {"point": {"x": 1}, "stopped by a race": True}
    one, other = deepcopy(stopped), deepcopy(stopped)
    one["run 1"] |= {"step report": {"status": "Completed", "metrics": [1]}, "outputs": {"model": "a"}}
    other["run 1"] |= {"step report": {"status": "Completed", "metrics": [2]}, "outputs": {"model": "b"}}
    assert first_difference(one, other) == ""
    other["run 1"]["step report"]["status"] = "Failed"
    assert first_difference(one, other) == "run 1, step report, status: 'Failed' instead of 'Completed'"
