"""Train by the module beside; upload more than outputs/."""

import argparse
import os

import joblib
from azureml.core import Run
from model import train_model
from sklearn.datasets import load_diabetes


def main():
    parser = argparse.ArgumentParser("train")
    parser.add_argument("--model_name", type=str)
    parser.add_argument("--alpha", type=float, default=1.0)
    parser.add_argument("--solver", default="auto")
    args = parser.parse_args()
    run = Run.get_context()
    print("experiment:", run.experiment.name, "number:", run.number)
    X, y = load_diabetes(return_X_y=True)
    model = train_model(X, y, args.alpha, args.solver)
    run.tag("run_type", "train")
    run.log("team", os.environ["TEAM"])
    run.log("alpha", args.alpha)
    run.log_table("coefficients", {"index": list(range(10)), "value": [float(c) for c in model.coef_]})
    run.log("r2", model.score(X, y), description="on all data")
    os.makedirs("plots", exist_ok=True)
    with open("plots/residuals.txt", "w") as f:
        f.write("\n".join(str(v) for v in (y - model.predict(X))[:5]))
    run.upload_folder("plots", "plots")
    os.makedirs("outputs/models", exist_ok=True)
    joblib.dump(model, os.path.join("outputs", "models", args.model_name + ".pkl"))
    run.complete()


if __name__ == "__main__":
    main()
