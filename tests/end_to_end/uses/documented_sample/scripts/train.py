"""Fit digits, as the sample's training script does."""

import argparse
import os
import pickle

import numpy as np
from azureml.core import Run
from sklearn.linear_model import SGDClassifier

parser = argparse.ArgumentParser()
parser.add_argument("--data-folder", type=str, dest="data_folder", help="data folder mounting point")
parser.add_argument("--max-iter", type=int, dest="max_iter", default=5)
parser.add_argument("--penalty", type=float, dest="penalty", default=0.01)
args = parser.parse_args()

print("training dataset is stored here:", args.data_folder)
X = np.loadtxt(os.path.join(args.data_folder, "images.csv"), delimiter=",") / 16.0
y = np.loadtxt(os.path.join(args.data_folder, "labels.csv"))
run = Run.get_context()
model = SGDClassifier(alpha=args.penalty, random_state=0)
for epoch in range(args.max_iter):
    model.partial_fit(X, y, classes=np.unique(y))
    acc_val = model.score(X[::3], y[::3])
    run.log("validation_acc", np.float64(acc_val))
run.log("final_acc", np.float64(acc_val))

os.makedirs("./outputs/model", exist_ok=True)
with open("./outputs/model/saved_model.pkl", "wb") as f:
    pickle.dump(model, f)
