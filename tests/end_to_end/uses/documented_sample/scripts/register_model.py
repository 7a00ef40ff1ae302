"""Register the file that the sweep hands over."""

import argparse
import os
import shutil

from azureml.core import Run
from azureml.core.model import Model
from azureml.train.hyperdrive import HyperDriveRun  # noqa: F401 - real ones import it and leave it

parser = argparse.ArgumentParser()
parser.add_argument("--saved-model", type=str, dest="saved_model", help="path to saved model file")
args = parser.parse_args()

model_output_dir = "./model/"
os.makedirs(model_output_dir, exist_ok=True)
shutil.copyfile(args.saved_model, os.path.join(model_output_dir, "saved_model.pkl"))

ws = Run.get_context().experiment.workspace
model = Model.register(workspace=ws, model_name="tf-dnn-digits", model_path=model_output_dir)
