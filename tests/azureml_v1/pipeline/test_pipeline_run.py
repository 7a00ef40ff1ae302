"""Runs of pipelines and their steps, over real pipelines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import GeneratorType
from typing import Any

import pytest

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import ActivityFailedException, UserErrorException
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.pipeline_run import PipelineRun
from hyperstep.azureml_v1.pipeline.step_run import StepRun
from hyperstep.azureml_v1.pipeline.steps.hyper_drive_step import HyperDriveStep
from hyperstep.azureml_v1.pipeline.steps.hyper_drive_step_run import HyperDriveStepRun
from hyperstep.azureml_v1.pipeline.steps.python_script_step import PythonScriptStep
from hyperstep.azureml_v1.pipeline.training_output import TrainingOutput
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
from hyperstep.azureml_v1.train.hyperdrive_run import HyperDriveRun
from hyperstep.azureml_v1.widgets import RunDetails
from hyperstep.errors import NotFoundError

pytestmark = pytest.mark.end_to_end


@pytest.fixture
def pipeline(workspace: Workspace, sweep: HyperDriveConfig) -> Pipeline:
    """A sweep whose best model is copied by a second step."""
    model = PipelineData("model", training_output=TrainingOutput("Model", model_file="outputs/model.txt"))
    copied = PipelineData("copied", output_name="port", pipeline_output_name="result")
    tune = HyperDriveStep("tune it", sweep, outputs=[model])
    copy = PythonScriptStep(
        "copy_file.py", name="copy", arguments=[model, copied], inputs=[model], outputs=[copied], source_directory="src"
    )
    return Pipeline(workspace, [copy, tune])


@pytest.fixture
def finished(pipeline: Pipeline, experiment: Experiment) -> PipelineRun:
    """Its run, at the end."""
    run: PipelineRun = experiment.submit(pipeline, tags={"mine": 1}, unknown="ignored, as in v1")
    assert run.wait_for_completion(show_output=False) == "Finished"
    return run


def test_the_landmarks_of_v1_are_printed(
    pipeline: Pipeline, experiment: Experiment, capsys: pytest.CaptureFixture[str]
) -> None:
    run = experiment.submit(pipeline)
    assert run.wait_for_completion() == "Finished"
    printed = capsys.readouterr().out
    for landmark in (
        f"Created step tune it [{pipeline.graph.node_name_dict['tune it'][0].node_id}]",
        f"PipelineRunId: {run.id}",
        f"hyperstep show {run.id}",
        "StepRunId: ",
        "StepRun(tune it) Execution Summary",
        "StepRun( copy ) Status: Finished",
        "copying /",
        "PipelineRun Execution Summary",
        "PipelineRun Status: Finished",
    ):
        assert landmark in printed


def test_get_status_says_finished_where_status_says_completed(finished: PipelineRun) -> None:
    assert finished.get_status() == "Finished"
    assert finished.get_details()["status"] == "Completed"
    [step] = finished.find_step_run("copy")
    assert (step.get_status(), step.get_details()["status"]) == ("Finished", "Completed")
    assert finished.tags["mine"] == "1"


def test_steps_are_a_generator_and_found_by_name(finished: PipelineRun) -> None:
    steps = finished.get_steps()
    assert isinstance(steps, GeneratorType)
    assert [step.name for step in steps] == ["tune it", "copy"]
    assert [step.id for step in finished.get_children()] == [step.id for step in finished.get_steps()]
    assert all(isinstance(step, StepRun) for step in finished.find_step_run("copy"))
    assert finished.find_step_run("absent") == []


def test_a_pipeline_output_is_fetched_by_its_name(finished: PipelineRun, tmp_path: Path) -> None:
    port = finished.get_pipeline_output("result")
    [step] = finished.find_step_run("copy")
    assert port._path_on_datastore == f"azureml/{step.id}/port"
    assert port.download(str(tmp_path / "got"), show_progress=False) == 1
    assert (tmp_path / "got" / port._path_on_datastore).read_text(encoding="utf-8") == "3.0"
    with pytest.raises(NotFoundError, match="result"):
        finished.get_pipeline_output("port")


def test_a_step_run_hands_out_its_outputs_by_port(finished: PipelineRun) -> None:
    [step] = finished.find_step_run("copy")
    assert list(step.get_outputs()) == ["port"]
    assert step.get_output("port").get_port_data_reference().name == "port"
    assert step.get_output_data("port").path_on_datastore == f"azureml/{step.id}/port"
    with pytest.raises(KeyError):
        step.get_output("copied")
    with pytest.raises(NotFoundError, match="port"):
        step.get_output_data("copied")


def test_a_step_run_shows_its_logs(finished: PipelineRun) -> None:
    [copy] = finished.find_step_run("copy")
    assert copy.get_stdout_log().startswith("copying /")
    assert copy.get_job_log() == copy.get_stdout_log()
    assert copy.get_stderr_log() == ""
    logs = copy.get_details_with_logs()
    assert (logs["STDOUT"], logs["STDERR"], logs["JOBLOG"]) == (copy.get_stdout_log(), "", copy.get_job_log())


def test_pipeline_step_sweep_and_trial_stand_below_each_other(finished: PipelineRun) -> None:
    [step] = finished.find_step_run("tune it")
    [sweep] = step.get_children()
    assert isinstance(sweep, HyperDriveRun)
    best = sweep.get_best_run_by_primary_metric()
    assert best is not None
    assert best.parent == sweep
    assert sweep.parent == step
    assert step.parent == finished
    assert finished.parent is None
    assert step.pipeline_run_id == finished.id
    assert step.properties["StepType"] == "HyperDriveStep"
    assert step.tags["azureml.pipeline"] == finished.id


def test_a_hyperdrive_step_run_is_the_steps_sweep(finished: PipelineRun) -> None:
    run = HyperDriveStepRun(finished.find_step_run("tune it")[0])
    best = run.get_best_run_by_primary_metric()
    assert best is not None
    assert best.get_metrics()["accuracy"] == [3.0, 1.5]
    assert len(run.get_hyperparameters()) == 3


def test_the_run_of_another_step_is_no_sweep(finished: PipelineRun) -> None:
    with pytest.raises(ValueError, match="PythonScriptStep"):
        HyperDriveStepRun(finished.find_step_run("copy")[0])


@pytest.mark.parametrize("method", ["complete", "fail", "child_run"])
def test_neither_run_can_be_ended_or_given_children_by_hand(finished: PipelineRun, method: str) -> None:
    for run in (finished, finished.find_step_run("copy")[0]):
        with pytest.raises(NotImplementedError):
            getattr(run, method)()


def test_an_equal_pipeline_is_reused_and_its_sweep_is_the_earlier_one(
    pipeline: Pipeline, finished: PipelineRun
) -> None:
    second = pipeline.submit("another")
    assert second.wait_for_completion(show_output=False) == "Finished"
    for step in second.get_steps():
        [earlier] = finished.find_step_run(step.name)
        assert step._is_reused
        assert (step._reused_run_id, step._reused_pipeline_run_id) == (earlier.id, finished.id)
        assert not earlier._is_reused
    sweeps = [HyperDriveStepRun(run.find_step_run("tune it")[0]).id for run in (finished, second)]
    assert sweeps[0] == sweeps[1]
    first_output, output = (run.get_pipeline_output("result") for run in (finished, second))
    assert output.path_on_datastore == first_output.path_on_datastore


def test_regenerate_outputs_runs_anew(pipeline: Pipeline, finished: PipelineRun) -> None:
    assert finished.get_status() == "Finished"
    run = pipeline.submit("digits", regenerate_outputs=True)
    run.wait_for_completion(show_output=False)
    assert not any(step._is_reused for step in run.get_steps())


def test_a_run_is_found_again_by_its_id(finished: PipelineRun, workspace: Workspace) -> None:
    assert isinstance(PipelineRun.get(workspace, finished.id), PipelineRun)
    assert isinstance(Run.get(workspace, finished.id), PipelineRun)
    [step] = finished.find_step_run("copy")
    found = Run.get(workspace, step.id)
    assert isinstance(found, StepRun)
    assert found.pipeline_run_id == finished.id
    with pytest.raises(UserErrorException, match="no pipeline run"):
        PipelineRun.get(workspace, step.id)


def test_another_process_goes_on_with_the_run(finished: PipelineRun) -> None:
    code = (
        "import hyperstep.azureml, sys\n"
        "from azureml.core import Experiment, Workspace\n"
        "from azureml.pipeline.core import PipelineRun\n"
        "from azureml.pipeline.steps import HyperDriveStepRun\n"
        "run = PipelineRun(Experiment(Workspace.from_config(), 'digits'), sys.argv[1])\n"
        "step = run.find_step_run('tune it')[0]\n"
        "print(HyperDriveStepRun(step).get_best_run_by_primary_metric().get_metrics()['accuracy'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, finished.id], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[3.0, 1.5]"


def test_a_failed_step_fails_the_wait(
    workspace: Workspace, experiment: Experiment, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = PythonScriptStep("copy_file.py", name="broken", source_directory="src")
    run = experiment.submit(Pipeline(workspace, [broken]))
    with pytest.raises(ActivityFailedException, match="broken"):
        run.wait_for_completion(show_output=False)
    assert run.get_status() == "Failed"
    assert run.wait_for_completion(show_output=False, raise_on_error=False) == "Failed"
    assert "Error: Step 'broken' failed" in capsys.readouterr().out
    with pytest.raises(ActivityFailedException):
        run.find_step_run("broken")[0].wait_for_completion(show_output=False)


def test_the_wait_ends_with_its_time_and_cancel_ends_the_run(
    workspace: Workspace, experiment: Experiment, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("src/sleep.py").write_text("import time\ntime.sleep(600)\n", encoding="utf-8")
    run = experiment.submit(Pipeline(workspace, [PythonScriptStep("sleep.py", source_directory="src")]))
    assert run.wait_for_completion(show_output=False, timeout_seconds=0.1) in {"NotStarted", "Running"}
    assert "goes on" in capsys.readouterr().out
    run.cancel()
    assert run.wait_for_completion(show_output=False) == "Canceled"


def test_parameters_reach_the_script_as_arguments_and_variables(workspace: Workspace) -> None:
    script = (
        "import os, sys\nprint(sys.argv[1:], os.environ['AML_PARAMETER_n_rounds'], os.environ['AML_PARAMETER_x'])\n"
    )
    Path("src/show.py").write_text(script, encoding="utf-8")
    rounds: Any = PipelineParameter("n rounds", 3)
    step = PythonScriptStep(
        "show.py", arguments=["--n", rounds, "--x", "parameter:x"], params={"x": rounds}, source_directory="src"
    )
    pipeline = Pipeline(workspace, [step])
    for values, text in ((None, "['--n', '3', '--x', '3'] 3 3"), ({"n rounds": 5}, "['--n', '5', '--x', '5'] 5 5")):
        run = pipeline.submit("digits", pipeline_parameters=values)
        run.wait_for_completion(show_output=False)
        assert run.find_step_run("show.py")[0].get_stdout_log().strip() == text


def test_the_widget_prints_steps_trials_and_the_best(finished: PipelineRun, capsys: pytest.CaptureFixture[str]) -> None:
    RunDetails(finished).show()
    printed = capsys.readouterr().out
    assert "step copy" in printed
    assert "maximize accuracy; 3 trials; best so far: 3" in printed
    RunDetails(finished.find_step_run("tune it")[0]).show()
    assert "--c=3" in capsys.readouterr().out
