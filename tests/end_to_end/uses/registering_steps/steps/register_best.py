"""From inside a step: the pipeline run is the parent, the sweep is below a sibling, its best trial has the model."""

import argparse
import json

from azureml.core import Run
from azureml.core.model import Model
from azureml.pipeline.core import PipelineRun
from azureml.pipeline.steps import HyperDriveStepRun
from azureml.train.hyperdrive import HyperDriveRun

parser = argparse.ArgumentParser()
parser.add_argument("--tune-step")
parser.add_argument("--smallest")
parser.add_argument("--metrics")
args = parser.parse_args()

run = Run.get_context()
experiment = run.experiment
ws = experiment.workspace
pipeline_run = PipelineRun(experiment, run.parent.id)
siblings = {step.name: step for step in pipeline_run.get_steps()}
hd_step_run = HyperDriveStepRun(step_run=pipeline_run.find_step_run(args.tune_step)[0])
hd_run = HyperDriveRun(experiment, hd_step_run.id)
best_run = hd_run.get_best_run_by_primary_metric()
all_metrics = json.load(open(args.metrics))
assert args.tune_step in siblings and len(all_metrics) == 3
assert best_run.id in all_metrics

# the experiment's latest run is the pipeline that this step belongs to
latest = next(experiment.get_runs())
assert latest.id == run.parent.id, (latest.id, run.parent.id)

best_run.register_model(
    model_name="best",
    model_path="outputs/model.json",
    tags={"score": str(best_run.get_metrics()["score"]), "area": "iris"},
    properties={"step": hd_step_run.parent.name},
)
Model.register(workspace=ws, model_path=args.smallest, model_name="smallest")
run.parent.tag("registered", "best, smallest")
