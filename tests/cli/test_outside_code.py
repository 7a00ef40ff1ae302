"""Code that a script loads from outside its folder is not looked at, and that is said: a real package on PYTHONPATH."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.cli.real_process import run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="imports are noted where trials may be warm")

TRAIN = """
import sys
from azureml.core import Run
import mypk
Run.get_context().log("acc", mypk.VALUE)
"""
PIPELINE = """
from azureml.core import Experiment, Workspace
from azureml.pipeline.core import Pipeline
from azureml.pipeline.steps import PythonScriptStep
workspace = Workspace.from_config()
step = PythonScriptStep(name="train", script_name="train.py", source_directory="scripts", compute_target="local")
Experiment(workspace, "outside").submit(Pipeline(workspace, [step])).wait_for_completion(show_output=False)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {"src/mypk/__init__.py": "VALUE = 1", "scripts/train.py": TRAIN, "pipeline.py": PIPELINE}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "src"))
    return tmp_path


def words(project: Path) -> str:
    return f"changes of code outside the script's folder are not seen: {project}/src/mypk\n"


def test_show_and_why_tell_it_of_a_sweep(project: Path) -> None:
    done = run("tune", "scripts/train.py", "--space", "x=choice:1", "--metric", "acc")
    assert done.returncode == 0, done.stderr
    for command in ("show", "why"):
        assert words(project) in run(command, "latest").stdout.decode()
    [step] = json.loads(run("why", "latest", "--json").stdout)["steps"]
    assert step["outside_code"] == [f"{project}/src/mypk"]


def test_plan_and_why_tell_it_of_the_step_that_is_reused(project: Path) -> None:
    for _ in range(2):
        done = run("run", "-q", "pipeline.py")
        assert done.returncode == 0, done.stderr
    planned = run("plan", "pipeline.py").stdout.decode()
    assert "HIT" in planned
    assert words(project) in planned
    assert words(project) in run("why", "latest").stdout.decode()


def test_nothing_is_said_of_a_script_that_keeps_to_its_folder(project: Path) -> None:
    (project / "scripts" / "mypk.py").write_text("VALUE = 2")
    assert run("tune", "scripts/train.py", "--space", "x=choice:1", "--metric", "acc").returncode == 0
    for command in ("show", "why"):
        assert "outside the script's folder" not in run(command, "latest").stdout.decode()
