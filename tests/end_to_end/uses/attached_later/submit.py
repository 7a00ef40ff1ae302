"""Submit a pipeline and a sweep, note their ids, and leave."""

import json

from azureml.core import Experiment, ScriptRunConfig, Workspace
from azureml.pipeline.core import Pipeline, PipelineData
from azureml.pipeline.steps import HyperDriveStep
from azureml.train.hyperdrive import GridParameterSampling, HyperDriveConfig, PrimaryMetricGoal, choice

ws = Workspace.from_config()
experiment = Experiment(ws, "attached")
src = ScriptRunConfig("src", script="train.py", compute_target="local")
config = HyperDriveConfig(
    run_config=src,
    hyperparameter_sampling=GridParameterSampling({"--C": choice(0.01, 1.0)}),
    primary_metric_name="loss",
    primary_metric_goal=PrimaryMetricGoal.MINIMIZE,
    max_total_runs=2,
    max_concurrent_runs=2,
)
step = HyperDriveStep(
    name="tune in a step", hyperdrive_config=config, outputs=[], metrics_output=PipelineData("metrics")
)
pipeline_run = experiment.submit(Pipeline(ws, [step]))
sweep_run = experiment.submit(config)
with open("ids.json", "w") as f:
    json.dump({"pipeline": pipeline_run.id, "sweep": sweep_run.id}, f)
