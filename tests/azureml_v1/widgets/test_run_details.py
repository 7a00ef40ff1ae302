"""RunDetails over runs that need no process: what it prints of a plain run."""

from __future__ import annotations

import pytest

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.session import close_homes
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.widgets import RunDetails
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus


def test_a_single_run_is_a_single_line(capsys: pytest.CaptureFixture[str]) -> None:
    workspace = Workspace.from_config()
    record = RunRecord(
        "run-1",
        "run-1",
        RunKind.SCRIPT,
        "train.py",
        workspace.name,
        "digits",
        RunStatus.FAILED,
        0.0,
        reason="time is over",
    )
    workspace.home.store.create([record], folder="run-1", spec={}).close()
    details = RunDetails(Run(Experiment(workspace, "digits"), "run-1"))
    details.show()
    assert capsys.readouterr().out == "script train.py [run-1]: Failed (time is over)\n"
    assert details.get_widget_data()["status"] == "Failed"
    close_homes()
