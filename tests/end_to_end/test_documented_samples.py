"""The three ways in which v1's documentation tunes in a pipeline, as unedited scripts over real training.

Source: the HyperDriveStep class page and the notebook on parameter tuning in a pipeline.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.end_to_end

TRAIN = """
import argparse, os
import joblib
from azureml.core.run import Run
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

parser = argparse.ArgumentParser()
parser.add_argument("--data-folder")
parser.add_argument("--kernel", default="linear")
parser.add_argument("--penalty", type=float, default=1.0)
args = parser.parse_args()
names = open(os.path.join(args.data_folder, "names.txt")).read().split()
x, y = load_iris(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=0)
model = SVC(kernel=args.kernel, C=args.penalty).fit(x_train, y_train)
run = Run.get_context()
run.log("Kernel type", str(args.kernel))
run.log("Penalty", args.penalty)
run.log("Accuracy", float(model.score(x_test, y_test)))
os.makedirs("outputs", exist_ok=True)
joblib.dump({"model": model, "names": names}, "outputs/model.joblib")
"""

REGISTER = """
import argparse, os, shutil
from azureml.core import Model, Run
from azureml.train.hyperdrive import HyperDriveRun

parser = argparse.ArgumentParser()
parser.add_argument("--saved-model")
args = parser.parse_args()
os.makedirs("model", exist_ok=True)
shutil.copyfile(args.saved_model, "model/model.joblib")
workspace = Run.get_context().experiment.workspace
model = Model.register(workspace=workspace, model_name="iris", model_path="model")
print("registered", model.name, model.version)
"""

BEGINNING = """
import json, os
from azureml.core import Dataset, Environment, Experiment, ScriptRunConfig, Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.data.data_reference import DataReference
from azureml.exceptions import ComputeTargetException
from azureml.pipeline.core import Pipeline, PipelineData, TrainingOutput
from azureml.pipeline.steps import HyperDriveStep, HyperDriveStepRun, PythonScriptStep
from azureml.train.estimator import Estimator
from azureml.train.hyperdrive import *
from azureml.train.hyperdrive import choice, loguniform
from azureml.widgets import RunDetails

ws = Workspace.from_config()
ds = ws.get_default_datastore()
exp = Experiment(ws, "iris")
ds.upload(src_dir="data", target_path="iris", overwrite=True, show_progress=False)
try:
    cluster = ComputeTarget(ws, "cpu-cluster")
except ComputeTargetException:
    cluster = ComputeTarget.create(ws, "cpu-cluster", AmlCompute.provisioning_configuration(max_nodes=2))
    cluster.wait_for_completion(show_output=True, min_node_count=None, timeout_in_minutes=20)
sampling = RandomParameterSampling({"--kernel": choice("linear", "rbf"), "--penalty": loguniform(-6, -1)})
policy = BanditPolicy(evaluation_interval=2, slack_factor=0.1)
"""

ENDING = """
pipeline_run = exp.submit(pipeline)
RunDetails(pipeline_run).show()
pipeline_run.wait_for_completion()
step_run = pipeline_run.find_step_run("tune the model")[0]
best = HyperDriveStepRun(step_run).get_best_run_by_primary_metric()
port = step_run.get_output_data("metrics_data")
port.download(".", show_progress=True)
with open(port._path_on_datastore) as stream:
    metrics = json.loads(stream.read())
result = {
    "status": pipeline_run.get_status(),
    "best": best.id,
    "best_accuracy": best.get_metrics()["Accuracy"],
    "arguments": best.get_details()["runDefinition"]["arguments"],
    "metrics": metrics,
    "steps": [step.name for step in pipeline_run.get_steps()],
    "models": [model.name for model in ws.models.values()],
}
with open("result.json", "w") as stream:
    json.dump(result, stream)
"""

TWO_OUTPUTS = """
data = Dataset.File.from_files(ds.path("iris")).as_mount()
script = ScriptRunConfig("src", "train.py", arguments=["--data-folder", data], compute_target=cluster,
                         environment=Environment("iris"))
