"""PrimaryMetricGoal as in v1."""

from __future__ import annotations

import pytest

from hyperstep.azureml_v1.train.exceptions import HyperDriveConfigException
from hyperstep.azureml_v1.train.goal import PrimaryMetricGoal


def test_the_values_are_the_words_of_v1() -> None:
    assert {goal.name: goal.value for goal in PrimaryMetricGoal} == {"MAXIMIZE": "MAXIMIZE", "MINIMIZE": "MINIMIZE"}


@pytest.mark.parametrize("text", ["maximize", "MAXIMIZE", "Maximize"])
def test_a_goal_is_read_from_text_in_any_case(text: str) -> None:
    assert PrimaryMetricGoal.from_str(text) is PrimaryMetricGoal.MAXIMIZE


@pytest.mark.parametrize("text", ["max", "", None, 1])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(HyperDriveConfigException, match="maximize"):
        PrimaryMetricGoal.from_str(text)
