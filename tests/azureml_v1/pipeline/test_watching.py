"""What waiting for a pipeline tells while a step of it is running."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.steps.python_script_step import PythonScriptStep
from hyperstep.testing.launcher_bench import wait_until

pytestmark = pytest.mark.end_to_end

WAITS = """
import pathlib, sys, time
print("begun", flush=True)
while not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.01)
"""


def test_that_a_step_runs_is_told_before_what_it_prints(
    workspace: Workspace, experiment: Experiment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("src/waits.py").write_text(WAITS, encoding="utf-8")
    go = tmp_path / "go"
    step = PythonScriptStep("waits.py", name="wait", arguments=[str(go)], source_directory="src")
    run = experiment.submit(Pipeline(workspace, [step]))
    wait_until(lambda: "begun" in run.find_step_run("wait")[0].get_stdout_log(), "the script began")
    capsys.readouterr()
    assert run.wait_for_completion(timeout_seconds=0) == "Running"
    told = capsys.readouterr().out
    landmarks = [
        "PipelineRunId: ",
        "PipelineRun Status: Running",
        "StepRun( wait ) Status: Running",
        "Streaming",
        "begun",
    ]
    assert [told.find(landmark) for landmark in landmarks] == sorted(told.find(landmark) for landmark in landmarks)
    assert all(landmark in told for landmark in landmarks)
    go.touch()
    assert run.wait_for_completion(show_output=False) == "Finished"
