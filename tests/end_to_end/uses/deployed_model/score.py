"""What a web service would run."""

import json

import joblib
from azureml.core.model import Model


def init():
    global model
    model = joblib.load(Model.get_model_path("wine-svm"))


def run(data):
    return json.dumps(model.predict(json.loads(data)["data"]).tolist())
