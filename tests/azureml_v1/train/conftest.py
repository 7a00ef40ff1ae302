"""What the tests of sweeps share: a workspace, an experiment, a folder with a script."""

from __future__ import annotations

from pathlib import Path

import pytest

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
def project(project: Path) -> Path:
    """Holds a folder ``src`` with a script."""
    source = project / "src"
    source.mkdir()
    (source / "train.py").write_text(TRAIN, encoding="utf-8")
    return project
