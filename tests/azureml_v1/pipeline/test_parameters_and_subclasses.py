"""Parameters wherever v1 takes one, steps of a class of one's own, and what reused steps show: over real runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.pipeline_run import PipelineRun
from hyperstep.azureml_v1.pipeline.steps.hyper_drive_step import HyperDriveStep
from hyperstep.azureml_v1.pipeline.steps.hyper_drive_step_run import HyperDriveStepRun
from hyperstep.azureml_v1.pipeline.steps.python_script_step import PythonScriptStep
from hyperstep.azureml_v1.train.estimator import Estimator
from hyperstep.azureml_v1.train.expressions import choice
from hyperstep.azureml_v1.train.goal import PrimaryMetricGoal
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
from hyperstep.azureml_v1.train.sampling import GridParameterSampling

pytestmark = pytest.mark.end_to_end

SCALED = """
import argparse, os
from azureml.core import Run
parser = argparse.ArgumentParser()
parser.add_argument("--scale", type=float)
parser.add_argument("--c", type=float)
args = parser.parse_args()
assert float(os.environ["AML_PARAMETER_scale"]) == args.scale
Run.get_context().log("accuracy", args.scale * args.c)
"""


def _tuned(**settings: Any) -> HyperDriveConfig:
    return HyperDriveConfig(
        hyperparameter_sampling=GridParameterSampling({"--c": choice(1, 2)}),
        primary_metric_name="accuracy",
        primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
        max_total_runs=2,
        **settings,
    )


def _best(run: PipelineRun, step: str = "tune") -> float:
    assert run.wait_for_completion(show_output=False) == "Finished"
    best = HyperDriveStepRun(run.find_step_run(step)[0]).get_best_run_by_primary_metric()
    assert best is not None
    value: float = best.get_metrics()["accuracy"]
    return value


@pytest.fixture
def scaled(workspace: Workspace) -> Path:
    """A script whose metric is the product of a parameter and a hyperparameter."""
    del workspace
    script = Path("src/scaled.py")
    script.write_text(SCALED, encoding="utf-8")
    return script


def test_a_parameter_in_the_arguments_of_a_script_run_config_reaches_every_trial(
    workspace: Workspace, scaled: Path
) -> None:
    arguments = ["--scale", PipelineParameter("scale", 10)]
    config = _tuned(run_config=ScriptRunConfig("src", scaled.name, arguments=arguments))
    pipeline = Pipeline(workspace, [HyperDriveStep("tune", config)])
    assert _best(pipeline.submit("digits")) == 20
    assert _best(pipeline.submit("digits", {"scale": 100})) == 200
    assert _best(pipeline.publish("p").submit(workspace, "digits", {"scale": 0.5})) == 1


def test_a_parameter_in_the_arguments_of_an_estimator_reaches_every_trial(workspace: Workspace, scaled: Path) -> None:
    estimator = Estimator(source_directory="src", compute_target="local", entry_script=scaled.name)
    arguments = ["--scale", PipelineParameter("scale", 10)]
    step = HyperDriveStep("tune", _tuned(estimator=estimator), estimator_entry_script_arguments=arguments)
    assert _best(Pipeline(workspace, [step]).submit("digits", {"scale": 3})) == 6


class LoggingHyperDriveStep(HyperDriveStep):
    """What users write: a step that fixes some arguments and adds what it keeps."""

    def __init__(self, name: str, config: HyperDriveConfig, folder: Path) -> None:
        self.metrics = PipelineData(f"{name}_metrics")
        self.folder = folder
        super().__init__(name=name, hyperdrive_config=config, metrics_output=self.metrics, allow_reuse=True)

    def create_node(self, graph: Any, default_datastore: Any, context: Any) -> Any:
        """The node, after a note about it."""
        self.folder.joinpath("note.txt").write_text(self.name, encoding="utf-8")
        return super().create_node(graph, default_datastore, context)


def test_an_object_of_the_api_is_no_value_of_a_parameter_that_holds_text(workspace: Workspace) -> None:
    step = PythonScriptStep("copy_file.py", arguments=[PipelineParameter("n", 1)], source_directory="src")
    with pytest.raises(TypeError, match=r"parameter 'n' is a text, a number or a bool\. Received: AzureBlobDatastore"):
        Pipeline(workspace, [step]).submit("digits", {"n": workspace.get_default_datastore()})


def test_a_subclass_of_the_step_runs_like_it(workspace: Workspace, sweep: HyperDriveConfig, tmp_path: Path) -> None:
    Path("src/read.py").write_text("import sys\nprint(open(sys.argv[1]).read())\n", encoding="utf-8")
    tune = LoggingHyperDriveStep("tune", sweep, tmp_path)
    read = PythonScriptStep("read.py", inputs=[tune.metrics], arguments=[tune.metrics], source_directory="src")
    run = Pipeline(workspace, [read]).submit("digits")
    assert _best(run) == [3.0, 1.5]  # type: ignore[comparison-overlap] # logged twice
    assert (tmp_path / "note.txt").read_text(encoding="utf-8") == "tune"
    [step] = run.find_step_run("tune")
    assert step.properties["StepType"] == "LoggingHyperDriveStep"
    metrics = json.loads(run.find_step_run("read.py")[0].get_stdout_log())
    assert sorted(max(values["accuracy"]) for values in metrics.values()) == [1.0, 2.0, 3.0]
    again = Pipeline(workspace, [LoggingHyperDriveStep("tune", sweep, tmp_path)]).submit("digits")
    assert _best(again) == [3.0, 1.5]  # type: ignore[comparison-overlap]
    assert again.find_step_run("tune")[0]._is_reused


def test_a_reused_step_shows_the_metrics_and_files_of_its_source(
    workspace: Workspace, experiment: Experiment, tmp_path: Path
) -> None:
    step = PythonScriptStep("train.py", arguments=["--c", 4], source_directory="src")
    pipeline = Pipeline(workspace, [step])
    first: PipelineRun = experiment.submit(pipeline)
    first.wait_for_completion(show_output=False)
    second: PipelineRun = experiment.submit(pipeline)
    second.wait_for_completion(show_output=False)
    [source], [reused] = first.find_step_run("train.py"), second.find_step_run("train.py")
    assert reused._reused_run_id == source.id
    assert reused.get_metrics() == source.get_metrics() == {"accuracy": [4.0, 2.0]}
    assert reused.get_file_names() == source.get_file_names()
    assert "outputs/model.txt" in reused.get_file_names()
    reused.download_file("outputs/model.txt", str(tmp_path / "one.txt"))
    reused.download_files("outputs", str(tmp_path / "all"))
    assert (tmp_path / "one.txt").read_text(encoding="utf-8") == "4.0"
    assert (tmp_path / "all" / "outputs" / "model.txt").read_text(encoding="utf-8") == "4.0"
    source.download_file("outputs/model.txt", str(tmp_path / "two.txt"))
    source.download_files("outputs", str(tmp_path / "again"))
    assert (tmp_path / "again" / "outputs" / "model.txt").exists()
    for shown in (second._repr_html_(), reused._repr_html_()):
        assert shown.startswith("<table")
        assert source.id in shown
        assert "Finished" in shown
    assert "train.py" in second._repr_html_()
