"""A model that is a small file, better the larger it is."""

import argparse
import json

from azureml.core import Run
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris

parser = argparse.ArgumentParser()
parser.add_argument("--size", type=int)
args = parser.parse_args()
run = Run.get_context()
X = load_iris().data
model = KMeans(args.size, n_init=1, random_state=0).fit(X)
run.log("score", float(model.score(X)))
run.log("compactness", 1 / args.size)
run.parent.log("sizes tried", args.size)
run.parent.flush()
with open("outputs/model.json", "w") as f:
    json.dump({"centres": len(model.cluster_centers_)}, f)
