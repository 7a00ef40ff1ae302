"""Write one path as a file, one as a folder, one as the beginning of file names."""

import argparse
import os

import numpy as np
from sklearn.datasets import load_diabetes

parser = argparse.ArgumentParser()
for name in ("--file", "--folder", "--prefix"):
    parser.add_argument(name)
args = parser.parse_args()
X, y = load_diabetes(return_X_y=True)
with open(args.file, "w") as f:
    f.write("rows: %d" % len(X))
os.makedirs(args.folder, exist_ok=True)
np.save(os.path.join(args.folder, "x_test.npy"), X[::4])
np.save(os.path.join(args.folder, "y_test.npy"), y[::4])
np.save(args.prefix + "_x.npy", X[1::4])
np.save(args.prefix + "_y.npy", y[1::4])
