"""InputPortBinding and OutputPortBinding: modes, names, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.pipeline.bindings import InputPortBinding, OutputPortBinding
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.errors import UnsupportedError

DATA = PipelineData("data", data_type="Table")


def test_an_input_binding_binds_an_object() -> None:
    with pytest.raises(ValueError, match="bind_object"):
        InputPortBinding("data")


@pytest.mark.parametrize("mode", ["mount", "download", "direct", "hdfs"])
def test_the_four_input_modes_are_taken(mode: str) -> None:
    assert InputPortBinding("port", DATA, bind_mode=mode).bind_mode == mode


@pytest.mark.parametrize("mode", ["upload", "link", "", None])
def test_other_input_modes_are_refused(mode: Any) -> None:
    with pytest.raises(ValueError, match="mount, download, direct, hdfs"):
        InputPortBinding("port", DATA, bind_mode=mode)
    binding = InputPortBinding("port", DATA)
    with pytest.raises(ValueError, match="mount, download, direct, hdfs"):
        binding.bind_mode = mode


@pytest.mark.parametrize("mode", ["mount", "upload", "hdfs", "link"])
def test_the_four_output_modes_are_taken(mode: str) -> None:
    assert OutputPortBinding("port", bind_mode=mode).bind_mode == mode


@pytest.mark.parametrize("mode", ["download", "direct", "", None])
def test_other_output_modes_are_refused(mode: Any) -> None:
    with pytest.raises(ValueError, match="mount, upload, hdfs, link"):
        OutputPortBinding("port", bind_mode=mode)


def test_a_binding_shows_what_it_binds() -> None:
    binding = InputPortBinding("port", DATA, path_on_compute="in", overwrite=True, anything="else")
    assert (binding.get_bind_object_name(), binding.get_bind_object_data_type()) == ("data", "Table")
    assert (binding.path_on_compute, binding.overwrite, binding.is_resource) == ("in", True, False)


@pytest.mark.parametrize("arguments", [{"is_resource": True}, {"additional_transformations": "x"}])
def test_what_is_not_built_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedError, match="not built"):
        InputPortBinding("port", DATA, **arguments)


def test_as_resource_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="not built"):
        InputPortBinding("port", DATA).as_resource()


def test_an_output_keeps_what_it_is_registered_as() -> None:
    assert OutputPortBinding("port", dataset_registration="x").dataset_registration == "x"
    assert OutputPortBinding("port").dataset_registration is None
