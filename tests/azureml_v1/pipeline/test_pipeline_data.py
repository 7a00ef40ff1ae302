"""PipelineData: its checks, its text, the inputs made of it."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": ""},
        {"name": None},
        {"name": "with-dash"},
        {"name": "with space"},
        {"name": "fine", "output_name": "with.dot"},
        {"name": "fine", "output_mode": "download"},
        {"name": "fine", "output_mode": None},
    ],
)
def test_a_wrong_argument_is_a_value_error(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Received"):
        PipelineData(**arguments)


def test_its_text_is_the_placeholder_of_its_path() -> None:
    data = PipelineData("model_data", output_name="port")
    assert str(data) == "$AZUREML_DATAREFERENCE_model_data"
    assert data.get_env_variable_name() == str(data)


@pytest.mark.parametrize(
    ("method", "arguments", "mode"),
    [
        ("as_input", {"input_name": "other"}, "mount"),
        ("as_mount", {"input_name": "other"}, "mount"),
        ("as_download", {"input_name": "other"}, "download"),
        ("create_input_binding", {"input_name": "other", "mode": None}, "mount"),
        ("create_input_binding", {"input_name": "other", "mode": "download"}, "download"),
    ],
)
def test_an_input_has_its_own_name_and_the_variable_of_the_data(
    method: str, arguments: dict[str, Any], mode: str
) -> None:
    data = PipelineData("model")
    binding = getattr(data, method)(**arguments)
    assert (binding.name, binding.data_reference_name, binding.bind_mode) == ("other", "model", mode)
    assert binding.bind_object is data
    assert str(binding) == "$AZUREML_DATAREFERENCE_model"


def test_an_input_without_a_name_has_that_of_the_data() -> None:
    assert PipelineData("model").as_download().name == "model"


def test_another_input_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="upload"):
        PipelineData("model").create_input_binding(mode="upload")


def test_as_a_dataset_it_keeps_its_name() -> None:
    dataset = PipelineData("model").as_dataset()
    assert (dataset.name, dataset.input_name, dataset.as_named_input("m").input_name) == ("model", "model", "m")
