"""One script that is both the driver and, called with --train, what it submits."""

import argparse
import json

from azureml.core import Experiment, Run, ScriptRunConfig, Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.exceptions import ComputeTargetException

run = Run.get_context()
parser = argparse.ArgumentParser()
parser.add_argument("--train", action="store_true")
parser.add_argument("--ratio", type=float, default=0.5)
args = parser.parse_args()

if run.id.startswith("OfflineRun"):
    ws = Workspace.from_config()
    experiment = Experiment(ws, "offline-first")
else:
    experiment = run.experiment
    ws = experiment.workspace


def train():
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    X, y = load_iris(return_X_y=True)
    model = LogisticRegression(max_iter=200).fit(X, y)
    run.log("score", model.score(X, y) * args.ratio)


def find_cluster(name):
    try:
        return ComputeTarget(ws, name), "found"
    except ComputeTargetException:
        cluster = ComputeTarget.create(ws, name, AmlCompute.provisioning_configuration("STANDARD_NC6", max_nodes=2))
        cluster.wait_for_completion(show_output=True)
        print(cluster.get_status().serialize())
        return cluster, "created"


if args.train:
    train()
else:
    from azureml.train.hyperdrive import HyperDriveConfig, PrimaryMetricGoal, RandomParameterSampling, uniform

    cluster, how = find_cluster("gpu-cluster")
    cluster, how_again = find_cluster("gpu-cluster")
    train()  # once here, to see that it works
    config = HyperDriveConfig(
        run_config=ScriptRunConfig(".", "driver.py", arguments=["--train"], compute_target=cluster),
        hyperparameter_sampling=RandomParameterSampling({"--ratio": uniform(0, 1)}),
        primary_metric_name="score",
        primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
        max_total_runs=2,
    )
    submitted = experiment.submit(config)
    statuses = {submitted.get_status()}
    import time

    while submitted.get_status() not in ["Completed", "Failed", "Canceled"]:
        statuses.add(submitted.get_status())
        time.sleep(0.1)
    with open("result.json", "w") as f:
        json.dump(
            {
                "here": run.id,
                "how": [how, how_again],
                "statuses": sorted(statuses | {submitted.get_status()}),
                "trials": [child.get_status() for child in submitted.get_children()],
            },
            f,
        )
