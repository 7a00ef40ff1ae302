"""A pipeline whose later steps find the sweep by themselves, and register what it made."""

import json
import os

from azureml.core import Experiment, Model, ScriptRunConfig, Workspace
from azureml.pipeline.core import Pipeline, PipelineData, TrainingOutput
from azureml.pipeline.steps import HyperDriveStep, PythonScriptStep
from azureml.train.hyperdrive import GridParameterSampling, HyperDriveConfig, PrimaryMetricGoal, choice

ws = Workspace.from_config()
exp = Experiment(ws, "register-inside")
metrics = PipelineData("metrics", pipeline_output_name="metrics", training_output=TrainingOutput("Metrics"))
smallest = PipelineData(
    "smallest_model", training_output=TrainingOutput("Model", metric="compactness", model_file="outputs/model.json")
)
tune = HyperDriveStep(
    "hyper drive: tune",
    HyperDriveConfig(
        run_config=ScriptRunConfig("steps", "train.py", compute_target="local"),
        hyperparameter_sampling=GridParameterSampling({"--size": choice(1, 2, 3)}),
        primary_metric_name="score",
        primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
        max_total_runs=3,
        max_concurrent_runs=3,
    ),
    outputs=[metrics, smallest],
)
by_siblings = PythonScriptStep(
    script_name="register_best.py",
    name="register the best",
    arguments=["--tune-step", "hyper drive: tune", "--smallest", smallest, "--metrics", metrics],
    inputs=[smallest, metrics],
    compute_target="local",
    source_directory="steps",
    allow_reuse=False,
)
only_register = PythonScriptStep(
    script_name="register_only.py", name="register only", compute_target="local", source_directory="steps"
)
only_register.run_after(by_siblings)
run = exp.submit(Pipeline(ws, [only_register]))
run.wait_for_completion()
models = {model.name: model for model in Model.list(ws)}
contents = {}
for name, model in models.items():
    path = model.download(target_dir="models", exist_ok=True)
    contents[name] = json.load(open(path)) if os.path.isfile(path) else None
with open("result.json", "w") as f:
    json.dump(
        {
            "status": run.get_status(),
            "contents": contents,
            "tags": models["best"].tags,
            "from_trial": models["best"].run_id,
            "step": models["best"].properties.get("step"),
            "sweep": next(run.find_step_run("hyper drive: tune")[0].get_children()).id,
            "parent_tags": run.get_tags(),
        },
        f,
    )
