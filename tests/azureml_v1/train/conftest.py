"""What the tests of sweeps share: a workspace, an experiment, a folder with a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.session import close_homes
from hyperstep.azureml_v1.core.workspace import Workspace

TRAIN = """
import argparse, sys
from azureml.core import Run
parser = argparse.ArgumentParser()
parser.add_argument("--c")
args, _ = parser.parse_known_args()
values = {"nan": float("nan"), "inf": float("inf"), "text": "high", "none": None}
run = Run.get_context()
if args.c != "silent":
    run.log("accuracy", values[args.c] if args.c in values else float(args.c))
    run.log("c", str(args.c))
if args.c == "9":
    sys.exit(3)
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The workspace ``local`` of an empty home; the current folder holds a folder ``src`` with a script."""
    source = tmp_path / "project" / "src"
    source.mkdir(parents=True)
    (source / "train.py").write_text(TRAIN, encoding="utf-8")
    monkeypatch.chdir(source.parent)
    yield Workspace.from_config()
    close_homes()


@pytest.fixture
def experiment(workspace: Workspace) -> Experiment:
    """An experiment in it."""
    return Experiment(workspace, "digits")
