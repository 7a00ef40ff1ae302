"""Register the model file that the tuning step handed over."""

import argparse
import shutil
from pathlib import Path

from azureml.core import Model, Run

parser = argparse.ArgumentParser()
parser.add_argument("--saved-model", required=True, help="the best trial's model file")
args = parser.parse_args()

folder = Path("model")
folder.mkdir(exist_ok=True)
shutil.copyfile(args.saved_model, folder / "model.joblib")

workspace = Run.get_context().experiment.workspace
model = Model.register(workspace=workspace, model_path=str(folder), model_name="digits")
print(f"registered {model.name}, version {model.version}")
