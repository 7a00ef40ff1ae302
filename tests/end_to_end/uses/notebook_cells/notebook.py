"""A notebook's cells, exported: scripts written from cells, another current folder, cells run again and out of order."""

# %% imports and workspace
import json
import os

from azureml.core import Experiment, ScriptRunConfig, Workspace
from azureml.pipeline.core import Pipeline, PipelineData
from azureml.pipeline.steps import HyperDriveStep, PythonScriptStep
from azureml.train.hyperdrive import BanditPolicy, HyperDriveConfig, PrimaryMetricGoal, RandomParameterSampling, choice
from azureml.widgets import RunDetails

project_folder = "./cells-project"
os.makedirs(project_folder, exist_ok=True)


def writefile(path, text):
    """What %%writefile does."""
    with open(path, "w") as f:
        f.write(text)


cells = {}


def cell(function):
    """Keep a cell, so that it can run again."""
    cells[function.__name__] = function
    return function


# %%
@cell
def write_training_script():
    writefile(
        "train.py",
        """
import argparse
from azureml.core import Run
from sklearn.datasets import load_digits
from sklearn.naive_bayes import GaussianNB

parser = argparse.ArgumentParser()
parser.add_argument("--smoothing", type=float, default=1e-9)
args = parser.parse_args()
X, y = load_digits(return_X_y=True)
run = Run.get_context()
for part in range(3):
    accuracy = GaussianNB(var_smoothing=args.smoothing).fit(X[::2], y[::2]).score(X[1::2], y[1::2])
    run.log("accuracy", accuracy)
""",
    )


# %%
@cell
def write_report_script():
    writefile(
        "report.py",
        """
import argparse, json
parser = argparse.ArgumentParser()
parser.add_argument("--metrics")
args = parser.parse_args()
print("trials:", len(json.load(open(args.metrics))))
""",
    )


# %%
@cell
def connect():
    global ws, experiment
    ws = Workspace.from_config()
    experiment = Experiment(ws, "cells")


# %%
@cell
def configure():
    global config
    config = HyperDriveConfig(
        run_config=ScriptRunConfig(source_directory=".", script="train.py", compute_target="local"),
        hyperparameter_sampling=RandomParameterSampling(
            {"--smoothing": choice(1e-9, 1e-3, 1e-1)}, properties={"seed": 3}
        ),
        policy=BanditPolicy(evaluation_interval=1, slack_factor=0.5),
        primary_metric_name="accuracy",
        primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
        max_total_runs=2,
        max_concurrent_runs=2,
    )


# %%
@cell
def build():
    global pipeline
    metrics = PipelineData("metrics")
    HyperDriveStep("tune in a cell", config, metrics_output=metrics)
    report = PythonScriptStep(
        "report.py",
        name="report in a cell",
        arguments=["--metrics", metrics],
        inputs=[metrics],
        compute_target="local",
        source_directory=os.getcwd(),
    )
    pipeline = Pipeline(ws, [report])


# %%
@cell
def submit():
    global run
    run = experiment.submit(pipeline)
    RunDetails(run).show()
    run.wait_for_completion(show_output=True)
    runs.append(run)


# %%
runs = []
os.chdir(project_folder)
for name in ["connect", "write_training_script", "configure", "write_report_script", "build", "submit"]:
    cells[name]()

# %% run again: nothing has changed, so nothing trains again
for name in ["write_training_script", "configure", "connect", "build", "submit", "submit"]:
    cells[name]()

# %%
with open("../result.json", "w") as f:
    json.dump(
        {
            "statuses": [run.get_status() for run in runs],
            "reports": [run.find_step_run("report in a cell")[0].get_stdout_log() for run in runs],
            "reused": [[step.properties.get("azureml.isreused") for step in run.get_steps()] for run in runs],
            "runs": len(list(experiment.get_runs())),
        },
        f,
    )
