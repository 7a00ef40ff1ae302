"""Write parquet, delimited and other files to the paths given."""

import argparse
import os

from sklearn.datasets import load_iris

parser = argparse.ArgumentParser()
parser.add_argument("--output_cleanse", type=str)
parser.add_argument("--extra", type=str)
parser.add_argument("--labels", type=str)
args = parser.parse_args()
frame = load_iris(as_frame=True).frame
os.makedirs(args.output_cleanse, exist_ok=True)
frame.drop(columns="target").to_parquet(os.path.join(args.output_cleanse, "processed.parquet"))
frame[["target"]].to_csv(os.path.join(args.labels, "labels.csv"), index=False)
os.makedirs(os.path.join(args.extra, "notes"), exist_ok=True)
with open(os.path.join(args.extra, "notes", "names.txt"), "w") as f:
    f.write("setosa versicolor virginica")
