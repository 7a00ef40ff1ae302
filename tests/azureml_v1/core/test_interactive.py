"""A script or notebook drives runs itself: starts them, logs to them, opens runs below them, ends them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig, submit
from hyperstep.azureml_v1.exceptions import SnapshotException, UserErrorException
from hyperstep.records import RunKind


def test_a_run_is_logged_to_and_completed_by_its_own_process(experiment: Experiment) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    assert (run.get_status(), run.type, run.parent) == ("Running", "azureml.interactiverun", None)
    run.log("accuracy", 0.5)
    run.log("accuracy", 0.75)
    run.log_list("losses", [3, 2])
    run.tag("colour", "red")
    run.complete()
    run.complete()
    again = Run.get(experiment.workspace, run.id)
    assert type(again) is Run
    assert again.get_status() == "Completed"
    assert again.get_metrics() == {"accuracy": [0.5, 0.75], "losses": [3, 2]}
    assert again.get_tags() == {"colour": "red"}
    assert [found.id for found in experiment.get_runs(type="azureml.interactiverun")] == [run.id]
    assert run.wait_for_completion()["status"] == "Completed"


def test_several_objects_of_one_run_lose_no_metric(experiment: Experiment) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    other = Run(experiment, run.id)
    for i in range(5):
        run.log("x", i)
        other.log("x", 10 + i)
    assert run.get_metrics() == {"x": [0, 10, 1, 11, 2, 12, 3, 13, 4, 14]}


def test_a_with_block_ends_the_run_as_the_block_ended(experiment: Experiment) -> None:
    with experiment.start_logging(snapshot_directory=None) as good:
        good.log("a", 1)
    assert good.get_status() == "Completed"
    with pytest.raises(ValueError, match="bad"), experiment.start_logging(snapshot_directory=None) as bad:
        raise ValueError("bad")  # noqa: EM101
    assert bad.get_status() == "Failed"
    assert bad.get_details()["error"]["error"]["message"] == "ValueError: bad"


def test_a_failure_has_its_code_and_text(experiment: Experiment) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    run.fail("no data", error_code="Data")
    assert run.get_details()["error"]["error"]["code"] == "Data"
    run.complete()
    assert run.get_status() == "Failed"


def test_files_are_uploaded_and_the_outputs_folder_is_kept(experiment: Experiment) -> None:
    Path("outputs/deep").mkdir(parents=True)
    Path("outputs/deep/model.txt").write_text("weights", encoding="utf-8")
    Path("plot.txt").write_text("plot", encoding="utf-8")
    run = experiment.start_logging(outputs=True, snapshot_directory=None)
    run.upload_file("plots/plot.txt", "plot.txt")
    run.complete()
    assert run.get_file_names() == ["outputs/deep/model.txt", "plots/plot.txt"]
    run.download_file("outputs/deep/model.txt", "copy.txt")
    assert Path("copy.txt").read_text(encoding="utf-8") == "weights"
    assert run.register_model("digits", "outputs/deep").version == 1


def test_a_snapshot_of_the_folder_is_kept(experiment: Experiment) -> None:
    Path("train.py").write_text("print(1)", encoding="utf-8")
    run = experiment.start_logging()
    assert run.get_snapshot_id() == run.get_properties()["ContentSnapshotId"]
    assert len(str(run.get_snapshot_id())) == 64


def test_a_folder_over_the_limit_is_left_out_unless_it_was_asked_for(
    experiment: Experiment, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        message = "too large"
        raise SnapshotException(message)

    monkeypatch.setattr("hyperstep.azureml_v1.core.interactive.snapshot_of", refuse)
    with pytest.raises(SnapshotException):
        experiment.start_logging(snapshot_directory="src")
    assert experiment.start_logging().get_snapshot_id() is None
    assert "too large" in caplog.text


def test_child_runs_are_named_after_their_parent_and_found_below_it(experiment: Experiment) -> None:
    parent = experiment.start_logging(snapshot_directory=None)
    with parent.child_run("fold 1") as first:
        first.log("acc", 1)
        grandchild = first.child_run("inner")
    second = parent.child_run()
    assert first.name == f"{parent.name}>fold 1"
    assert first.parent == parent
    assert [run.id for run in parent.get_children()] == [second.id, first.id]
    assert {run.id for run in parent.get_children(recursive=True)} == {first.id, second.id, grandchild.id}
    assert parent.get_metrics(recursive=True)[first.id] == {"acc": 1}
    assert [run.id for run in parent.get_children(status="Completed")] == [first.id]
    parent.fail("stop")
    assert (second.get_status(), grandchild.get_status()) == ("Failed", "Completed")


def test_many_children_are_made_at_once(experiment: Experiment) -> None:
    parent = experiment.start_logging(snapshot_directory=None)
    children = parent.create_children(tag_key="fold", tag_values=["a", "b"])
    assert [child.get_tags() for child in children] == [{"fold": "a"}, {"fold": "b"}]
    assert children[0].get_status() == "NotStarted"
    children[0].start()
    assert children[0].get_status() == "Running"
    children[1].log("x", 1)
    children[1].complete()
    assert children[1].get_status() == "Completed"
    assert len(parent.create_children(3)) == 3
    parent.complete()
    assert {child.get_status() for child in parent.get_children()} == {"Completed"}


@pytest.mark.parametrize(
    "arguments", [{}, {"count": 101}, {"count": 0}, {"count": 1, "tag_key": "a"}, {"tag_key": "a"}]
)
def test_children_that_break_a_rule_are_refused(arguments: dict[str, Any], experiment: Experiment) -> None:
    parent = experiment.start_logging(snapshot_directory=None)
    with pytest.raises(UserErrorException, match="create_children"):
        parent.create_children(**arguments)


def test_a_sweep_holds_no_child_runs(recorder: Any) -> None:
    recorder.root(kind=RunKind.SWEEP)
    with pytest.raises(UserErrorException, match="sweep"):
        Run(recorder.experiment, "root").child_run("x")


def test_cancel_ends_it_at_once(experiment: Experiment) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    run.cancel()
    assert run.get_status() == "Canceled"


def test_completing_a_run_that_a_runner_drives_has_no_effect_and_says_so(
    recorder: Any, caplog: pytest.LogCaptureFixture
) -> None:
    recorder.root()
    run = Run(recorder.experiment, "root")
    run.complete()
    assert run.get_status() == "Running"
    assert "no effect" in caplog.text


def _script(text: str, experiment: Experiment) -> subprocess.CompletedProcess[str]:
    Path("driver.py").write_text(dedent(text), encoding="utf-8")
    command = [sys.executable, "driver.py", experiment.name]
    return subprocess.run(command, capture_output=True, text=True, check=False)


HEAD = """
import sys
import hyperstep.azureml
from azureml.core import Experiment, Workspace
run = Experiment(Workspace.from_config(), sys.argv[1]).start_logging(snapshot_directory=None)
"""


def test_a_script_that_forgets_to_complete_completes_when_it_ends(experiment: Experiment) -> None:
    done = _script(f"{HEAD}run.log('x', 1)", experiment)
    assert done.returncode == 0, done.stderr
    (run,) = experiment.get_runs()
    assert run.get_status() == "Completed"
    assert "without run.complete()" in run.get_details()["warnings"][0]["message"]


def test_a_script_that_raises_leaves_its_run_failed(experiment: Experiment) -> None:
    assert _script(f"{HEAD}raise ValueError('too bad')", experiment).returncode == 1
    (run,) = experiment.get_runs()
    assert run.get_status() == "Failed"
    assert "too bad" in run.get_details()["error"]["error"]["message"]


def test_a_script_that_is_interrupted_leaves_its_run_canceled(experiment: Experiment) -> None:
    assert _script(f"{HEAD}raise KeyboardInterrupt", experiment).returncode != 0
    (run,) = experiment.get_runs()
    assert run.get_status() == "Canceled"


def test_a_run_whose_process_was_killed_fails_when_it_is_asked_for(experiment: Experiment) -> None:
    _script(f"{HEAD}run.child_run('x'); import os; os.kill(os.getpid(), 9)", experiment)
    (run,) = experiment.get_runs()
    assert run.status == "Running"
    assert run.get_status() == "Failed"
    assert [child.get_status() for child in run.get_children()] == ["Failed"]
    details = run.wait_for_completion(raise_on_error=False)
    assert "is gone" in details["error"]["error"]["message"]


def test_a_killed_run_that_is_waited_for_fails(experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    _script(f"{HEAD}import os; os.kill(os.getpid(), 9)", experiment)
    (run,) = experiment.get_runs()
    monkeypatch.setattr("hyperstep.azureml_v1.core.run_waiting._CHECK_RUNNER_S", 0.01)
    assert run.wait_for_completion(raise_on_error=False)["status"] == "Failed"


@pytest.mark.end_to_end
def test_a_script_is_submitted_below_an_interactive_run(experiment: Experiment) -> None:
    Path("src").mkdir()
    Path("src/train.py").write_text("from azureml.core import Run\nRun.get_context().log('x', 1)", encoding="utf-8")
    parent = experiment.start_logging(snapshot_directory=None)
    child = parent.submit_child(ScriptRunConfig("src", "train.py"), tags={"a": 1})
    assert child.wait_for_completion()["status"] == "Completed"
    assert child.parent == parent
    assert [run.id for run in parent.get_children()] == [child.id]
    assert child.get_tags() == {"a": "1"}
    assert [run.id for run in experiment.get_runs()] == [parent.id]
    assert {run.id for run in experiment.get_runs(include_children=True)} == {parent.id, child.id}
    with pytest.raises(UserErrorException, match="ScriptRunConfig"):
        parent.submit_child(object())


@pytest.mark.end_to_end
def test_a_job_opens_runs_below_its_own(experiment: Experiment) -> None:
    Path("src").mkdir()
    Path("src/other.py").write_text("print('other')", encoding="utf-8")
    Path("src/train.py").write_text(
        dedent(
            """
            from azureml.core import Run, ScriptRunConfig
            run = Run.get_context()
            with run.child_run("fold 1") as child:
                child.log("acc", 0.5)
                child.tag("kind", "fold")
                open("f.txt", "w").write("1")
                child.upload_file("f.txt", "f.txt")
            try:
                with run.child_run("fold 2") as child:
                    raise ValueError("bad fold")
            except ValueError:
                pass
            children = run.create_children(count=2)
            children[0].start()
            inner = children[0].child_run("inner")
            assert len(list(run.get_children())) == 4
            assert run.submit_child(ScriptRunConfig(".", "other.py")).wait_for_completion()["status"] == "Completed"
            """
        ),
        encoding="utf-8",
    )
    run = experiment.submit(ScriptRunConfig("src", "train.py"))
    run.wait_for_completion()
    children = {child.name: child for child in run.get_children(recursive=True)}
    assert len(children) == 5
    first, second = children["train.py>fold 1"], children["train.py>fold 2"]
    assert first.get_metrics() == {"acc": 0.5}
    assert first.get_tags() == {"kind": "fold"}
    assert first.get_file_names() == ["f.txt"]
    assert (first.get_status(), second.get_status()) == ("Completed", "Failed")
    assert "bad fold" in second.get_details()["error"]["error"]["message"]
    assert children["other.py"].parent == run
    assert {child.get_status() for child in children.values()} == {"Completed", "Failed"}


@pytest.mark.end_to_end
def test_the_submit_function_takes_an_experiment_by_name(experiment: Experiment) -> None:
    Path("src").mkdir()
    Path("src/train.py").write_text("print(1)", encoding="utf-8")
    parent = experiment.start_logging(snapshot_directory=None)
    run = submit(ScriptRunConfig("src", "train.py"), experiment.workspace, "other", "my-id", parent.id)
    assert (run.id, run.experiment.name) == ("my-id", "other")
    assert run.wait_for_completion()["status"] == "Completed"
    assert run.parent == parent


def test_what_start_logging_does_not_know_is_told(experiment: Experiment, caplog: pytest.LogCaptureFixture) -> None:
    run = experiment.start_logging("x", snapshot_directory=None, display_name="Mine", colour="red")
    assert run.display_name == "Mine"
    assert "'x', colour" in caplog.text


def test_a_parent_is_logged_to_through_its_child_and_flushed(experiment: Experiment) -> None:
    child = experiment.start_logging(snapshot_directory=None).child_run("fold")
    parent = child.parent
    assert parent is not None
    parent.log("best", 3)
    parent.flush(timeout_seconds=10)
    assert parent.get_metrics() == {"best": 3}
    assert child.get_metrics() == {}
    assert "<td>Running</td>" in child._repr_html_()
