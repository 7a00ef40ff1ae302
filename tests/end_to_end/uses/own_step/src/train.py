"""A tree on the irises."""

import argparse
import pickle

from azureml.core import Run
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

parser = argparse.ArgumentParser()
parser.add_argument("--depth", type=int)
args = parser.parse_args()
X, y = load_iris(return_X_y=True)
model = DecisionTreeClassifier(max_depth=args.depth).fit(X, y)
Run.get_context().log("accuracy", model.score(X, y))
pickle.dump(model, open("outputs/model.pkl", "wb"))
