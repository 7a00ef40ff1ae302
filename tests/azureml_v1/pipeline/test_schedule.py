"""Schedules: made, changed and found; what they submit is seen with the engine's look, over real runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.datapath import DataPath, DataPathComputeBinding
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.pipeline_endpoint import PipelineEndpoint
from hyperstep.azureml_v1.pipeline.published_pipeline import PublishedPipeline
from hyperstep.azureml_v1.pipeline.schedule import Schedule
from hyperstep.azureml_v1.pipeline.schedule_recurrence import ScheduleRecurrence
from hyperstep.azureml_v1.pipeline.steps.python_script_step import PythonScriptStep
from hyperstep.errors import NotFoundError, UnsupportedError
from hyperstep.runtime.schedules import look

READ = "import sys\nprint(open(sys.argv[1]).read() if len(sys.argv) > 2 else sys.argv[1])\n"


@pytest.fixture
def kept(workspace: Workspace) -> PublishedPipeline:
    """A published pipeline that prints its parameter."""
    Path("src/read.py").write_text(READ, encoding="utf-8")
    step = PythonScriptStep("read.py", arguments=[PipelineParameter("word", "first")], source_directory="src")
    return Pipeline(workspace, [step]).publish("reader")


def _hourly(workspace: Workspace, kept: PublishedPipeline, **settings: Any) -> Schedule:
    return Schedule.create(workspace, "hourly", kept.id, "digits", ScheduleRecurrence("Hour", 1), **settings)


def test_it_keeps_what_it_is_made_of_and_is_found(
    workspace: Workspace, kept: PublishedPipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    made = _hourly(workspace, kept, description="for people", continue_on_step_failure=True, wait_for_provisioning=True)
    assert "hyperstep schedule" in capsys.readouterr().out
    found = Schedule.get(workspace, made.id)
    assert (found.name, found.description, found.status) == ("hourly", "for people", "Active")
    assert (found.pipeline_id, found.pipeline_endpoint_id) == (kept.id, None)
    assert found.recurrence is not None
    assert (found.recurrence.frequency, found.recurrence.interval) == ("Hour", 1)
    assert (found.datastore_name, found.polling_interval, found.path_on_datastore) == (None, None, None)
    assert (found.data_path_parameter_name, found.continue_on_step_failure) == (None, True)
    assert made.id in repr(found)
    assert "hourly" in found._repr_html_()
    assert (found.get_pipeline_runs(), found.get_last_pipeline_run()) == ([], None)


def test_disabled_ones_are_listed_when_asked_for(workspace: Workspace, kept: PublishedPipeline) -> None:
    first, second = _hourly(workspace, kept), _hourly(workspace, kept)
    first.disable(wait_for_provisioning=True)
    assert first.status == "Disabled"
    assert [s.id for s in Schedule.list(workspace)] == [second.id]
    assert [s.id for s in Schedule.get_all(workspace, active_only=False)] == [second.id, first.id]
    assert len(Schedule.get_schedules_for_pipeline_id(workspace, kept.id)) == 2
    assert Schedule.list(workspace, pipeline_id="other") == []
    first.enable()
    assert Schedule.get(workspace, first.id).status == "Active"


def test_update_changes_what_is_given(workspace: Workspace, kept: PublishedPipeline) -> None:
    schedule = _hourly(workspace, kept, description="kept")
    schedule.update(name="daily", recurrence=ScheduleRecurrence("Day", 2), status="Disabled")
    assert (schedule.name, schedule.description, schedule.status) == ("daily", "kept", "Disabled")
    schedule.update(datastore=workspace.get_default_datastore(), path_on_datastore="in", polling_interval=1)
    found = Schedule.get(workspace, schedule.id)
    assert (found.recurrence, found.datastore_name, found.polling_interval) == (None, "workspaceblobstore", 1)
    assert found.path_on_datastore == "in"
    with pytest.raises(ValueError, match="Active or Disabled"):
        schedule.update(status="Paused")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({}, "either"),
        ({"experiment_name": None, "recurrence": ScheduleRecurrence("Day", 1)}, "experiment"),
        ({"pipeline_id": None, "recurrence": ScheduleRecurrence("Day", 1)}, "published pipeline"),
    ],
)
def test_what_is_missing_is_told(
    workspace: Workspace, kept: PublishedPipeline, settings: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        Schedule.create(workspace, "s", **{"pipeline_id": kept.id, "experiment_name": "digits", **settings})


def test_what_does_not_fit_the_pipeline_is_told(workspace: Workspace, kept: PublishedPipeline) -> None:
    with pytest.raises(NotFoundError, match="words"):
        _hourly(workspace, kept, pipeline_parameters={"words": 1})
    store = workspace.get_default_datastore()
    for settings in ({"polling_interval": 0}, {"data_path_parameter_name": "word"}):
        with pytest.raises(ValueError, match=r"polling_interval|DataPath"):
            Schedule.create(workspace, "s", kept.id, "digits", datastore=store, **settings)
    with pytest.raises(NotFoundError, match="published pipeline"):
        Schedule.create(workspace, "s", "absent", "digits", ScheduleRecurrence("Day", 1))
    with pytest.raises(NotFoundError, match="schedule"):
        Schedule.get(workspace, "absent")


def test_a_schedule_from_yaml_and_one_from_a_job_are_refused(
    workspace: Workspace, kept: PublishedPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnsupportedError, match=r"Schedule\.create"):
        Schedule.load_yaml(workspace, "s.yml")
    monkeypatch.setenv("AZUREML_RUN_ID", "HD_1_0")
    monkeypatch.setenv("HYPERSTEP_ATTEMPT_FOLDER", "/anywhere")
    with pytest.raises(UserErrorException, match="schedule"):
        _hourly(workspace, kept)


@pytest.mark.end_to_end
def test_without_a_start_it_runs_at_once_and_then_every_hour(workspace: Workspace, kept: PublishedPipeline) -> None:
    schedule = _hourly(workspace, kept, pipeline_parameters={"word": "told"})
    now = time.time()
    [first] = look(workspace.home, now)
    assert (first.error, first.missed) == ("", 0)
    assert list(look(workspace.home, now + 60)) == []
    [later] = look(workspace.home, now + 3 * 3600)
    assert later.missed == 2
    runs = schedule.get_pipeline_runs()
    assert [run.id for run in runs] == [later.run_id, first.run_id]
    last = schedule.get_last_pipeline_run()
    assert last is not None
    assert last.experiment.name == "digits"
    for run in runs:
        assert run.wait_for_completion(show_output=False) == "Finished"
        assert run.find_step_run("read.py")[0].get_stdout_log().strip() == "told"


@pytest.mark.end_to_end
def test_a_changed_file_starts_a_run_with_its_path(workspace: Workspace) -> None:
    store = workspace.get_default_datastore()
    (store.folder / "in").mkdir()
    (store.folder / "in" / "old.txt").write_text("old", encoding="utf-8")
    Path("src/read.py").write_text(READ, encoding="utf-8")
    where: Any = PipelineParameter("where", DataPath(store, "in/old.txt"))
    pair = (where, DataPathComputeBinding())
    step = PythonScriptStep("read.py", arguments=[pair, "file"], inputs=[pair], source_directory="src")
    kept = Pipeline(workspace, [step]).publish("reader")
    schedule = Schedule.create(
        workspace,
        "watching",
        kept.id,
        "digits",
        datastore=store,
        polling_interval=1,
        data_path_parameter_name="where",
        path_on_datastore="in",
    )
    assert (schedule.data_path_parameter_name, schedule.polling_interval) == ("where", 1)
    now = time.time()
    assert list(look(workspace.home, now + 61)) == []
    for name in ("one", "two"):
        (store.folder / "in" / f"{name}.txt").write_text(name, encoding="utf-8")
    (store.folder / "in" / "below").mkdir()
    assert list(look(workspace.home, now + 62)) == []  # before the interval is over
    assert len(list(look(workspace.home, now + 130))) == 2
    assert list(look(workspace.home, now + 200)) == []
    found = set()
    for run in schedule.get_pipeline_runs():
        run.wait_for_completion(show_output=False)
        found.add(run.find_step_run("read.py")[0].get_stdout_log().strip())
    assert found == {"one", "two"}


@pytest.mark.end_to_end
def test_an_endpoints_schedule_runs_the_default_of_the_time(workspace: Workspace, kept: PublishedPipeline) -> None:
    endpoint = PipelineEndpoint.publish(workspace, "readers", "for people", kept)
    schedule = Schedule.create_for_pipeline_endpoint(
        workspace, "hourly", endpoint.id, "digits", ScheduleRecurrence("Hour", 1)
    )
    assert [s.id for s in Schedule.get_schedules_for_pipeline_endpoint_id(workspace, endpoint.id)] == [schedule.id]
    [fired] = look(workspace.home, time.time())
    run = schedule.get_last_pipeline_run()
    assert run is not None
    assert (run.id, run.properties["azureml.pipelineid"]) == (fired.run_id, kept.id)
    run.wait_for_completion(show_output=False)
    endpoint.disable()
    [refused] = look(workspace.home, time.time() + 3600)
    assert (refused.run_id, "disabled" in refused.error) == ("", True)


@pytest.mark.end_to_end
def test_the_command_submits_what_is_due_once(workspace: Workspace, kept: PublishedPipeline) -> None:
    schedule = _hourly(workspace, kept)
    command = [sys.executable, "-m", "hyperstep", "schedule", "--once"]
    environment = dict(os.environ)
    first, second = (subprocess.run(command, capture_output=True, text=True, check=True, env=environment) for _ in "ab")
    run = schedule.get_last_pipeline_run()
    assert run is not None
    assert f"hourly: submitted {run.id}" in first.stdout
    assert "1 active schedule." in first.stderr
    assert second.stdout == ""
    run.wait_for_completion(show_output=False)


@pytest.mark.end_to_end
def test_ctrl_c_ends_the_command_and_not_the_runs(workspace: Workspace, kept: PublishedPipeline) -> None:
    schedule = _hourly(workspace, kept)
    command = [sys.executable, "-u", "-m", "hyperstep", "schedule", "--every", "0.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert "hourly: submitted" in line
    assert process.returncode == 130
    assert "Traceback" not in said
    run = schedule.get_last_pipeline_run()
    assert run is not None
    assert run.wait_for_completion(show_output=False) == "Finished"
