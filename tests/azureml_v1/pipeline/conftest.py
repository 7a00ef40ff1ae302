"""What the tests of pipelines share: a workspace, a folder with scripts, a sweep over one of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.dataset import Dataset
from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.core.session import close_homes
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.file_dataset import FileDataset
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
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The workspace ``local`` of an empty home; the current folder holds a folder ``src`` with two scripts."""
    source = tmp_path / "project" / "src"
    source.mkdir(parents=True)
    (source / "train.py").write_text(TRAIN, encoding="utf-8")
    (source / "copy_file.py").write_text(COPY, encoding="utf-8")
    monkeypatch.chdir(source.parent)
    yield Workspace.from_config()
    close_homes()


@pytest.fixture
def experiment(workspace: Workspace) -> Experiment:
    """An experiment in it."""
    return Experiment(workspace, "digits")


@pytest.fixture
def dataset(workspace: Workspace) -> FileDataset:
    """One file in the default datastore."""
    datastore = workspace.get_default_datastore()
    (datastore.folder / "data").mkdir()
    (datastore.folder / "data" / "digits.csv").write_text("1,2\n", encoding="utf-8")
    made: FileDataset = Dataset.File.from_files((datastore, "data"))
    return made


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
