"""Tune a network for handwritten digits in an Azure ML SDK v1 pipeline, and register the best model.

Nothing in here knows of hyperstep: run it by `hyperstep run examples/digits/pipeline.py`.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from azureml.core import Dataset, Environment, Experiment, ScriptRunConfig, Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.core.compute_target import ComputeTargetException
from azureml.core.runconfig import RunConfiguration
from azureml.pipeline.core import Pipeline, PipelineData, TrainingOutput
from azureml.pipeline.steps import HyperDriveStep, PythonScriptStep
from azureml.train.hyperdrive import (
    BanditPolicy,
    HyperDriveConfig,
    PrimaryMetricGoal,
    RandomParameterSampling,
    choice,
    loguniform,
)
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HERE = Path(__file__).parent
RESULTS = HERE / "results"

# The workspace, its default datastore, and an experiment to file the runs under.
workspace = Workspace.from_config()
datastore = workspace.get_default_datastore()
experiment = Experiment(workspace, "digits")

# Data: scikit-learn's handwritten digits as one local file, uploaded to the datastore.
digits = load_digits()
x_train, x_test, y_train, y_test = train_test_split(
    digits.data / 16.0, digits.target, test_size=0.25, random_state=0, stratify=digits.target
)
with tempfile.TemporaryDirectory() as folder:
    np.savez(Path(folder) / "digits.npz", x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    datastore.upload(src_dir=folder, target_path="digits", overwrite=True, show_progress=False)
dataset = Dataset.File.from_files(datastore.path("digits/")).as_mount()

# Compute: found, or created.
try:
    cluster = ComputeTarget(workspace, "cpu-cluster")
    print("found the cluster")
except ComputeTargetException:
    print("creating the cluster")
    configuration = AmlCompute.provisioning_configuration(vm_size="STANDARD_D2_V2", max_nodes=4)
    cluster = ComputeTarget.create(workspace, "cpu-cluster", configuration)
    cluster.wait_for_completion(show_output=True)

environment = Environment("digits")
environment.python.user_managed_dependencies = True

# The tuning step: 20 trials, four at a time, bad ones ended at every second epoch.
training = ScriptRunConfig(
    source_directory=str(HERE),
    script="train.py",
    arguments=["--data-folder", dataset, "--epochs", 60],
    compute_target=cluster,
    environment=environment,
)
tuning = HyperDriveConfig(
    run_config=training,
    hyperparameter_sampling=RandomParameterSampling(
        {
            "--hidden-units": choice(32, 64, 128, 256),
            "--batch-size": choice(8, 16, 32),
            "--learning-rate": loguniform(-8, 0),
        },
        properties={"seed": 1},
    ),
    policy=BanditPolicy(evaluation_interval=2, slack_factor=0.1),
    primary_metric_name="accuracy",
    primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
    max_total_runs=20,
    max_concurrent_runs=4,
)
metrics_data = PipelineData(
    "metrics_data",
    datastore=datastore,
    pipeline_output_name="metrics_output",
    training_output=TrainingOutput("Metrics"),
)
saved_model = PipelineData(
    "saved_model",
    datastore=datastore,
    pipeline_output_name="model_output",
    training_output=TrainingOutput("Model", model_file="outputs/model.joblib"),
)
tuning_step = HyperDriveStep(
    name="tune the network",
    hyperdrive_config=tuning,
    inputs=[dataset],
    outputs=[metrics_data, saved_model],
)

# The step after it takes the best model's file and registers it.
register_configuration = RunConfiguration()
register_configuration.environment = environment
register_step = PythonScriptStep(
    name="register the model",
    script_name="register_model.py",
    source_directory=str(HERE),
    arguments=["--saved-model", saved_model],
    inputs=[saved_model],
    compute_target=cluster,
    runconfig=register_configuration,
)
register_step.run_after(tuning_step)

pipeline_run = experiment.submit(Pipeline(workspace, steps=[tuning_step, register_step]))
pipeline_run.wait_for_completion(show_output=True)

# The outputs, downloaded, and all trials' metrics as a frame: a column for each trial.
metrics_output = pipeline_run.get_pipeline_output("metrics_output")
metrics_output.download(str(RESULTS), show_progress=False)
model_output = pipeline_run.get_pipeline_output("model_output")
model_output.download(str(RESULTS), show_progress=False)
metrics_file = RESULTS / metrics_output.path_on_datastore
metrics = pd.DataFrame(json.loads(metrics_file.read_text(encoding="utf-8")))

accuracy = metrics.loc["accuracy"]
summary = pd.DataFrame({"epochs": accuracy.map(len), "accuracy": accuracy.map(max)})
summary = summary.sort_values("accuracy", ascending=False)
print(summary.to_string())
print(f"best trial: {summary.index[0]}, accuracy {summary['accuracy'].iloc[0]:.4f}")
print(f"metrics:    {metrics_file}")
print(f"model:      {RESULTS / model_output.path_on_datastore}")
