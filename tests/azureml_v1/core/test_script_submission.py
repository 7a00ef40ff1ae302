"""Scripts run in real processes and are read back."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from hyperstep.azureml_v1.core import run_waiting
from hyperstep.azureml_v1.core.conda_dependencies import CondaDependencies
from hyperstep.azureml_v1.core.dataset import Dataset
from hyperstep.azureml_v1.core.environment import Environment
from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.model import Model
from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.script_run import ScriptRun
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.core.session import close_homes
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import ActivityFailedException, ExperimentExecutionException, UserErrorException
from hyperstep.azureml_v1.train.expressions import choice
from hyperstep.azureml_v1.train.goal import PrimaryMetricGoal
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
from hyperstep.azureml_v1.train.sampling import GridParameterSampling
from hyperstep.errors import InvalidInputError
from hyperstep.runtime.foreground import FOREGROUND_VARIABLE

pytestmark = pytest.mark.end_to_end


def _submit(experiment: Experiment, text: str, arguments: list[Any] | None = None, **settings: Any) -> ScriptRun:
    folder = Path("src")
    folder.mkdir(exist_ok=True)
    (folder / "train.py").write_text(dedent(text), encoding="utf-8")
    run = experiment.submit(ScriptRunConfig(folder, "train.py", arguments, **settings), tags={"who": 1})
    assert isinstance(run, ScriptRun)
    return run


def test_a_script_runs_and_is_read_back(experiment: Experiment, capsys: pytest.CaptureFixture[str]) -> None:
    run = _submit(
        experiment,
        """
        import sys
        from azureml.core import Run
        run = Run.get_context()
        print("arguments", sys.argv[1:])
        run.log("accuracy", 0.5)
        run.log("accuracy", 1)
        open("outputs/model.txt", "w").write("weights")
        """,
        ["--lr", 0.1],
        environment=Environment("train"),
    )
    details = run.wait_for_completion(show_output=True)
    shown = capsys.readouterr().out
    assert f"RunId: {run.id}" in shown
    assert "arguments ['--lr', '0.1']" in shown
    assert "Execution Summary" in shown
    assert details["status"] == run.get_status() == "Completed"
    assert details["runDefinition"]["arguments"] == ["--lr", "0.1"]
    assert details["runDefinition"]["environment"]["name"] == "train"
    assert run.get_environment().name == "train"
    assert run.get_metrics() == {"accuracy": [0.5, 1.0]}
    assert "outputs/model.txt" in run.get_file_names()
    assert run.get_tags()["who"] == "1"
    assert "arguments" in run.get_details_with_logs()["logFiles"]["user_logs/std_log.txt"]
    assert run.register_model("digits", "outputs/model.txt").version == 1


def test_a_script_reads_its_own_run_and_registers_a_model(experiment: Experiment) -> None:
    datastore = experiment.workspace.get_default_datastore()
    (datastore.folder / "d").mkdir()
    (datastore.folder / "d/a.txt").write_text("1", encoding="utf-8")
    dataset = Dataset.File.from_files((datastore, "d"))
    run = _submit(
        experiment,
        """
        import os
        from azureml.core import Dataset, Model, Run, Workspace
        run = Run.get_context()
        workspace = run.experiment.workspace
        assert workspace.name == Workspace.from_config().name == "local"
        assert run.parent is None and run.type == "azureml.scriptrun"
        assert os.listdir(run.input_datasets["mounted"]) == ["a.txt"]
        assert run.input_datasets["direct"].to_path() == ["/a.txt"]
        open("outputs/model.txt", "w").write("weights")
        own = run.register_model("own", "outputs/model.txt", tags={"in": "job"})
        open("other.txt", "w").write("weights")
        local = Model.register(workspace, "other.txt", "local")
        assert (own.version, local.version, Model(workspace, "own").tags) == (1, 1, {"in": "job"})
        run.tag("done", "yes")
        """,
        [dataset.as_named_input("mounted").as_mount(), dataset.as_named_input("direct")],
    )
    details = run.wait_for_completion()
    assert details["status"] == "Completed"
    assert [used["dataset"]["id"] for used in details["inputDatasets"]] == [dataset.id, dataset.id]
    assert [used["consumptionDetails"]["inputName"] for used in details["inputDatasets"]] == ["mounted", "direct"]
    assert details["runDefinition"]["data"]["mounted"]["mechanism"] == "Mount"
    assert sorted(model.name for model in Model.list(experiment.workspace)) == ["local", "own"]
    assert Model(experiment.workspace, "own").run_id == run.id
    assert run.get_tags()["done"] == "yes"


def test_a_failing_script_raises_where_it_is_waited_for(experiment: Experiment) -> None:
    run = _submit(experiment, "raise ValueError('too bad')")
    with pytest.raises(ActivityFailedException, match="too bad"):
        run.wait_for_completion()
    assert run.wait_for_completion(raise_on_error=False)["status"] == "Failed"


def test_a_canceled_run_does_not_raise(experiment: Experiment) -> None:
    run = _submit(experiment, "import time; time.sleep(600)")
    run.cancel()
    assert run.wait_for_completion()["status"] == "Canceled"


def test_a_running_run_is_changed_through_its_runner(experiment: Experiment) -> None:
    run = _submit(experiment, "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.05)")
    run_waiting.wait_for_end(run._source, lambda: None, done=lambda record: record.started_at is not None)
    run.tag("asked", "yes")
    run.display_name = "mine"
    run.log("from_outside", 3)
    assert run.get_tags()["asked"] == "yes"
    assert run.display_name == "mine"
    Path("x.txt").write_text("x", encoding="utf-8")
    run.upload_file("x", "x.txt")
    assert "x" in run.get_file_names()
    run.cancel()
    run.wait_for_completion()
    assert Run(experiment, run.id).get_tags() == {"asked": "yes", "who": "1"}
    assert run.get_metrics() == {"from_outside": 3}


@pytest.mark.parametrize("foreground", [False, True])
def test_an_interrupted_wait_says_that_the_run_goes_on_or_is_canceled_with_its_command(
    experiment: Experiment, monkeypatch: pytest.MonkeyPatch, *, foreground: bool
) -> None:
    run = _submit(experiment, "import time; time.sleep(600)")

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("hyperstep.azureml_v1.core.run_waiting.time.sleep", interrupt)
        if foreground:
            patch.setenv(FOREGROUND_VARIABLE, "1")
        words = f"run {run.id} is canceled with the command" if foreground else f"run {run.id} goes on"
        with pytest.raises(ExperimentExecutionException, match=words):
            run.wait_for_completion()
    run.cancel()
    run.wait_for_completion()


def test_a_missing_script_is_refused_before_anything_is_recorded(experiment: Experiment) -> None:
    Path("src").mkdir()
    with pytest.raises(InvalidInputError, match=r"train\.py"):
        experiment.submit(ScriptRunConfig("src", "train.py"))
    assert list(experiment.get_runs()) == []


def test_a_job_submits_nothing(experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZUREML_RUN_ID", "r")
    monkeypatch.setenv("HYPERSTEP_ATTEMPT_FOLDER", "f")
    with pytest.raises(UserErrorException, match="driver"):
        experiment.submit(ScriptRunConfig(".", "train.py"))


def test_missing_packages_are_told_at_submit_and_kept_with_the_run(
    experiment: Experiment, caplog: pytest.LogCaptureFixture
) -> None:
    environment = Environment("train")
    environment.python.conda_dependencies = CondaDependencies.create(pip_packages=["no-such-package-here>=1"])
    run = _submit(experiment, "print(1)", environment=environment)
    assert run.wait_for_completion()["status"] == "Completed"
    assert "no-such-package-here>=1 (not installed)" in caplog.text
    assert "no-such-package-here" in run.get_properties()["hyperstep.environment"]


def test_environment_variables_and_the_limit_of_time_reach_the_job(experiment: Experiment) -> None:
    environment = Environment("train")
    environment.environment_variables = {"MY_VALUE": "7"}
    text = "import os, time\nprint('value', os.environ['MY_VALUE'], flush=True)\ntime.sleep(600)"
    run = _submit(experiment, text, environment=environment, max_run_duration_seconds=1)
    with pytest.raises(ActivityFailedException, match="max_run_duration_seconds = 1"):
        run.wait_for_completion()
    assert "value 7" in run.get_details_with_logs()["logFiles"]["user_logs/std_log.txt"]


@pytest.mark.usefixtures("workspace")
def test_an_environment_is_built_where_the_settings_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[object] = []

    def build(folder: Path, definition: dict[str, Any]) -> str:
        built.append((folder, definition["name"]))
        return sys.executable

    monkeypatch.setenv("HYPERSTEP_ENVIRONMENTS", "build")
    monkeypatch.setattr("hyperstep.runtime.environments.build.build_environment", build)
    workspace = Workspace.from_config()
    close_homes()
    run = _submit(Experiment(workspace, "built"), "print(1)", environment=Environment("train"))
    assert run.wait_for_completion()["status"] == "Completed"
    assert built == [(workspace.home.path / "environments", "train")]


def test_environment_variables_and_the_limit_of_time_reach_trials(experiment: Experiment) -> None:
    environment = Environment("train")
    environment.environment_variables = {"MY_VALUE": "7"}
    Path("src").mkdir()
    text = """
        import os, sys, time
        from azureml.core import Run
        if sys.argv[-1] == "1":
            time.sleep(600)
        Run.get_context().log("value", int(os.environ["MY_VALUE"]))
    """
    Path("src/train.py").write_text(dedent(text), encoding="utf-8")
    script = ScriptRunConfig("src", "train.py", environment=environment, max_run_duration_seconds=2)
    sampling = GridParameterSampling({"x": choice(0, 1)})
    config = HyperDriveConfig(sampling, "value", PrimaryMetricGoal.MAXIMIZE, 2, run_config=script)
    sweep = experiment.submit(config)
    sweep.wait_for_completion()
    good, slow = sorted(sweep.get_children(), key=lambda trial: str(trial.id))
    assert good.get_metrics() == {"value": 7}
    assert slow.get_status() == "Failed"
    assert "max_run_duration_seconds = 2" in slow.get_details()["error"]["error"]["message"]


def test_a_value_of_a_wrong_type_is_refused_before_anything_is_recorded(experiment: Experiment) -> None:
    with pytest.raises(InvalidInputError, match=r"of run 'train.py' .* code.max_duration_s: Expected `float \| null`"):
        _submit(experiment, "print()", max_run_duration_seconds="1 h")
    assert list(experiment.get_runs()) == []