config = HyperDriveConfig(run_config=script, hyperparameter_sampling=sampling, policy=policy,
                          primary_metric_name="Accuracy", primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
                          max_total_runs=4, max_concurrent_runs=4)
metrics_data = PipelineData(name="metrics_data", datastore=ds, pipeline_output_name="metrics_output",
                            training_output=TrainingOutput("Metrics"))
saved_model = PipelineData(name="saved_model", datastore=ds, pipeline_output_name="model_output",
                           training_output=TrainingOutput("Model", model_file="outputs/model.joblib"))
tune = HyperDriveStep(name="tune the model", hyperdrive_config=config, inputs=[data],
                      outputs=[metrics_data, saved_model])
register = PythonScriptStep(script_name="register_model.py", name="register", arguments=["--saved-model", saved_model],
                            inputs=[saved_model], compute_target=cluster, source_directory="src", allow_reuse=False)
register.run_after(tune)
pipeline = Pipeline(workspace=ws, steps=[register])
"""

METRICS_OUTPUT = """
data = Dataset.File.from_files((ds, "iris")).as_named_input("iris").as_download()
script = ScriptRunConfig("src", "train.py", arguments=["--data-folder", data], compute_target=cluster)
config = HyperDriveConfig(sampling, "Accuracy", PrimaryMetricGoal.MAXIMIZE, 4, 2, run_config=script)
metrics_data = PipelineData("metrics_data", datastore=ds)
tune = HyperDriveStep("tune the model", config, metrics_output=metrics_data)
pipeline = Pipeline(ws, [tune])
"""

ESTIMATOR = """
data = DataReference(datastore=ds, data_reference_name="iris", path_on_datastore="iris")
estimator = Estimator(source_directory="src", compute_target=cluster, entry_script="train.py",
                      pip_packages=["scikit-learn"])
config = HyperDriveConfig(estimator=estimator, hyperparameter_sampling=sampling, policy=policy,
                          primary_metric_name="Accuracy", primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
                          max_total_runs=4, max_concurrent_runs=2)
metrics_data = PipelineData("metrics_data", datastore=ds)
tune = HyperDriveStep(name="tune the model", hyperdrive_config=config,
                      estimator_entry_script_arguments=["--data-folder", data], inputs=[data],
                      metrics_output=metrics_data)
pipeline = Pipeline(workspace=ws, steps=[tune])
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with data and scripts."""
    folder = tmp_path / "project"
    for name, text in {
        "src/train.py": TRAIN,
        "src/register_model.py": REGISTER,
        "data/names.txt": "setosa versicolor virginica",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _run(project: Path, sample: str) -> dict[str, Any]:
    """Run a sample as a user does; what it says about its run."""
    (project / "pipeline.py").write_text(BEGINNING + sample + ENDING, encoding="utf-8")
    start = "import sys; from hyperstep.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", start, "run", "pipeline.py"]
    done = subprocess.run(command, cwd=project, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    result: dict[str, Any] = json.loads((project / "result.json").read_text(encoding="utf-8"))
    assert result["status"] == "Finished"
    best = result["metrics"][result["best"]]
    assert len(result["metrics"]) == 4
    assert best["Accuracy"] == [result["best_accuracy"]]
    assert best["Accuracy"][0] == max(trial["Accuracy"][0] for trial in result["metrics"].values())
    assert best["Kernel type"][0] in {"linear", "rbf"}
    assert result["arguments"][-4::2] == ["--kernel", "--penalty"]
    return result


def test_two_outputs_and_a_step_that_registers_the_model(project: Path) -> None:
    result = _run(project, TWO_OUTPUTS)
    assert result["steps"] == ["tune the model", "register"]
    assert result["models"] == ["iris"]


def test_the_metrics_output_variant(project: Path) -> None:
    assert _run(project, METRICS_OUTPUT)["steps"] == ["tune the model"]


def test_the_estimator_variant_with_entry_script_arguments(project: Path) -> None:
    result = _run(project, ESTIMATOR)
    assert result["arguments"][0] == "--data-folder"
