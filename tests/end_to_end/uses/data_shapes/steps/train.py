"""Ridge regression; the folder comes by its environment variable, the rest by arguments."""

import argparse
import os

import numpy as np
from azureml.core import Run
from sklearn.linear_model import Ridge

parser = argparse.ArgumentParser()
parser.add_argument("--file")
parser.add_argument("--prefix")
parser.add_argument("--alpha", type=float)
args = parser.parse_args()
assert open(args.file).read() == "rows: 442"
folder = os.environ["AZUREML_DATAREFERENCE_folder"]
model = Ridge(alpha=args.alpha).fit(np.load(args.prefix + "_x.npy"), np.load(args.prefix + "_y.npy"))
r2 = model.score(np.load(os.path.join(folder, "x_test.npy")), np.load(os.path.join(folder, "y_test.npy")))
Run.get_context().log("r2", r2)
with open(os.path.join("outputs", "alpha.txt"), "w") as f:
    f.write(str(args.alpha))
