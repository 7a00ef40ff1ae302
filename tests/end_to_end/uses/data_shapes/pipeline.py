"""PipelineData as a file, as a folder and as a prefix of file names; the graph closes over all that the last step needs."""

import json
import os

from azureml.core import Experiment, ScriptRunConfig, Workspace
from azureml.core.runconfig import RunConfiguration
from azureml.pipeline.core import Pipeline, PipelineData, TrainingOutput
from azureml.pipeline.steps import HyperDriveStep, PythonScriptStep
from azureml.train.hyperdrive import GridParameterSampling, HyperDriveConfig, PrimaryMetricGoal, choice

ws = Workspace.from_config()
datastore = ws.get_default_datastore()
runconfig = RunConfiguration()

one_file = PipelineData("one_file", datastore=datastore)
folder = PipelineData("folder", datastore=datastore)
prefix = PipelineData("prefix", datastore=datastore)
model = PipelineData(
    "model", datastore=datastore, training_output=TrainingOutput("Model", model_file="outputs/alpha.txt")
)
report = PipelineData("report", datastore=datastore, pipeline_output_name="report")

prepare = PythonScriptStep(
    name="prepare data",
    script_name="prepare.py",
    arguments=["--file", one_file, "--folder", folder, "--prefix", prefix],
    outputs=[one_file, folder, prefix],
    compute_target="local",
    runconfig=runconfig,
    source_directory="steps",
)
note = PythonScriptStep("note.py", name="take a note", compute_target="local", source_directory="steps")
train = HyperDriveStep(
    "tune",
    HyperDriveConfig(
        run_config=ScriptRunConfig(
            "steps", script="train.py", arguments=["--file", one_file, "--prefix", prefix], compute_target="local"
        ),
        hyperparameter_sampling=GridParameterSampling({"--alpha": choice([0.1, 1.0])}),
        primary_metric_name="r2",
        primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
        max_total_runs=2,
        max_concurrent_runs=2,
    ),
    inputs=[one_file, folder, prefix],
    outputs=[model],
)
evaluate = PythonScriptStep(
    name="evaluate",
    script_name="evaluate.py",
    arguments=["--model", model, "--folder", folder.as_input("test_data"), "--report", report],
    inputs=[model, folder.as_input("test_data")],
    outputs=[report],
    compute_target="local",
    source_directory="steps",
)
evaluate.run_after(note)

pipeline = Pipeline(ws, steps=[evaluate])
pipeline.validate()
run = Experiment(ws, "shapes").submit(pipeline)
run.wait_for_completion(show_output=True)
run.get_pipeline_output("report").download("out")
found = [os.path.join(base, name) for base, _, names in os.walk("out") for name in names]
with open("result.json", "w") as f:
    json.dump(
        {
            "status": run.get_status(),
            "steps": sorted(step.name for step in run.get_steps()),
            "reports": {os.path.basename(path): open(path).read() for path in found},
        },
        f,
    )
