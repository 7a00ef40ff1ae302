"""Runs are read back and changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from hyperstep.azureml_v1.core.compute import AmlCompute, ComputeTarget
from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.run import Run, get_run
from hyperstep.azureml_v1.core.script_run import ScriptRun
from hyperstep.azureml_v1.exceptions import (
    ModelPathNotFoundException,
    ServiceException,
    SnapshotException,
    UserErrorException,
)
from hyperstep.records import MetricKind, RunError, RunKind, RunStatus


def test_an_unknown_id_is_told(experiment: Experiment) -> None:
    with pytest.raises(ServiceException, match="nowhere"):
        Run.get(experiment.workspace, "nowhere")


def test_a_run_is_found_as_the_class_that_fits(recorder: Any) -> None:
    recorder.root()
    run = Run.get(recorder.experiment.workspace, "root")
    assert type(run) is ScriptRun
    assert (run.id, run.name, run.type, run.status, run.number) == (
        "root",
        "train.py",
        "azureml.scriptrun",
        "Running",
        1,
    )
    assert run.experiment == recorder.experiment
    assert run == get_run(recorder.experiment, "root", rehydrate=False)


def test_status_is_cached_and_get_status_is_not(recorder: Any) -> None:
    record = recorder.root()
    run = Run(recorder.experiment, "root")
    assert run.status == "Running"
    recorder.change(record, status=RunStatus.COMPLETED)
    assert run.status == "Running"
    assert run.get_status() == "Completed" == run.status


def test_tags_and_properties_are_written_where_no_runner_lives(recorder: Any) -> None:
    recorder.root(tags={"a": "1"}, properties={"p": "1"}, status=RunStatus.COMPLETED)
    run = Run(recorder.experiment, "root")
    run.tag("b", 2)
    run.set_tags({"c": None})
    run.remove_tags(["a", "unknown"])
    run.add_properties({"q": 3})
    assert run.tags == {"b": "2", "c": ""}
    assert run.get_properties() == {"p": "1", "q": "3"}
    assert recorder.home.store.roots()[0].tags == run.tags


def test_a_property_can_not_be_changed(recorder: Any) -> None:
    recorder.root(properties={"p": "1"})
    run = Run(recorder.experiment, "root")
    run.add_properties({"p": 1})
    with pytest.raises(UserErrorException, match="p"):
        run.add_properties({"p": 2})


def test_names_can_be_set(recorder: Any) -> None:
    recorder.root(properties={"p": "1"})
    run = Run(recorder.experiment, "root")
    assert run.display_name == "train.py"
    run.display_name, run.description = "mine", "words"
    assert (run.display_name, run.description) == ("mine", "words")
    assert run.properties == {"p": "1"}


def test_a_driver_can_log_to_an_ended_run(recorder: Any) -> None:
    record = recorder.root()
    recorder.log(record, ("a", MetricKind.SCALAR, 1))
    run = Run(recorder.experiment, "root")
    run.log("a", 2)
    run.log_row("r", x=1)
    assert run.get_metrics() == {"a": [1, 2], "r": {"x": 1}}


def test_metrics_of_one_name_or_of_all_runs_below(recorder: Any) -> None:
    root = recorder.root(kind=RunKind.SWEEP)
    child = recorder.child(root, "root_0")
    recorder.log(child, ("a", MetricKind.SCALAR, 1), ("b", MetricKind.SCALAR, 2))
    run = Run(recorder.experiment, "root")
    assert run.get_metrics() == {}
    assert Run(recorder.experiment, "root_0").get_metrics("b") == {"b": 2}
    assert Run(recorder.experiment, "root_0").get_metrics("none") == {}
    assert run.get_metrics(recursive=True) == {"root": {}, "root_0": {"a": 1, "b": 2}}
    assert list(run.get_metrics(recursive=True, run_type="azureml.scriptrun")) == ["root_0"]


def test_children_come_newest_first_and_can_be_filtered(recorder: Any) -> None:
    root = recorder.root(kind=RunKind.SCRIPT)
    for number in range(3):
        recorder.child(root, f"root_{number}", number=number, created_at=2.0 + number, tags={"n": str(number)})
    run = Run(recorder.experiment, "root")
    assert [child.id for child in run.get_children()] == ["root_2", "root_1", "root_0"]
    assert [child.id for child in run.get_children(tags={"n": 1})] == ["root_1"]
    assert len(list(run.get_children(tags="n", status="Running", type="azureml.scriptrun"))) == 3
    assert list(run.get_children(properties="none")) == []
    child = next(run.get_children())
    assert child.parent == run
    assert run.parent is None


def test_an_experiments_runs_come_newest_first(recorder: Any) -> None:
    for number in range(2):
        recorder.root(f"r{number}", created_at=float(number))
    recorder.child(recorder.root("r2", created_at=2.0), "r2_0")
    assert [run.id for run in recorder.experiment.get_runs()] == ["r2", "r1", "r0"]
    assert [run.id for run in Run.list(recorder.experiment, include_children=True)] == ["r2", "r2_0", "r1", "r0"]


def test_details_have_v1s_keys(recorder: Any) -> None:
    recorder.root(
        status=RunStatus.FAILED,
        started_at=0.0,
        ended_at=1.5,
        script="train.py",
        arguments=("--lr", "0.1"),
        error=RunError("UserError", "ValueError: no", "Traceback"),
    )
    found = Run(recorder.experiment, "root").get_details()
    assert found["runId"] == "root"
    assert found["status"] == "Failed"
    assert (found["startTimeUtc"], found["endTimeUtc"]) == ("1970-01-01T00:00:00Z", "1970-01-01T00:00:01.500000Z")
    assert found["runDefinition"]["script"] == "train.py"
    assert found["runDefinition"]["arguments"] == ["--lr", "0.1"]
    assert found["error"]["error"]["code"] == "UserError"
    assert found["inputDatasets"] == []
    json.dumps(found)


def test_logs_are_found_while_it_runs_and_after(recorder: Any) -> None:
    record = recorder.root()
    run = Run(recorder.experiment, "root")
    assert run.get_details()["logFiles"] == {}
    recorder.log(record, ("a", MetricKind.SCALAR, 1))
    log = recorder.home.attempt(record, 0).log_file
    log.parent.mkdir(parents=True)
    log.write_text("so far", encoding="utf-8")
    names = ["azureml-logs/70_driver_log.txt", "user_logs/std_log.txt"]
    assert run.get_details()["logFiles"] == dict.fromkeys(names, str(log))
    recorder.files(record, user_logs__std_log="all of it")
    assert run.get_details_with_logs()["logFiles"]["user_logs/std_log.txt"] == "all of it"
    written = run.get_all_logs("logs")
    assert Path(written[1]).read_text(encoding="utf-8") == "all of it"


def test_files_are_listed_and_downloaded(recorder: Any) -> None:
    recorder.files(recorder.root(), outputs__m__b="b", outputs__m__a="a", outputs__c="c")
    run = Run(recorder.experiment, "root")
    assert run.get_file_names() == ["outputs/c.txt", "outputs/m/a.txt", "outputs/m/b.txt"]
    run.download_file("outputs/c.txt")
    assert Path("c.txt").read_text(encoding="utf-8") == "c"
    run.download_file("outputs/c.txt", "new/name.txt")
    run.download_file("outputs/c.txt", "folder/")
    assert Path("new/name.txt").exists()
    assert Path("folder/c.txt").exists()
    run.download_files("outputs/m", "all")
    assert Path("all/outputs/m/a.txt").exists()
    run.download_files("outputs/m", "flat", append_prefix=False)
    assert sorted(path.name for path in Path("flat").iterdir()) == ["a.txt", "b.txt"]
    run.download_files("outputs/m", output_paths=["x", "y"])
    assert Path("y").read_text(encoding="utf-8") == "b"


def test_what_is_not_there_is_told_with_what_is(recorder: Any) -> None:
    recorder.files(recorder.root(), outputs__c="c")
    run = Run(recorder.experiment, "root")
    with pytest.raises(UserErrorException, match=r"outputs/c\.txt"):
        run.download_file("outputs/d.txt")
    with pytest.raises(UserErrorException, match=r"outputs/c\.txt"):
        run.download_files("output")
    with pytest.raises(UserErrorException, match="1"):
        run.download_files("outputs", output_paths=["a", "b"])
    with pytest.raises(ModelPathNotFoundException, match=r"outputs/c\.txt"):
        run.register_model("m", "outputs/d.txt")


def test_a_driver_adds_a_file_to_an_ended_run(recorder: Any) -> None:
    recorder.root(status=RunStatus.COMPLETED)
    run = Run(recorder.experiment, "root")
    Path("x.txt").write_text("x", encoding="utf-8")
    run.upload_file("outputs/x.txt", "x.txt")
    assert run.get_file_names() == ["outputs/x.txt"]


def test_a_run_shows_itself(recorder: Any) -> None:
    recorder.root()
    run = Run(recorder.experiment, "root")
    assert "Status: Running" in repr(run)
    assert "<table>" in run._repr_html_()
    assert run.get_portal_url() == "hyperstep show root"
    assert run.get_snapshot_id() == "s"


def test_a_foreign_type_is_made_by_its_provider(recorder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyperstep.azureml_v1.core.run_factory.type_providers", {})
    Run.add_type_provider("azureml.scriptrun", lambda experiment, details: (experiment.name, details["runId"]))
    recorder.root()
    assert Run.get(recorder.experiment.workspace, "root") == ("digits", "root")


def test_a_training_script_loads_no_engine_with_run() -> None:
    code = "import sys; import hyperstep.azureml_v1.core.run, hyperstep_trial.run; print(' '.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env={**os.environ}
    )
    heavy = {"msgspec", "sqlite3", "_sqlite3", "hyperstep.runtime.home", "hyperstep.records", "typing", "dataclasses"}
    assert not heavy & set(loaded.stdout.split())


def test_a_snapshot_is_taken_by_hand_and_given_back_as_an_archive(experiment: Experiment) -> None:
    Path("code/deep").mkdir(parents=True)
    Path("code/deep/a.py").write_text("print(1)", encoding="utf-8")
    run = experiment.start_logging(snapshot_directory=None)
    with pytest.raises(SnapshotException, match="no snapshot"):
        run.restore_snapshot()
    digest = run.take_snapshot("code")
    assert run.get_snapshot_id() == digest
    archive = run.restore_snapshot(path="back")
    assert Path(archive) == Path("back") / f"{digest}.zip"
    with zipfile.ZipFile(archive) as stream:
        assert stream.read("deep/a.py") == b"print(1)"
    single = run.take_snapshot("code/deep/a.py")
    assert run.restore_snapshot(single, "one.zip") == "one.zip"
    with pytest.raises(SnapshotException, match="no snapshot"):
        run.restore_snapshot("0" * 64)
    with pytest.raises(UserErrorException, match="exists"):
        run.take_snapshot("nowhere")


def test_the_folders_of_an_ended_run_are_removed(recorder: Any) -> None:
    record = recorder.root()
    recorder.log(record, ("a", MetricKind.SCALAR, 1))
    run = Run(recorder.experiment, "root")
    with pytest.raises(UserErrorException, match="Running"):
        run.clean()
    work = run._source.home.attempt(record, 0).work_folder
    work.mkdir(parents=True)
    recorder.change(record, status=RunStatus.COMPLETED)
    assert run.clean() == [str(work)]
    assert not work.exists()
    assert run.clean() == []


def test_secrets_are_reached_through_a_run(recorder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder.root()
    run = Run(recorder.experiment, "root")
    monkeypatch.setenv("DB_PASSWORD", "sesame")
    assert run.get_secret("db-password") == "sesame"
    assert run.get_secrets(["db-password", "other"]) == {"db-password": "sesame", "other": None}
    assert "sesame" not in repr(run) + run._repr_html_()


def test_runs_are_listed_by_their_compute_target(recorder: Any) -> None:
    workspace = recorder.experiment.workspace
    cluster = ComputeTarget.create(workspace, "cluster", AmlCompute.provisioning_configuration("D2", max_nodes=2))
    sweep = recorder.root("sweep", kind=RunKind.SWEEP, target="cluster")
    recorder.child(sweep, "sweep_0", target="cluster")
    recorder.root("elsewhere")
    assert [run.id for run in Run.list_by_compute(cluster)] == ["sweep"]
    assert list(Run.list_by_compute(cluster, status="Completed")) == []


def test_a_detailed_status_says_why(recorder: Any) -> None:
    recorder.root(status=RunStatus.CANCELED, reason="enough")
    assert Run(recorder.experiment, "root").get_detailed_status()["details"] == "enough"
