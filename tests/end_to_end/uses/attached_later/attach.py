"""Later, in another process: find the runs again by their ids."""

import json
import time

from azureml.core import Experiment, Run, Workspace
from azureml.pipeline.core import PipelineRun
from azureml.pipeline.steps import HyperDriveStepRun
from azureml.train.hyperdrive import HyperDriveRun
from azureml.widgets import RunDetails

ids = json.load(open("ids.json"))
ws = Workspace.from_config()
experiment = ws.experiments["attached"]
pipeline_run = PipelineRun(experiment=experiment, run_id=ids["pipeline"])
sweep_run = HyperDriveRun(experiment, ids["sweep"])
RunDetails(sweep_run).show()
while sweep_run.get_status() not in ("Completed", "Failed", "Canceled"):
    time.sleep(0.2)
pipeline_run.wait_for_completion(show_output=False)

step_run = next(pipeline_run.get_steps())
from_step = HyperDriveStepRun(step_run)
only_child = list(step_run.get_children())
best = from_step.get_best_run_by_primary_metric()
lone_best = sweep_run.get_best_run_by_primary_metric()
trial = Run(experiment, best.id)
by_id = Run.get(ws, best.id)
result = {
    "status": [pipeline_run.get_status(), sweep_run.get_status()],
    "only_child": [[child.id for child in only_child], from_step.id],
    "hierarchy": [
        best.parent.id == from_step.id,
        best.parent.parent.id == step_run.id,
        step_run.parent.id == pipeline_run.id,
    ],
    "kinds": [type(run).__name__ for run in (only_child[0], best.parent, best.parent.parent)],
    "best": [best.get_details()["runDefinition"]["arguments"], lone_best.get_details()["runDefinition"]["arguments"]],
    "same": [trial.get_metrics() == best.get_metrics(), by_id.id == best.id],
    "metrics": sorted(from_step.get_metrics()) == sorted(child.id for child in from_step.get_children()),
    "experiment_runs": [run.id for run in Experiment(ws, "attached").get_runs()],
    "ids": ids,
}
with open("result.json", "w") as f:
    json.dump(result, f)
