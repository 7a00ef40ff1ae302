"""Metric names with spaces, colons, @ and =; values that are numpy's, None, paths."""

import json

from azureml.core import Experiment, ScriptRunConfig, Workspace
from azureml.pipeline.core import Pipeline, PipelineData
from azureml.pipeline.steps import HyperDriveStep
from azureml.train.hyperdrive import GridParameterSampling, HyperDriveConfig, PrimaryMetricGoal, choice

ws = Workspace.from_config()
metrics = PipelineData("metrics_data", pipeline_output_name="metrics")
step = HyperDriveStep(
    name="precision",
    hyperdrive_config=HyperDriveConfig(
        run_config=ScriptRunConfig(".", "train.py", compute_target="local"),
        hyperparameter_sampling=GridParameterSampling({"k": choice([1, 3])}),
        primary_metric_name="Precision @ k=1: test",
        primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
        max_total_runs=2,
        max_concurrent_runs=2,
    ),
    metrics_output=metrics,
)
run = Experiment(ws, "odd-metrics").submit(Pipeline(workspace=ws, steps=step))
run.wait_for_completion()
sweep = next(run.find_step_run("precision")[0].get_children())
port = run.get_pipeline_output("metrics")
port.download("here")
with open("here/" + port.path_on_datastore) as f:
    written = json.load(f)
best = sweep.get_best_run_by_primary_metric()
with open("result.json", "w") as f:
    json.dump(
        {"status": run.get_status(), "best": best.get_metrics(), "written": written[best.id], "best_id": best.id}, f
    )
