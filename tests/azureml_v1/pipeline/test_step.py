"""What every step checks: ports, names, arguments; and how arguments become texts."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.data_reference import DataReference
from hyperstep.azureml_v1.data.datapath import DataPath, DataPathComputeBinding
from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
from hyperstep.azureml_v1.data.file_dataset import FileDataset
from hyperstep.azureml_v1.pipeline.bindings import OutputPortBinding
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.step import PipelineStep


class _Step(PipelineStep):
    """A step that never becomes a node."""

    def create_node(self, graph: Any, default_datastore: Any, context: Any) -> Any:
        raise NotImplementedError


class _OtherStepBase(_Step):
    pass


def test_the_step_type_is_the_class_name_without_underscores_and_base() -> None:
    assert _OtherStepBase("a", None, None).step_type == "OtherStep"


@pytest.mark.parametrize("port", ["text", 3, None, object()])
def test_another_type_of_input_is_a_value_error(port: Any) -> None:
    with pytest.raises(ValueError, match="An input is a PipelineData"):
        _Step("a", [port], None)


@pytest.mark.parametrize("port", ["text", 3, None])
def test_another_type_of_output_is_a_value_error(port: Any) -> None:
    with pytest.raises(ValueError, match="An output is a PipelineData"):
        _Step("a", None, [port])


def test_a_bare_dataset_as_input_tells_to_name_it(dataset: FileDataset) -> None:
    with pytest.raises(ValueError, match="as_named_input"):
        _Step("a", [dataset], None)


def test_a_bare_dataset_as_argument_tells_to_name_it(dataset: FileDataset) -> None:
    with pytest.raises(ValueError, match="as_named_input"):
        _Step("a", None, None, [dataset])


def test_an_input_name_is_made_of_word_characters() -> None:
    with pytest.raises(ValueError, match="with-dash"):
        _Step("a", [PipelineData("data").as_input("with-dash")], None)


def test_an_output_name_is_made_of_word_characters() -> None:
    with pytest.raises(ValueError, match="with-dash"):
        _Step("a", None, [OutputPortBinding("with-dash")])


def test_an_input_twice_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="data"):
        _Step("a", [PipelineData("data"), PipelineData("data")], None)


def test_an_output_twice_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="data"):
        _Step("a", None, [PipelineData("data"), PipelineData("data")])


def test_an_input_named_like_an_output_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="different names"):
        _Step("a", [PipelineData("data")], [PipelineData("data")])


def test_a_step_may_ask_for_such_an_input_to_be_renamed(workspace: Workspace) -> None:
    step = _Step("a", [PipelineData("data")], [PipelineData("data")], fix_port_name_collisions=True)
    inputs, outputs = step.create_input_output_bindings(step._inputs, step._outputs, workspace.get_default_datastore())
    assert [port.name for port in inputs] == ["INPUT_data"]
    assert [port.name for port in outputs] == ["data"]


def test_a_dataset_input_among_the_arguments_is_added_to_the_given_inputs_once(dataset: FileDataset) -> None:
    named = dataset.as_named_input("digits").as_mount()
    inputs: list[Any] = []
    step = _Step("a", inputs, None, ["--data", named, named])
    assert inputs == [named]
    assert _texts(step) == ["--data", "DatasetConsumptionConfig:digits", "DatasetConsumptionConfig:digits"]


def test_the_given_arguments_stay_as_they_were(dataset: FileDataset) -> None:
    named = dataset.as_named_input("digits").as_mount()
    arguments = ["--data", named]
    _Step("a", None, None, arguments)
    assert arguments == ["--data", named]


def test_two_dataset_inputs_of_one_name_are_a_value_error(dataset: FileDataset) -> None:
    first = DatasetConsumptionConfig("digits", dataset, "mount")
    second = DatasetConsumptionConfig("digits", dataset, "mount")
    with pytest.raises(ValueError, match="digits"):
        _Step("a", [first], None, [second])


@pytest.mark.parametrize(
    "make",
    [
        lambda _: PipelineData("data"),
        lambda _: PipelineData("data").as_mount(),
        lambda _: OutputPortBinding("data"),
        lambda ws: DataReference(ws.get_default_datastore(), "data", "folder"),
    ],
    ids=["PipelineData", "InputPortBinding", "OutputPortBinding", "DataReference"],
)
def test_data_among_the_arguments_that_is_no_port_is_a_value_error(workspace: Workspace, make: Any) -> None:
    with pytest.raises(ValueError, match="listed in its inputs or outputs"):
        _Step("a", None, None, [make(workspace)])


def test_data_may_stand_among_the_arguments_when_its_binding_is_an_input() -> None:
    data = PipelineData("data")
    assert _texts(_Step("a", [data.as_download("port")], None, [data])) == ["$AZUREML_DATAREFERENCE_data"]


def test_every_other_argument_becomes_its_text() -> None:
    step = _Step("a", None, None, ["--n", 3, 0.5, None, True])
    assert _texts(step) == ["--n", "3", "0.5", "None", "True"]


def test_a_parameter_becomes_its_variable() -> None:
    step = _Step("a", None, None, [PipelineParameter("learning rate", 1)])
    assert _texts(step) == ["$AML_PARAMETER_learning_rate"]


def test_two_parameters_of_one_name_and_different_defaults_are_an_error() -> None:
    with pytest.raises(Exception, match="one default"):
        _Step("a", None, None, [PipelineParameter("n", 1), PipelineParameter("n", 2)])


def test_parameter_colon_refers_to_a_parameter_of_the_step_only() -> None:
    texts = PipelineStep.resolve_input_arguments(["parameter:n", "parameter:m"], [], [], ["n"])
    assert texts == ["$AML_PARAMETER_n", "parameter:m"]


def test_a_data_path_with_its_binding_becomes_one_reference(workspace: Workspace) -> None:
    path = DataPath(workspace.get_default_datastore(), "folder", name="given")
    pair = (path, DataPathComputeBinding(mode="download"))
    inputs: list[Any] = [pair]
    step = _Step("a", inputs, None, [pair])
    assert (inputs[0].data_reference_name, inputs[0].mode) == ("given", "download")
    assert _texts(step) == ["$AZUREML_DATAREFERENCE_given"]


def test_a_data_path_may_be_a_parameters_default(workspace: Workspace) -> None:
    parameter = PipelineParameter("place", DataPath(workspace.get_default_datastore(), "folder"))
    inputs: list[Any] = [(parameter, DataPathComputeBinding())]
    _Step("a", inputs, None)
    assert inputs[0].data_reference_name == "place"


@pytest.mark.parametrize("pair", [(1, 2), ("a",), (DataPath(None, "a"), "mount")])
def test_another_tuple_is_a_value_error(pair: Any) -> None:
    with pytest.raises(ValueError, match="tuple"):
        _Step("a", [pair], None)


def test_run_after_checks_nothing_and_returns_nothing() -> None:
    step = _Step("a", None, None)
    step.run_after(step)
    assert step._run_after == [step]


def _texts(step: PipelineStep) -> list[str]:
    return step.resolve_input_arguments(step._arguments, step._inputs, step._outputs, ())
