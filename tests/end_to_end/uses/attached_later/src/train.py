"""Logistic regression on the wines."""

import argparse

import joblib
from azureml.core import Run
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import scale

parser = argparse.ArgumentParser()
parser.add_argument("--C", type=float, default=1.0)
args = parser.parse_args()
run = Run.get_context()
X, y = load_wine(return_X_y=True)
X = scale(X)
model = LogisticRegression(C=args.C).fit(X, y)
run.log("loss", log_loss(y, model.predict_proba(X)))
joblib.dump(model, "outputs/model.pkl")
