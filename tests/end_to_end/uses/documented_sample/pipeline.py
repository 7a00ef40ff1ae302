"""The documented sample's shape: data mounted, cluster found or made, a sweep, and a step that takes its model."""

import ast
import json
import os
import shutil
import time

import numpy as np
import pandas as pd
from azureml.core import Dataset, Datastore, Environment, Experiment, ScriptRunConfig, Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.core.compute_target import ComputeTargetException
from azureml.core.conda_dependencies import CondaDependencies
from azureml.pipeline.core import Pipeline, PipelineData, TrainingOutput
from azureml.pipeline.steps import HyperDriveStep, HyperDriveStepRun, PythonScriptStep
from azureml.train.hyperdrive import (
    BanditPolicy,
    HyperDriveConfig,
    PrimaryMetricGoal,
    RandomParameterSampling,
    choice,
    loguniform,
)
from azureml.widgets import RunDetails
from sklearn.datasets import load_digits

ws = Workspace.from_config()
print(ws.name, ws.resource_group, ws.location, ws.subscription_id, sep="\t")

# scripts go to a folder of their own, as the notebook does
script_folder = "./digits_hyperdrive"
os.makedirs(script_folder, exist_ok=True)
for script in ("train.py", "register_model.py"):
    shutil.copy(os.path.join("scripts", script), script_folder)

exp = Experiment(workspace=ws, name="Hyperdrive_Test")

data_folder = os.path.join(os.getcwd(), "data")
os.makedirs(data_folder, exist_ok=True)
digits = load_digits(n_class=4)
np.savetxt(os.path.join(data_folder, "images.csv"), digits.data, delimiter=",")
np.savetxt(os.path.join(data_folder, "labels.csv"), digits.target, fmt="%d")
ds = Datastore(ws, "workspaceblobstore")
ds.upload(src_dir=data_folder, target_path="digits", overwrite=True, show_progress=False)

cluster_name = "cpu-cluster"
found = True
try:
    compute_target = ComputeTarget(workspace=ws, name=cluster_name)
    print("Found existing compute target {}.".format(cluster_name))
except ComputeTargetException:
    found = False
    print("Creating a new compute target...")
    compute_config = AmlCompute.provisioning_configuration(vm_size="STANDARD_D2_V2", max_nodes=4)
    compute_target = ComputeTarget.create(ws, cluster_name, compute_config)
    compute_target.wait_for_completion(show_output=True, timeout_in_minutes=20)

env = Environment("digits-env")
env.python.user_managed_dependencies = True
env.python.conda_dependencies = CondaDependencies.create(pip_packages=["azureml-sdk", "scikit-learn"])

data = Dataset.File.from_files(ds.path("digits")).as_mount()
src = ScriptRunConfig(
    source_directory=script_folder,
    script="train.py",
    arguments=["--data-folder", data],
    compute_target=compute_target,
    environment=env,
)
hd_config = HyperDriveConfig(
    run_config=src,
    hyperparameter_sampling=RandomParameterSampling(
        {"--max-iter": choice(1, 5, 50), "--penalty": loguniform(-6, -1)},
    ),
    policy=BanditPolicy(evaluation_interval=2, slack_factor=0.1),
    primary_metric_name="validation_acc",
    primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
    max_total_runs=4,
    max_concurrent_runs=4,
)

metrics_output_name = "metrics_output"
metrics_data = PipelineData(
    name="metrics_data",
    datastore=ds,
    pipeline_output_name=metrics_output_name,
    training_output=TrainingOutput("Metrics"),
)
model_output_name = "model_output"
saved_model = PipelineData(
    name="saved_model",
    datastore=ds,
    pipeline_output_name=model_output_name,
    training_output=TrainingOutput("Model", model_file="outputs/model/saved_model.pkl"),
)
hd_step_name = "hd_step with a network"
hd_step = HyperDriveStep(
    name=hd_step_name, hyperdrive_config=hd_config, inputs=[data], outputs=[metrics_data, saved_model]
)
register_model_step = PythonScriptStep(
    script_name="register_model.py",
    name="register model step",
    arguments=["--saved-model", saved_model],
    inputs=[saved_model],
    compute_target=compute_target,
    source_directory=script_folder,
    allow_reuse=True,
)
register_model_step.run_after(hd_step)

# only the last step is handed over
pipeline = Pipeline(workspace=ws, steps=[register_model_step])
pipeline_run = exp.submit(pipeline)
RunDetails(pipeline_run).show()

while pipeline_run.get_status() not in ["Finished", "Failed", "Canceled"]:
    time.sleep(0.2)
pipeline_run.wait_for_completion()

# the metrics, by the three ways that people open the file
metrics_output = pipeline_run.get_pipeline_output(metrics_output_name)
metrics_output.download("./downloaded", show_progress=True)
path = os.path.join("downloaded", metrics_output._path_on_datastore)
beside = os.path.join(os.path.dirname(path), "metrics_data")
walked = [
    os.path.join(base, name) for base, _, names in os.walk("downloaded") for name in names if name == "metrics_data"
]
with open(path) as f:
    metrics_output_result = f.read()
deserialized_metrics_output = json.loads(metrics_output_result)
df = pd.DataFrame(deserialized_metrics_output)

step_run = pipeline_run.find_step_run(hd_step_name)[0]
hd_step_run = HyperDriveStepRun(step_run=step_run)
best_run = hd_step_run.get_best_run_by_primary_metric()
hyperparameters = hd_step_run.get_hyperparameters()
model_output = pipeline_run.get_pipeline_output(model_output_name)
model_output.download("./downloaded", show_progress=False)

result = {
    "found": found,
    "status": pipeline_run.get_status(),
    "trials": [child.id for child in hd_step_run.get_children()],
    "columns": list(df.columns),
    "index": list(df.index),
    "best": best_run.id,
    "best_metric": df[best_run.id]["validation_acc"],
    "same": [open(beside).read() == metrics_output_result, [open(p).read() for p in walked] == [metrics_output_result]],
    "json": {run_id: json.loads(text) for run_id, text in hyperparameters.items()},
    "literal": {run_id: ast.literal_eval(text) for run_id, text in hyperparameters.items()},
    "model_is_file": os.path.isfile(os.path.join("downloaded", model_output._path_on_datastore)),
    "registered": ws.models["tf-dnn-digits"].version,
    "unknown_step": pipeline_run.find_step_run("no such step"),
}
with open("result.json", "w") as f:
    json.dump(result, f)
