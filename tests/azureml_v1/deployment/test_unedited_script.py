"""A v1 driver that tunes an estimator, registers the best model and goes on to deploy, as an unedited script."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

pytestmark = pytest.mark.end_to_end

TRAIN = """
import argparse
import os

import joblib
from azureml.core.run import Run
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split

parser = argparse.ArgumentParser()
parser.add_argument("--alpha", type=float, default=1.0)
parser.add_argument("--averaged", action="store_true")
args = parser.parse_args()
run = Run.get_context()
features, target = load_digits(return_X_y=True)
train, test, train_target, test_target = train_test_split(features, target, random_state=0)
model = SGDClassifier(alpha=args.alpha, average=args.averaged, random_state=0).fit(train, train_target)
run.log("Accuracy", model.score(test, test_target))
os.makedirs("outputs", exist_ok=True)
joblib.dump(model, "outputs/model.joblib")
"""

DRIVER = """
import joblib
from azureml.core import Experiment, Workspace
from azureml.core.model import InferenceConfig, Model
from azureml.core.resource_configuration import ResourceConfiguration
from azureml.core.webservice import AciWebservice, Webservice
from azureml.exceptions import WebserviceException
from azureml.train.hyperdrive import BanditPolicy, HyperDriveConfig, PrimaryMetricGoal, RandomParameterSampling, choice
from azureml.train.sklearn import SKLearn

ws = Workspace.from_config()
estimator = SKLearn(
    source_directory="training", entry_script="train.py", compute_target="local", script_params={"--averaged": ""}
)
config = HyperDriveConfig(
    estimator=estimator,
    hyperparameter_sampling=RandomParameterSampling({"--alpha": choice(0.01, 10.0, 1000.0)}),
    policy=BanditPolicy(evaluation_interval=2, slack_factor=0.1),
    primary_metric_name="Accuracy",
    primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
    max_total_runs=3,
    max_concurrent_runs=2,
)
run = Experiment(ws, "digits").submit(config)
run.wait_for_completion()
best = run.get_best_run_by_primary_metric()
print("arguments", best.get_details()["runDefinition"]["arguments"])
model = best.register_model(
    model_name="digits-sgd",
    model_path="outputs/model.joblib",
    model_framework=Model.Framework.SCIKITLEARN,
    model_framework_version="1.5",
    resource_configuration=ResourceConfiguration(cpu=1, memory_in_gb=0.5),
)
print("model", model.name, model.version, joblib.load(Model.get_model_path("digits-sgd")).average)
inference_config = InferenceConfig(entry_script="score.py")
aci = AciWebservice.deploy_configuration(cpu_cores=1, memory_gb=1)
try:
    Webservice(ws, "digits-service").delete()
except WebserviceException as error:
    print("absent", error.message.split(":")[0])
service = Model.deploy(ws, "digits-service", [model], inference_config, aci, overwrite=True)
service.wait_for_deployment(show_output=True)
"""


def test_it_runs_up_to_the_deployment_and_says_what_to_do_instead(tmp_path: Path) -> None:
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "train.py").write_text(dedent(TRAIN), encoding="utf-8")
    (tmp_path / "score.py").write_text("def init(): ...\ndef run(data): ...\n", encoding="utf-8")
    (tmp_path / "driver.py").write_text(dedent(DRIVER), encoding="utf-8")
    command = [sys.executable, "-m", "hyperstep", "run", "driver.py"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    lines = ended.stdout.splitlines()
    assert lines[0] == "arguments ['--averaged', '--alpha', '0.01']", ended.stderr
    assert lines[1].startswith("model digits-sgd 1 ")
    assert lines[2] == "absent WebserviceNotFound"
    assert ended.returncode == 1
    last = ended.stderr.strip().splitlines()
    [told] = [line for line in last if "WebserviceException: " in line]
    assert "Deploying the service 'digits-service' is not possible here" in told
    assert "Model(workspace, 'digits-sgd').download('.')" in told
