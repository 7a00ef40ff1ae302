"""Neighbours of irises, by some of the columns."""

import argparse

from azureml.core import Run
from sklearn.datasets import load_iris
from sklearn.neighbors import KNeighborsClassifier

parser = argparse.ArgumentParser()
parser.add_argument("--neighbours", type=int)
parser.add_argument("--columns", type=int, nargs="+", default=[0, 1])
parser.add_argument("--column-file")
parser.add_argument("--weights", default="uniform")
parser.add_argument("--verbose", action="store_true")
args = parser.parse_args()
if args.column_file:
    args.columns = [int(text) for text in open(args.column_file).read().split()]
run = Run.get_context()
X, y = load_iris(return_X_y=True)
model = KNeighborsClassifier(args.neighbours, weights=args.weights).fit(X[::2, args.columns], y[::2])
run.log("weights", args.weights)
run.log("columns", len(args.columns))
run.log("verbose", args.verbose)
run.log("accuracy", model.score(X[1::2, args.columns], y[1::2]))
