"""Stored files that a loss of power emptied, or somebody edited: found, set aside, and stored again by real runs."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from tests.cli.real_process import run

from hyperstep.cli.main import main

Captured = pytest.CaptureFixture[str]

_PIPELINE = """
from azureml.core import Experiment, ScriptRunConfig, Workspace
from azureml.pipeline.core import Pipeline, PipelineData, TrainingOutput
from azureml.pipeline.steps import HyperDriveStep
from azureml.train.hyperdrive import GridParameterSampling, HyperDriveConfig, PrimaryMetricGoal, choice
ws = Workspace.from_config()
out = PipelineData("model", datastore=ws.get_default_datastore(), training_output=TrainingOutput(
    "Model", metric="acc", model_file="outputs/model.txt"))
config = HyperDriveConfig(
    run_config=ScriptRunConfig(source_directory="source", script="train.py"),
    hyperparameter_sampling=GridParameterSampling({"--lr": choice(1, 2)}), primary_metric_name="acc",
    primary_metric_goal=PrimaryMetricGoal.MAXIMIZE, max_total_runs=2, max_concurrent_runs=2)
step = HyperDriveStep("tune", config, outputs=[out])
run = Experiment(ws, "e").submit(Pipeline(ws, [step]))
run.wait_for_completion(show_output=False)
print(run.get_status())
"""
_TRAIN = """
import sys
from azureml.core import Run
lr = sys.argv[sys.argv.index("--lr") + 1]
Run.get_context().log("acc", float(lr))
open("outputs/model.txt", "w").write("model of " + lr)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "train.py").write_text(_TRAIN)
    (tmp_path / "pipeline.py").write_text(_PIPELINE)
    return tmp_path


def go(*options: str) -> subprocess.CompletedProcess[bytes]:
    """Run the pipeline; it completes."""
    done = run("run", *options, "pipeline.py")
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().split()[-1] == "Finished", done.stderr.decode()
    return done


def newest(capsys: Captured) -> Any:
    """The tuning step of the newest run."""
    capsys.readouterr()
    assert main(["show", "latest", "--json"]) == 0
    (step,) = json.loads(capsys.readouterr().out)["steps"]
    return step


def model(step: Any) -> str:
    """What its output holds."""
    (output,) = [Path(output["path"]) for output in step["outputs"] if output["name"] == "model"]
    return output.read_text()


def overwrite(folder: Path, begin: bytes, change: bytes) -> list[Path]:
    """Write over the stored files that begin so; returns them."""
    found = [path for path in (folder / "home" / "objects").glob("??/*") if path.read_bytes().startswith(begin)]
    for path in found:
        path.chmod(0o600)
        path.write_bytes(change)
    return found


def aside(folder: Path) -> list[Path]:
    return sorted((folder / "home" / "objects" / ".damaged").glob("*"))


def why() -> str:
    return run("why", "latest").stdout.decode()


@pytest.mark.parametrize("left", [b"", b"MODEL OF X"], ids=["emptied", "edited"])
def test_a_damaged_model_is_set_aside_computed_and_stored_anew_and_a_source_again(
    folder: Path, capsys: Captured, left: bytes
) -> None:
    go()
    assert model(newest(capsys)) == "model of 2"
    assert len(overwrite(folder, b"model of", left)) == 2
    go("--verify")
    assert model(newest(capsys)) == "model of 2"
    assert 'files of the run: outputs/model.txt: "' in why()
    assert '-> "damaged"' in why()
    assert [path.read_bytes() for path in aside(folder)] == [left] * 2
    logs = "".join(log.read_text() for log in (folder / "home" / "runs").glob("*/runner.log"))
    assert all(f"It was set aside: {path}" in logs for path in aside(folder))
    go("--verify")
    step = newest(capsys)
    assert step["reused_from"]
    assert model(step) == "model of 2"


def test_without_verify_a_stored_file_of_another_size_is_none_and_is_stored_anew(
    folder: Path, capsys: Captured
) -> None:
    go()
    overwrite(folder, b"model of", b"model of 2 TAMPERED")
    go()
    assert model(newest(capsys)) == "model of 2"
    assert '-> "of another size"' in why()
    go()
    assert newest(capsys)["reused_from"]


def test_no_reuse_with_verify_believes_neither_stored_models_nor_stored_source(folder: Path, capsys: Captured) -> None:
    go()
    overwrite(folder, b"model of", b"MODEL OF X")
    overwrite(folder, b"\nimport sys", _TRAIN.replace("model of", "NOTHING!").encode())
    done = go("--no-reuse", "--verify")
    assert model(newest(capsys)) == "model of 2"
    assert "was damaged: it is not what was stored. It was set aside" in done.stderr.decode()
    assert len(aside(folder)) == 3


def test_source_that_was_cut_short_fails_the_run_and_says_what_to_do_and_the_next_one_is_well(
    folder: Path, capsys: Captured
) -> None:
    go()
    (file,) = overwrite(folder, b"\nimport sys", b"")
    os.utime(file.parent, (1, 1))
    done = run("run", "--no-reuse", "pipeline.py")
    assert "source files must be as they were stored, and one is damaged" in done.stderr.decode()
    go()
    assert model(newest(capsys)) == "model of 2"


def test_doctor_verifies_names_and_sets_aside_and_gc_removes_that_after_a_day(folder: Path, capsys: Captured) -> None:
    go()
    run_id = json.loads(run("show", "latest", "--json").stdout)["id"]
    assert main(["doctor", "--verify"]) == 0
    assert "; none damaged" in capsys.readouterr().out
    (file, other) = overwrite(folder, b"model of", b"")
    assert main(["doctor"]) == 0
    assert "stored file" not in capsys.readouterr().out
    assert main(["doctor", "--verify"]) == 1
    said = capsys.readouterr().out
    assert "; 2 damaged" in said
    digests = {path.parent.name + path.name for path in (file, other)}
    assert all(f"The stored file {digest} is damaged" in said for digest in digests)
    assert f"It is of {run_id}" in said
    assert len(aside(folder)) == 2
    assert main(["doctor", "--verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["stored_files"]["damaged"] == []
    main(["gc", "--yes"])
    assert "kept 2 damaged stored files: still young" in capsys.readouterr().out
    for path in aside(folder):
        os.utime(path, (time.time() - 3 * 86400,) * 2)
    assert main(["gc", "--yes"]) == 0
    assert "removed 2 damaged stored files" in capsys.readouterr().out
    assert aside(folder) == []


def test_a_plan_that_verifies_says_what_is_damaged_and_leaves_it(folder: Path) -> None:
    go()
    overwrite(folder, b"model of", b"MODEL OF X")
    overwrite(folder, b"\nimport sys", b"\nimport os")
    before = {path: path.read_bytes() for path in (folder / "home" / "objects").rglob("*") if path.is_file()}
    done = run("plan", "--verify", "pipeline.py")
    assert '-> "damaged"' in done.stdout.decode(), done.stderr.decode()
    after = {path: path.read_bytes() for path in (folder / "home" / "objects").rglob("*") if path.is_file()}
    assert after == before
