"""Only registers what the step brought along; it imports more than it needs, as these scripts do."""

import os

import azureml.core  # noqa: F401
from azureml.core import Model, Run
from azureml.pipeline.core import Pipeline, PipelineData  # noqa: F401
from azureml.train.hyperdrive import HyperDriveConfig, HyperDriveRun  # noqa: F401

run = Run.get_context()
os.makedirs("brought", exist_ok=True)
with open("brought/notes.txt", "w") as f:
    f.write("nothing to see")
Model.register(run.experiment.workspace, model_path="brought", model_name="folder")
