"""TrainingOutput: types, and what goes together."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.pipeline.training_output import TrainingOutput
from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.spec import TrainingKind, TrainingSpec


@pytest.mark.parametrize(
    ("arguments", "received"),
    [
        ({"type": "Weights"}, "Weights"),
        ({"type": None}, "None"),
        ({"type": "Metrics", "iteration": 2}, "2"),
        ({"type": "Metrics", "metric": "loss"}, "loss"),
        ({"type": "Model", "iteration": 2, "metric": "loss"}, "loss"),
    ],
)
def test_a_wrong_combination_is_refused_with_what_was_received(arguments: dict[str, Any], received: str) -> None:
    with pytest.raises(ValueError, match=received):
        TrainingOutput(**arguments)


@pytest.mark.parametrize("word", ["Model", "model", "MODEL"])
def test_the_type_ignores_case_and_is_kept_as_given(word: str) -> None:
    assert TrainingOutput(word).type == word


def test_iteration_zero_beside_a_metric_passes_as_in_v1() -> None:
    output = TrainingOutput("Model", iteration=0, metric="loss", model_file="m.pkl")
    assert (output.iteration, output.metric, output.model_file) == (0, "loss", "m.pkl")


def test_the_engine_is_told_kind_file_metric_and_trial() -> None:
    output = TrainingOutput("model", iteration=3, model_file="outputs/m.pkl")
    assert output._to_engine() == TrainingSpec(TrainingKind.MODEL, "outputs/m.pkl", "", 3)


def test_a_metric_that_is_no_name_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="name"):
        TrainingOutput("Model", metric=("size", "minimize"))  # type: ignore[arg-type]
