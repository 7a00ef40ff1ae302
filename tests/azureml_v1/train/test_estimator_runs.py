"""Estimators that really train: by themselves, and tuned."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from hyperstep.azureml_v1.core.dataset import Dataset
from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.model import Model
from hyperstep.azureml_v1.train.estimator import Estimator
from hyperstep.azureml_v1.train.expressions import choice
from hyperstep.azureml_v1.train.goal import PrimaryMetricGoal
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
from hyperstep.azureml_v1.train.sampling import GridParameterSampling
from hyperstep.azureml_v1.train.sklearn import SKLearn

pytestmark = pytest.mark.end_to_end

TREE = """
import argparse, joblib, os
from azureml.core import Run
from sklearn.datasets import load_wine
from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier
parser = argparse.ArgumentParser()
parser.add_argument("--depth", type=int, default=1)
parser.add_argument("--leaves", type=int, nargs="*", default=[])
parser.add_argument("--shuffle", action="store_true")
parser.add_argument("--data")
args = parser.parse_args()
run = Run.get_context()
features, target = load_wine(return_X_y=True)
tree = DecisionTreeClassifier(max_depth=args.depth, random_state=0)
run.log("accuracy", cross_val_score(tree, features, target, cv=3).mean())
run.log("leaves", sum(args.leaves))
run.log("shuffle", args.shuffle)
run.log("files", len(os.listdir(args.data)) if args.data else 0)
joblib.dump(tree.fit(features, target), "outputs/tree.joblib")
"""


@pytest.fixture(autouse=True)
def _script(experiment: Experiment) -> None:
    assert experiment.name == "digits"
    Path("src/tree.py").write_text(dedent(TREE), encoding="utf-8")


def test_an_estimator_is_submitted_by_itself(experiment: Experiment) -> None:
    datastore = experiment.workspace.get_default_datastore()
    (datastore.folder / "d").mkdir()
    (datastore.folder / "d/a.txt").write_text("1", encoding="utf-8")
    params: dict[str, Any] = {
        "--depth": 3,
        "--leaves": [3, 4],
        "--shuffle": "",
        "--data": Dataset.File.from_files((datastore, "d")).as_named_input("d").as_mount(),
    }
    estimator = Estimator("src", entry_script="tree.py", compute_target="local", script_params=params)
    run = experiment.submit(estimator, tags={"kind": "tree"})
    assert run.wait_for_completion()["status"] == "Completed"
    metrics = run.get_metrics()
    assert metrics["accuracy"] > 0.8
    assert (metrics["leaves"], metrics["shuffle"], metrics["files"]) == (7, True, 1)
    assert run.get_tags()["kind"] == "tree"
    model = run.register_model("tree", "outputs/tree.joblib", model_framework=Model.Framework.SCIKITLEARN)
    assert Model(experiment.workspace, "tree").run_id == run.id == model.run_id


def test_an_estimator_is_tuned(experiment: Experiment) -> None:
    estimator = SKLearn(
        "src", entry_script="tree.py", compute_target="local", script_params={"--depth": 9, "--leaves": 2}
    )
    with pytest.warns(UserWarning, match="--depth"):
        config = HyperDriveConfig(
            estimator=estimator,
            hyperparameter_sampling=GridParameterSampling({"depth": choice(1, 4)}),
            primary_metric_name="accuracy",
            primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
            max_total_runs=2,
        )
    run = experiment.submit(config)
    assert run.wait_for_completion()["status"] == "Completed"
    best = run.get_best_run_by_primary_metric()
    assert best is not None
    assert best.get_details()["runDefinition"]["arguments"] == ["--leaves", "2", "--depth", "4"]
    assert json.loads(run.get_hyperparameters()[best.id]) == {"depth": 4}
