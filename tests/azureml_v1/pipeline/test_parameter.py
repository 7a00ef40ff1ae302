"""PipelineParameter: defaults, text, and two of one name."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.data.datapath import DataPath
from hyperstep.azureml_v1.data.file_dataset import FileDataset
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter, collect_parameters


@pytest.mark.parametrize("default", [1, 0, "text", "", True, 0.5, DataPath(None, "a")])
def test_a_default_of_an_allowed_type_is_kept(default: Any) -> None:
    assert PipelineParameter("epochs", default).default_value is default


def test_a_dataset_can_be_the_default(dataset: FileDataset) -> None:
    assert PipelineParameter("data", dataset).default_value is dataset


@pytest.mark.parametrize("default", [None, [1], {"a": 1}, object()])
def test_a_default_of_another_type_is_a_value_error(default: Any) -> None:
    with pytest.raises(ValueError, match="default of a PipelineParameter"):
        PipelineParameter("epochs", default)


def test_the_name_is_not_checked() -> None:
    assert PipelineParameter("any name, é", 1).name == "any name, é"


def test_its_text_names_it_and_its_default() -> None:
    assert str(PipelineParameter("epochs", 3)) == "PipelineParameter_Name:epochs_Default:3"


def test_one_name_with_one_default_is_one_parameter() -> None:
    first = PipelineParameter("epochs", 3)
    assert collect_parameters([first, "text", PipelineParameter("epochs", 3)]) == {"epochs": first}


def test_one_name_with_two_defaults_is_an_error_but_no_value_error() -> None:
    with pytest.raises(Exception, match="epochs") as caught:
        collect_parameters([PipelineParameter("epochs", 3), PipelineParameter("epochs", 4)])
    assert not isinstance(caught.value, ValueError)
