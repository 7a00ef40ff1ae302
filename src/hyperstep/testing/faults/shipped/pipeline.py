"""The driver of the shipped pipeline, as one writes it with the v1 API: a sweep, and a step that takes its model."""

from azureml.core import Datastore, Experiment, ScriptRunConfig, Workspace
from azureml.pipeline.core import Pipeline, PipelineData, TrainingOutput
from azureml.pipeline.steps import HyperDriveStep, PythonScriptStep
from azureml.train.hyperdrive import (
    HyperDriveConfig,
    MedianStoppingPolicy,
    PrimaryMetricGoal,
    RandomParameterSampling,
    uniform,
)

workspace = Workspace.from_config()
datastore = Datastore.get(workspace, "workspaceblobstore")
config = HyperDriveConfig(
    run_config=ScriptRunConfig(source_directory=".", script="train.py", compute_target="local"),
    hyperparameter_sampling=RandomParameterSampling(
        {"x": uniform(0, 1)}, properties={"seed": 7, "deterministic": True}
    ),
    policy=MedianStoppingPolicy(evaluation_interval=1, delay_evaluation=1),
    primary_metric_name="acc",
    primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
    max_total_runs=4,
    max_concurrent_runs=2,
)
model = PipelineData(
    "model", datastore=datastore, training_output=TrainingOutput("Model", model_file="outputs/model.txt")
)
tune = HyperDriveStep("tune", config, outputs=[model])
report = PythonScriptStep(
    script_name="train.py",
    source_directory=".",
    arguments=["--report", model],
    inputs=[model],
    compute_target="local",
    name="report",
)
run = Experiment(workspace, "faults").submit(Pipeline(workspace, [tune, report]))
run.wait_for_completion(show_output=False)
