"""Fit a polynomial to a noisy line."""

import argparse

import numpy as np
from azureml.core import Run

parser = argparse.ArgumentParser()
parser.add_argument("--noise", type=float)
parser.add_argument("--degree", type=int)
args = parser.parse_args()
run = Run.get_context()
x = np.linspace(0, 1, 50)
y = x + np.random.default_rng(0).normal(0, args.noise, 50)
run.log("noise", args.noise)
run.log("r2", 1 - np.var(y - np.polyval(np.polyfit(x, y, args.degree), x)) / np.var(y))
