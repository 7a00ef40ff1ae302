"""PythonScriptStep: its checks, and the node that it becomes."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.steps.python_script_step import PythonScriptStep
from hyperstep.azureml_v1.pipeline.translation import translate_graph
from hyperstep.pipeline.spec import StepSpec


@pytest.mark.parametrize("script_name", [None, 3])
def test_the_script_name_is_a_text(script_name: Any) -> None:
    with pytest.raises(ValueError, match="script_name"):
        PythonScriptStep(script_name)


def test_the_name_is_the_scripts_unless_given() -> None:
    assert PythonScriptStep("train.py").name == "train.py"
    assert PythonScriptStep("train.py", name="copy it").name == "copy it"


@pytest.mark.parametrize("params", [{"Nodes": PipelineParameter("n", 1)}, {"NodeCount": 2}])
def test_runconfig_parameters_are_checked_as_in_v1(params: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="runconfig_pipeline_params"):
        PythonScriptStep("train.py", runconfig_pipeline_params=params)


def test_valid_runconfig_parameters_are_known_to_the_pipeline_and_change_nothing(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    nodes = PipelineParameter("nodes", 2)
    step = PythonScriptStep("train.py", source_directory="src", runconfig_pipeline_params={"NodeCount": nodes})
    assert "NodeCount is 2" in caplog.text
    assert Pipeline(workspace, [step]).graph.params == {"nodes": nodes}
    spec = _spec(workspace, step)
    assert (spec.parameters, spec.code.environment_variables) == ((), {})


def test_a_missing_script_is_a_value_error_when_the_pipeline_is_built(workspace: Workspace) -> None:
    step = PythonScriptStep("absent.py", source_directory="src")
    with pytest.raises(ValueError, match=r"absent\.py"):
        Pipeline(workspace, [step])


def test_a_missing_folder_is_a_value_error_when_the_pipeline_is_built(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="nowhere"):
        Pipeline(workspace, [PythonScriptStep("train.py", source_directory="nowhere")])


def test_without_a_folder_the_pipelines_default_holds(workspace: Workspace) -> None:
    step = PythonScriptStep("train.py")
    assert _spec(workspace, step, default_source_directory="src").code.script == "train.py"
    with pytest.raises(ValueError, match=r"train\.py"):
        Pipeline(workspace, [step])  # the current folder does not hold it


def test_an_input_named_like_an_output_is_renamed(workspace: Workspace) -> None:
    made = PipelineData("table")
    first = PythonScriptStep("train.py", source_directory="src", outputs=[made])
    second = PythonScriptStep("train.py", source_directory="src", inputs=[made], outputs=[PipelineData("table")])
    spec = translate_graph(Pipeline(workspace, [first, second]).graph, workspace, {}).steps[1]
    assert [port.name for port in spec.inputs] == ["INPUT_table"]


def test_params_become_variables(workspace: Workspace) -> None:
    step = PythonScriptStep(
        "train.py",
        source_directory="src",
        arguments=["--n", "parameter:rounds"],
        params={"rounds": PipelineParameter("n", 3), "depth": 2, "n": PipelineParameter("n", 3)},
    )
    spec = _spec(workspace, step)
    assert spec.code.arguments == ("--n", "$AML_PARAMETER_n")
    assert spec.code.environment_variables == {"AML_PARAMETER_rounds": "3", "AML_PARAMETER_depth": "2"}
    assert spec.parameters == ("n",)


def test_two_params_of_one_name_and_different_defaults_are_an_error() -> None:
    with pytest.raises(Exception, match="one default"):
        PythonScriptStep("train.py", arguments=[PipelineParameter("n", 1)], params={"a": PipelineParameter("n", 2)})


def _spec(workspace: Workspace, step: PythonScriptStep, **settings: Any) -> StepSpec:
    return translate_graph(Pipeline(workspace, [step], **settings).graph, workspace, {}).steps[0]
