"""EstimatorStep: its checks, and an estimator that really runs."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.core.environment import Environment
from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.file_dataset import FileDataset
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.steps.estimator_step import EstimatorStep
from hyperstep.azureml_v1.train.estimator import Estimator
from hyperstep.azureml_v1.train.sklearn import SKLearn


def _estimator(**settings: Any) -> Estimator:
    return Estimator("src", **{"entry_script": "train.py", "compute_target": "local", **settings})


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"estimator": None}, "needs an estimator"),
        ({"estimator": "train.py"}, "needs an estimator"),
        ({"compute_target": None}, "compute_target"),
        ({"estimator_entry_script_arguments": None}, "is a list"),
        ({"estimator_entry_script_arguments": ("--c", 1)}, "is a list"),
    ],
)
def test_a_wrong_argument_is_a_value_error(settings: dict[str, Any], rule: str) -> None:
    given = {"estimator": _estimator(), "estimator_entry_script_arguments": [], "compute_target": "local", **settings}
    with pytest.raises(ValueError, match=rule):
        EstimatorStep("train", **given)


def test_arguments_and_data_are_given_to_the_step(dataset: FileDataset) -> None:
    with pytest.raises(ValueError, match="script_params"):
        EstimatorStep("train", _estimator(script_params={"--c": 1}), [], compute_target="local")
    with pytest.raises(ValueError, match="no inputs"):
        EstimatorStep("train", _estimator(inputs=[dataset.as_named_input("d")]), [], compute_target="local")


def test_it_is_the_estimators_script_and_folder(workspace: Workspace) -> None:
    step = EstimatorStep(estimator=_estimator(), estimator_entry_script_arguments=[], compute_target="cluster")
    assert (step.name, step.step_type) == ("train.py", "EstimatorStep")
    node = Pipeline(workspace, [step]).graph.module_nodes[0]
    assert node._module_builder is not None
    definition = node._module_builder.definition
    assert (definition.code.script, definition.target) == ("train.py", "cluster")


@pytest.mark.end_to_end
def test_an_estimator_runs_as_a_step(workspace: Workspace, experiment: Experiment) -> None:
    environment = Environment("mine")
    environment.environment_variables = {"FROM_ESTIMATOR": "yes"}
    estimator = SKLearn("src", entry_script="train.py", compute_target="local", environment_definition=environment)
    step = EstimatorStep(
        "train", estimator, ["--c", PipelineParameter("c", 2.0)], compute_target="local", allow_reuse=False
    )
    run = experiment.submit(Pipeline(workspace, [step]), pipeline_parameters={"c": 4.0})
    assert run.wait_for_completion(show_output=False) == "Finished"
    [step_run] = run.find_step_run("train")
    assert step_run.get_metrics() == {"accuracy": [4.0, 2.0]}
    assert step_run.properties["StepType"] == "EstimatorStep"
