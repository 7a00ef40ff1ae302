"""Fit a curve by gradient descent: a script of one's own, tuned by `hyperstep tune`.

hyperstep tune examples/own_script/train.py --space lr=loguniform:1e-3,1 --space momentum=uniform:0,0.95 \
    --metric error --goal minimize --policy bandit:slack_factor=1,evaluation_interval=10 --model-file outputs/curve.json
"""

import argparse
import json
import math
from pathlib import Path

from azureml.core import Run

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--momentum", type=float, default=0.0)
args = parser.parse_args()

points = [(x / 10, 3 * (x / 10) + 1 + math.sin(2 * x) / 3) for x in range(-10, 11)]
slope = offset = slope_step = offset_step = 0.0
run = Run.get_context()
for _ in range(50):
    residuals = [(slope * x + offset - y, x) for x, y in points]
    slope_step = args.momentum * slope_step - args.lr * sum(r * x for r, x in residuals) / len(points)
    offset_step = args.momentum * offset_step - args.lr * sum(r for r, _ in residuals) / len(points)
    slope, offset = slope + slope_step, offset + offset_step
    run.log("error", sum(r * r for r, _ in residuals) / len(points))

Path("outputs").mkdir(exist_ok=True)
Path("outputs/curve.json").write_text(json.dumps({"slope": slope, "offset": offset}), encoding="utf-8")
