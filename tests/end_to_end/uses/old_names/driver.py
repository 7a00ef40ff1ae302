"""The names of older releases: estimators, HyperDriveRunConfig, hyperdrive_run_config=, script_params."""

import json

from azureml.core import Experiment, Workspace
from azureml.data.data_reference import DataReference
from azureml.pipeline.core import Pipeline, PipelineData, PipelineParameter
from azureml.pipeline.steps import HyperDriveStep
from azureml.train.dnn import PyTorch, TensorFlow
from azureml.train.estimator import Estimator
from azureml.train.hyperdrive import *
from azureml.train.sklearn import SKLearn

ws = Workspace.from_config()
exp = Experiment(workspace=ws, name="old-names")
ds = ws.get_default_datastore()
result = {}

# SKLearn, with script_params that hold a flag and a list
estimator = SKLearn(
    source_directory="training",
    entry_script="train.py",
    compute_target="local",
    script_params={"--verbose": "", "--columns": ["0", "2", "3"]},
    pip_packages=["joblib"],
)
hyperdrive_run_config = HyperDriveRunConfig(
    estimator=estimator,
    hyperparameter_sampling=GridParameterSampling({"--neighbours": choice(1, 15)}),
    primary_metric_name="accuracy",
    primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
    max_total_runs=2,
    max_concurrent_runs=2,
)
run = exp.submit(hyperdrive_run_config)
run.wait_for_completion(show_output=False)
result["sklearn"] = run.get_best_run_by_primary_metric().get_details()["runDefinition"]["arguments"]

# the frameworks' estimators take the same script
runs = {}
for name, kind in {"tensorflow": TensorFlow, "pytorch": PyTorch}.items():
    estimator = kind(
        source_directory="training", entry_script="train.py", compute_target="local", use_gpu=False, script_params={}
    )
    runs[name] = exp.submit(
        HyperDriveConfig(
            estimator=estimator,
            hyperparameter_sampling=RandomParameterSampling({"--neighbours": choice(3)}),
            policy=NoTerminationPolicy(),
            primary_metric_name="accuracy",
            primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
            max_total_runs=1,
        )
    )

# a plain estimator in a pipeline: its arguments belong to the step
with open("columns.txt", "w") as f:
    f.write("2 3")
ds.upload_files(["columns.txt"], target_path="columns", overwrite=True, show_progress=False)
columns = DataReference(datastore=ds, data_reference_name="columns", path_on_datastore="columns/columns.txt")
est = Estimator(source_directory="training", entry_script="train.py", compute_target="local", script_params=None)
hd_config = HyperDriveRunConfig(
    estimator=est,
    hyperparameter_sampling=RandomParameterSampling({"--neighbours": choice(1, 3, 5)}),
    policy=TruncationSelectionPolicy(truncation_percentage=20, evaluation_interval=1, delay_evaluation=1),
    primary_metric_name="accuracy",
    primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
    max_total_runs=2,
    max_concurrent_runs=2,
)
metrics = PipelineData("metrics", datastore=ds)
weights = PipelineParameter(name="weights", default_value="distance")
step = HyperDriveStep(
    name="old names in a step",
    hyperdrive_run_config=hd_config,
    estimator_entry_script_arguments=["--column-file", columns, "--weights", weights],
    inputs=[columns],
    metrics_output=metrics,
    allow_reuse=False,
)
pipeline_run = exp.submit(Pipeline(ws, steps=[step]), pipeline_parameters={"weights": "uniform"})
pipeline_run.wait_for_completion()
step_run = pipeline_run.find_step_run("old names in a step")[0]
step_run.get_output_data("metrics").download("metrics_here")
hd_run = list(step_run.get_children())[0]
result["pipeline"] = pipeline_run.get_status()
result["arguments"] = hd_run.get_best_run_by_primary_metric().get_details()["runDefinition"]["arguments"]
for name, run in runs.items():
    run.wait_for_completion()
    result[name] = run.get_status()
result["weights"] = hd_run.get_best_run_by_primary_metric().get_metrics()["weights"]
with open("result.json", "w") as f:
    json.dump(result, f)
