"""A support vector machine on the wines."""

import argparse
import os

import joblib
from azureml.core.run import Run
from sklearn.datasets import load_wine
from sklearn.preprocessing import scale
from sklearn.svm import SVC

parser = argparse.ArgumentParser()
parser.add_argument("--C", type=float, default=1.0)
parser.add_argument("--kernel", type=str, default="linear")
args = parser.parse_args()
run = Run.get_context()
X, y = load_wine(return_X_y=True)
X = scale(X)
model = SVC(C=args.C, kernel=args.kernel).fit(X[::2], y[::2])
run.log("Regularization Strength:", float(args.C))
run.log("Accuracy", float(model.score(X[1::2], y[1::2])))
os.makedirs("outputs", exist_ok=True)
joblib.dump(value=model, filename="outputs/model.joblib")
