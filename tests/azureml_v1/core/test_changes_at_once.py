"""Several processes change the record of one run at a time."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.workspace import Workspace

EACH = 25
TAGS = """
import os, sys, time
from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.workspace import Workspace
run = Run(Experiment(Workspace.from_config(), "at-once"), sys.argv[1])
while not os.path.exists(sys.argv[4]):
    time.sleep(0.001)
for number in range(int(sys.argv[3])):
    run.tag(f"{sys.argv[2]}-{number}", "x")
"""


def test_no_tag_of_an_ended_run_is_lost(tmp_path: Path) -> None:
    go = tmp_path / "go"
    experiment = Experiment(Workspace.from_config(), "at-once")
    run = experiment.start_logging(snapshot_directory=None)
    run.complete()
    command = [sys.executable, "-c", TAGS, run.id]
    writers = [subprocess.Popen([*command, name, str(EACH), str(go)]) for name in "ab"]
    time.sleep(1)  # they load what they need
    go.touch()
    assert [writer.wait() for writer in writers] == [0, 0]
    assert set(Run(experiment, run.id).get_tags()) == {f"{name}-{number}" for name in "ab" for number in range(EACH)}
