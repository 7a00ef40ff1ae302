"""CommandStep: its checks, the node that it becomes, and commands that really run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.runconfig import RunConfiguration
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.file_dataset import FileDataset
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.steps.command_step import CommandStep
from hyperstep.azureml_v1.pipeline.translation import translate_graph
from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.spec import StepSpec


def _spec(workspace: Workspace, step: CommandStep) -> StepSpec:
    return translate_graph(Pipeline(workspace, [step]).graph, workspace, {}).steps[0]


@pytest.mark.parametrize("command", [None, "", [], ("python", "train.py"), 3])
def test_the_command_is_a_text_or_a_list(command: Any) -> None:
    with pytest.raises(ValueError, match="needs a command"):
        CommandStep(command)


def test_the_command_may_come_from_the_run_configuration(workspace: Workspace) -> None:
    step = CommandStep(runconfig=RunConfiguration(command="python train.py"), source_directory="src")
    assert (step.name, step.step_type) == ("CommandStep_python", "CommandStep")
    assert _spec(workspace, step).code.command == ("python", "train.py")
    scripted = CommandStep(runconfig=ScriptRunConfig("src", command=["python", "train.py", "--c", 1]))
    assert _spec(workspace, scripted).code.command == ("python", "train.py", "--c", "1")


def test_the_name_is_the_first_word_unless_given() -> None:
    assert CommandStep("echo hello").name == "CommandStep_echo"
    assert CommandStep(["echo", "hello"]).name == "CommandStep_echo"
    assert CommandStep("echo hello", name="greet").name == "greet"


def test_a_missing_folder_is_a_value_error_when_the_pipeline_is_built(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="nowhere"):
        Pipeline(workspace, [CommandStep("echo hello", source_directory="nowhere")])


def test_parameters_of_a_distribution_are_known_to_the_pipeline_and_change_nothing(workspace: Workspace) -> None:
    nodes = PipelineParameter("n", 1)
    graph = Pipeline(workspace, [CommandStep("echo", runconfig_pipeline_params={"NodeCount": nodes})]).graph
    assert graph.params == {"n": nodes}
    assert translate_graph(graph, workspace, {}).parameters == {}


def test_data_in_a_list_is_listed_too() -> None:
    with pytest.raises(InvalidInputError, match="inputs or outputs"):
        CommandStep(["cat", PipelineData("table")])


def test_parameters_in_a_list_become_texts(workspace: Workspace) -> None:
    number = PipelineParameter("n", 3)
    step = CommandStep(
        ["echo", number, "parameter:depth", "parameter:rounds", "parameter:other"],
        params={"depth": 2, "rounds": number},
        source_directory="src",
    )
    spec = _spec(workspace, step)
    assert spec.code.command == ("echo", "$AML_PARAMETER_n", "2", "$AML_PARAMETER_n", "parameter:other")
    assert spec.code.environment_variables["AML_PARAMETER_depth"] == "2"
    assert spec.parameters == ("n",)


def test_a_changed_command_is_another_module(workspace: Workspace) -> None:
    made = [CommandStep(text, name="c", source_directory="src") for text in ("echo a", "echo b", "echo a")]
    nodes = [Pipeline(workspace, [step]).graph.module_nodes[0] for step in made]
    hashes = [node.module_def.calculate_hash() for node in nodes]
    assert hashes[0] == hashes[2] != hashes[1]


@pytest.mark.end_to_end
def test_commands_run_with_data_and_parameters(
    workspace: Workspace, experiment: Experiment, dataset: FileDataset
) -> None:
    upper, counted = PipelineData("upper"), PipelineData("counted", pipeline_output_name="counted")
    data = dataset.as_named_input("digits").as_mount()
    words = PipelineParameter("words", "a 'b' $HOME")
    first = CommandStep(
        f'cat $digits/*.csv | tr 1 9 > {upper} && echo $AML_PARAMETER_words >> "{upper}" && ls train.py',
        inputs=[data],
        outputs=[upper],
        params={"words": words},
        source_directory="src",
    )
    code = "import sys, azureml.core as a; open(sys.argv[2], 'w').write(open(sys.argv[1]).read() + sys.argv[3])"
    second = CommandStep(
        ["python", "-c", code, upper, counted, words], inputs=[upper], outputs=[counted], source_directory="src"
    )
    run = experiment.submit(Pipeline(workspace, [first, second]), pipeline_parameters={"words": 'x  "y" $HOME'})
    assert run.wait_for_completion(show_output=False) == "Finished"
    output = run.get_pipeline_output("counted")
    output.download("out")
    lines = (Path("out") / output._path_on_datastore).read_text(encoding="utf-8").splitlines()
    assert lines == ["9,2", 'x  "y" $HOME', 'x  "y" $HOME']


@pytest.mark.end_to_end
def test_a_command_that_fails_fails_its_step(workspace: Workspace, experiment: Experiment) -> None:
    step = CommandStep("echo broken >&2; exit 3", name="broken", source_directory="src")
    run = experiment.submit(Pipeline(workspace, [step]))
    assert run.wait_for_completion(show_output=False, raise_on_error=False) == "Failed"
    assert "3" in str(run.find_step_run("broken")[0].get_details()["error"])


@pytest.mark.end_to_end
def test_a_script_run_takes_a_command_with_data(experiment: Experiment, dataset: FileDataset) -> None:
    data = dataset.as_named_input("digits").as_mount()
    run = experiment.submit(
        ScriptRunConfig("src", command=["python", "-c", "import os, sys; print(os.listdir(sys.argv[1]))", data])
    )
    run.wait_for_completion()
    assert "['digits.csv']" in run.get_details_with_logs()["logFiles"]["user_logs/std_log.txt"]


@pytest.mark.end_to_end
def test_an_equal_command_is_not_run_again(workspace: Workspace, experiment: Experiment) -> None:
    reused = []
    for text in ("echo $((1 + 1))", "echo $((1 + 1))", "echo $((1 + 2))"):
        step = CommandStep(text, name="count", source_directory="src")
        run = experiment.submit(Pipeline(workspace, [step]))
        assert run.wait_for_completion(show_output=False) == "Finished"
        [step_run] = run.find_step_run("count")
        reused.append(bool(step_run.properties.get("azureml.reusedrunid")))
    assert reused == [False, True, False]
    assert "3" in step_run.get_stdout_log()
