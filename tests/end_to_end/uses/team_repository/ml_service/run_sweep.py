"""What the build agent calls: sign in, sweep, compare with the model in use, register if better."""

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from azureml.core import Environment, Experiment, Model, Run, ScriptRunConfig, Workspace
from azureml.core.authentication import ServicePrincipalAuthentication
from azureml.core.runconfig import DockerConfiguration
from azureml.train.hyperdrive import (
    BanditPolicy,
    HyperDriveConfig,
    HyperDriveRun,
    PrimaryMetricGoal,
    RandomParameterSampling,
    choice,
    lognormal,
)

from ml_service.attach_compute import get_compute

parser = argparse.ArgumentParser("sweep")
parser.add_argument("--model_name", type=str, default="diabetes")
parser.add_argument("--trials", type=int, default=3)
args = parser.parse_args()

settings = json.load(open("settings.json"))
auth = ServicePrincipalAuthentication(
    tenant_id="tenant", service_principal_id="client", service_principal_password=os.environ.get("SP_SECRET", "secret")
)
aml_workspace = Workspace.get(
    name=settings["workspace_name"],
    subscription_id=settings["subscription_id"],
    resource_group=settings["resource_group"],
    auth=auth,
)
print(aml_workspace.get_details()["name"])
aml_workspace.write_config(path=".azureml", file_name="config.json")
compute = get_compute(aml_workspace, settings["cluster"], settings["vm_size"])
compute = get_compute(aml_workspace, settings["cluster"], settings["vm_size"])

environment = Environment.from_conda_specification("diabetes-training", "conda.yml")
environment.environment_variables = {"TEAM": "diabetes"}
environment.register(workspace=aml_workspace)
environment = Environment.get(aml_workspace, "diabetes-training")

config = ScriptRunConfig(
    source_directory="training",
    script="train.py",
    arguments=["--model_name", args.model_name],
    compute_target=compute,
    environment=environment,
    docker_runtime_config=DockerConfiguration(use_docker=True),
)
experiment = Experiment(aml_workspace, settings["experiment"])
hyper = HyperDriveConfig(
    run_config=config,
    hyperparameter_sampling=RandomParameterSampling({"alpha": lognormal(0, 1), "solver": choice("svd", "cholesky")}),
    policy=BanditPolicy(slack_amount=0.2, evaluation_interval=1, delay_evaluation=1),
    primary_metric_name="r2",
    primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
    max_total_runs=args.trials,
    max_concurrent_runs=2,
    max_duration_minutes=10,
)
run = experiment.submit(hyper, tags={"BuildId": "17"})
run.tag("branch", "main")
run.wait_for_completion(show_output=False, raise_on_error=True)

best = run.get_best_run_by_primary_metric(include_failed=False)
ranked = run.get_children_sorted_by_primary_metric(top=2)
by_tag = [found.id for found in experiment.get_runs(tags={"BuildId": "17"}, type="hyperdrive")]
again = [r for r in Run.list(experiment, tags={"BuildId": "17"})]
assert isinstance(again[0], HyperDriveRun)

r2 = best.get_metrics(name="r2")["r2"]
try:
    in_use = max(float(model.tags["r2"]) for model in Model.list(aml_workspace, name=args.model_name))
except ValueError:
    in_use = None
if in_use is None or r2 > in_use:
    model = best.register_model(
        model_name=args.model_name,
        model_path="outputs/models/",
        tags={"r2": r2, "BuildId": run.get_tags()["BuildId"]},
        properties={"trial": best.id},
    )
    print("registered", model.name, model.version)
else:
    print("the model in use is better or as good")

best.download_files(prefix="outputs/models", output_directory="fetched", append_prefix=False)
details = run.get_details()
with open("result.json", "w") as f:
    json.dump(
        {
            "workspace": [aml_workspace.name, Workspace.from_config().name],
            "team": best.get_metrics()["team"],
            "ranked": [row["run_id"] for row in ranked],
            "best": best.id,
            "by_tag": by_tag,
            "run": run.id,
            "models": [[m.name, m.version, m.properties["trial"]] for m in Model.list(aml_workspace)],
            "fetched": sorted(os.listdir("fetched")),
            "children": sorted(best.get_metrics(recursive=False)),
            "all": len(run.get_metrics()),
            "sweep": [details["runId"], details["status"]],
            "uploaded": [name for name in best.get_file_names() if name.startswith("plots/")],
        },
        f,
    )
