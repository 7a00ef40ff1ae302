"""What the tests of pipelines share: a workspace, a folder with scripts, a sweep over one of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.pipeline.context import GraphContext
from hyperstep.azureml_v1.train.expressions import choice
from hyperstep.azureml_v1.train.goal import PrimaryMetricGoal
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
from hyperstep.azureml_v1.train.sampling import GridParameterSampling

TRAIN = """
import argparse, os
from azureml.core import Run
parser = argparse.ArgumentParser()
parser.add_argument("--c", type=float)
args, _ = parser.parse_known_args()
run = Run.get_context()
run.log("accuracy", args.c)
run.log("accuracy", args.c / 2)
with open("outputs/model.txt", "w") as stream:
    stream.write(str(args.c))
"""
COPY = """
import shutil, sys
print("copying", sys.argv[1])
shutil.copyfile(sys.argv[1], sys.argv[2])
"""


@pytest.fixture
def project(project: Path) -> Path:
    """Holds a folder ``src`` with two scripts."""
    source = project / "src"
    source.mkdir()
    (source / "train.py").write_text(TRAIN, encoding="utf-8")
    (source / "copy_file.py").write_text(COPY, encoding="utf-8")
    return project


@pytest.fixture
def context(workspace: Workspace) -> GraphContext:
    """Where graphs are built."""
    return GraphContext(workspace, "src")


@pytest.fixture
def sweep(workspace: Workspace) -> HyperDriveConfig:
    """A grid of three trials over ``train.py``, which takes no arguments of its own."""
    del workspace
    return HyperDriveConfig(
        hyperparameter_sampling=GridParameterSampling({"--c": choice(1, 3, 2)}),
        primary_metric_name="accuracy",
        primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
        max_total_runs=3,
        run_config=ScriptRunConfig("src", "train.py"),
    )
