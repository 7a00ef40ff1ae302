"""Both tables come as inputs of the run."""

import argparse
import os

from azureml.core import Run
from sklearn.tree import DecisionTreeClassifier

parser = argparse.ArgumentParser()
parser.add_argument("--extra")
parser.add_argument("--max_depth", type=int)
args = parser.parse_args()
run = Run.get_context()
features = run.input_datasets["features"].to_pandas_dataframe()
labels = run.input_datasets["labels"].to_pandas_dataframe()["target"]
with open(os.path.join(args.extra, "notes", "names.txt")) as f:
    run.log("classes", len(f.read().split()))
model = DecisionTreeClassifier(max_depth=args.max_depth, random_state=0).fit(features, labels)
run.log("columns", features.shape[1])
run.log("accuracy", model.score(features, labels))
