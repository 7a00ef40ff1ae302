"""Log what people log."""

import argparse
from pathlib import Path

import numpy as np
from azureml.core import Run
from sklearn.datasets import load_wine
from sklearn.neighbors import KNeighborsClassifier

parser = argparse.ArgumentParser()
parser.add_argument("--k", type=int)
args = parser.parse_args()
run = Run.get_context()
X, y = load_wine(return_X_y=True)
model = KNeighborsClassifier(args.k).fit(X[::2], y[::2])
run.log("Precision @ k=1: test", np.float32(model.score(X[1::2], y[1::2])))
run.log("n neighbours", np.int64(args.k))
run.log("any?", np.bool_(True))
run.log("max depth", None)
run.log("model path", Path("outputs") / "model.pkl")
run.log("as text", str(Path("outputs")))
run.log_list("per class: f1", list(np.linspace(0, 1, 3)))
run.log_row("confusion = y", x=np.float64(1.5), y=2)
for epoch in range(3):
    run.log("loss/epoch", np.float64(1.0 / (epoch + 1)))
