"""After the sweep: register, look up, download, then try to deploy, which needs a service."""

import json
import os

import joblib
from azureml.core import Environment, Experiment, Model, ScriptRunConfig, Workspace
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.model import InferenceConfig
from azureml.core.webservice import AciWebservice, Webservice
from azureml.exceptions import WebserviceException
from azureml.train.hyperdrive import HyperDriveConfig, PrimaryMetricGoal, RandomParameterSampling, choice, loguniform

ws = Workspace.from_config()
exp = Experiment(ws, "deploying")
env = Environment("sklearn-env")
env.python.conda_dependencies = CondaDependencies.create(
    conda_packages=["scikit-learn", "pip"], pip_packages=["azureml-defaults", "joblib"]
)
src = ScriptRunConfig(source_directory="./training", script="train.py", compute_target="local", environment=env)
config = HyperDriveConfig(
    run_config=src,
    hyperparameter_sampling=RandomParameterSampling({"--C": loguniform(-3, 1), "--kernel": choice("linear", "rbf")}),
    policy=None,
    primary_metric_name="Accuracy",
    primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
    max_total_runs=2,
)
hdr = exp.submit(config=config)
hdr.wait_for_completion(show_output=True)
best_run = hdr.get_best_run_by_primary_metric()
print(best_run.get_file_names())
best_run.download_file("outputs/model.joblib", "local/model.joblib")
model = best_run.register_model(
    model_name="wine-svm",
    model_path="outputs/model.joblib",
    model_framework=Model.Framework.SCIKITLEARN,
    model_framework_version="1.0",
    tags={"stage": "test"},
)
again = Model.register(workspace=ws, model_path="local/model.joblib", model_name="wine-svm", tags={"stage": "prod"})
latest = Model(ws, "wine-svm")
first = Model(ws, name="wine-svm", version=1)
missing = None
try:
    Model(ws, "no-such-model")
except WebserviceException as error:
    missing = str(error)

path = Model.get_model_path("wine-svm", _workspace=ws)
loaded = joblib.load(path)

inference_config = InferenceConfig(entry_script="score.py", environment=env)
aci_config = AciWebservice.deploy_configuration(cpu_cores=1, memory_gb=1, auth_enabled=True, tags={"data": "wine"})
deploying = None
try:
    service = Model.deploy(
        workspace=ws,
        name="wine-service",
        models=[latest],
        inference_config=inference_config,
        deployment_config=aci_config,
        overwrite=True,
    )
    service.wait_for_deployment(show_output=True)
    print(service.scoring_uri)
except Exception as error:
    deploying = [type(error).__name__, str(error)]

with open("result.json", "w") as f:
    json.dump(
        {
            "versions": [model.version, again.version, latest.version, first.version],
            "tags": [first.tags["stage"], latest.tags["stage"]],
            "framework": first.model_framework,
            "ids": [latest.id, ws.models["wine-svm"].id],
            "missing": missing,
            "kernel": loaded.kernel,
            "file": os.path.basename(path),
            "deploying": deploying,
            "services": [service.name for service in Webservice.list(ws)] if hasattr(Webservice, "list") else [],
        },
        f,
    )
