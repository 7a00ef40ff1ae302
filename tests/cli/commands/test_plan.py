"""`hyperstep plan` and `hyperstep why`: the same verdicts before and after, and a home that stays as it is."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.cli.real_process import run

from hyperstep.digest import digest_file
from hyperstep.records.status import RunStatus
from hyperstep.runtime.home import Home

SCRIPT = """
import sys
from azureml.core import Dataset, Experiment, Workspace
from azureml.pipeline.core import Pipeline, PipelineData
from azureml.pipeline.steps import PythonScriptStep

workspace = Workspace.from_config()
store = workspace.get_default_datastore()
store.upload_files(["raw.txt"], target_path="raw", overwrite=True)
raw = Dataset.File.from_files((store, "raw/raw.txt")).as_named_input("raw").as_mount()
upper = PipelineData("upper", datastore=store)
prepare = PythonScriptStep(
    name="prepare", script_name="prepare.py", source_directory="prepare", compute_target="local",
    arguments=[raw, upper], inputs=[raw], outputs=[upper],
)
count = PythonScriptStep(
    name="count", script_name="count.py", source_directory="count", compute_target="local",
    arguments=[upper, *sys.argv[1:]], inputs=[upper],
)
print("about to submit")
run = Experiment(workspace, "planned").submit(Pipeline(workspace, [prepare, count]))
run.wait_for_completion(show_output=False)
print("after the first submit")
"""
PREPARE = """
import pathlib, sys
source = pathlib.Path(sys.argv[1])
source = next(source.iterdir()) if source.is_dir() else source
pathlib.Path(sys.argv[2]).write_text(source.read_text().upper())
"""
COUNT = "import sys\nprint(len(open(sys.argv[1]).read()))\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "pipeline.py": SCRIPT,
        "prepare/prepare.py": PREPARE,
        "count/count.py": COUNT,
        "raw.txt": "abc",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def plan(*arguments: str) -> dict[str, Any]:
    done = run("plan", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    assert b"about to submit" in done.stderr
    assert b"after the first submit" not in done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    assert document["later_submits"] == "unknown"
    return {step["name"]: step for step in document["steps"]}


def why(*arguments: str) -> dict[str, Any]:
    done = run("why", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return {step["name"]: step for step in json.loads(done.stdout)["steps"]}


def submit(*arguments: str) -> dict[str, Any]:
    done = run("run", *arguments)
    assert done.returncode == 0, done.stderr
    return why("latest")


def verdicts(steps: dict[str, Any]) -> dict[str, tuple[str, str, list[str]]]:
    return {
        name: (step["verdict"], step["reason"], [found["part"] for found in step["differences"]])
        for name, step in steps.items()
    }


def content(home: Path) -> dict[str, str]:
    """Every file of a home, but for those that SQLite puts beside a database that is read."""
    files = (path for path in home.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal")))
    return {path.relative_to(home).as_posix(): digest_file(path) for path in files}


@pytest.mark.end_to_end
def test_the_plan_says_what_the_run_then_does_and_leaves_the_home_as_it_is(project: Path) -> None:
    with_home = Home.open()
    home = with_home.path
    with_home.close()
    assert verdicts(plan("pipeline.py")) == {
        "prepare": ("miss", "no earlier run of this step can be reused", []),
        "count": ("miss", "no earlier run of this step can be reused", []),
    }
    assert not list((home / "runs").glob("*"))
    first = submit("pipeline.py")
    assert verdicts(first) == verdicts(plan("pipeline.py", "--fast")) | {
        "prepare": ("miss", "no earlier run of this step can be reused", []),
        "count": ("miss", "no earlier run of this step can be reused", []),
    }

    before = content(home)
    planned = plan("pipeline.py")
    assert content(home) == before
    assert {name: step["verdict"] for name, step in planned.items()} == {"prepare": "hit", "count": "hit"}
    assert planned["count"]["source_run"] == first["count"]["run_id"]
    assert planned["count"]["saved_s"] > 0
    assert verdicts(submit("pipeline.py")) == verdicts(planned)

    (project / "count" / "count.py").write_text(COUNT + "# a comment\n")
    planned = plan("pipeline.py")
    assert verdicts(planned)["count"] == ("miss", "differs from the nearest earlier run", ["code: count.py"])
    assert verdicts(submit("pipeline.py")) == verdicts(planned)

    (project / "raw.txt").write_text("other")  # what the script uploads
    before = content(home)
    planned = plan("pipeline.py")
    assert content(home) == before
    assert verdicts(planned)["prepare"] == ("miss", "differs from the nearest earlier run", ["inputs: raw"])
    assert planned["count"]["verdict"] == "depends"
    assert planned["count"]["because_of"] == ["prepare"]
    assert planned["count"]["reason"] == "runs, because 'prepare' runs; could still hit if its output turns out equal"
    done = submit("pipeline.py")
    assert verdicts(done)["prepare"] == verdicts(planned)["prepare"]
    assert verdicts(done)["count"] == ("miss", "differs from the nearest earlier run", ["inputs: upper"])

    (project / "raw.txt").write_text("OTHER")  # makes the same output
    assert plan("pipeline.py")["count"]["verdict"] == "depends"
    assert {name: step["verdict"] for name, step in submit("pipeline.py").items()} == {
        "prepare": "miss",
        "count": "hit",
    }

    assert verdicts(plan("--no-reuse=count", "pipeline.py"))["count"] == ("miss", "--no-reuse", [])
    assert verdicts(submit("--no-reuse=count", "pipeline.py")) == {
        "prepare": ("hit", "equal to an earlier run", []),
        "count": ("miss", "--no-reuse", []),
    }
    text = run("why", "latest", "count").stdout.decode()
    assert "count  MISS  --no-reuse" in text
    assert "prepare" not in text
    text = run("plan", "pipeline.py", "--fast").stdout.decode()
    assert "  prepare  HIT   from run " in text
    assert "      arguments: " in text
    assert '"--fast"]' in text
    assert "Nothing was submitted, and the records are as they were." in text


@pytest.mark.end_to_end
def test_a_script_that_submits_nothing_has_no_plan_and_keeps_its_exit_code(project: Path) -> None:
    (project / "quiet.py").write_text("raise SystemExit(7)")
    done = run("plan", "quiet.py")
    assert done.returncode == 7
    assert b"quiet.py ended with exit code 7 and submitted nothing" in done.stderr
    done = run("plan", "--json", "quiet.py")
    assert json.loads(done.stdout)["steps"] == []


@pytest.mark.end_to_end
def test_a_plan_ends_and_removes_nothing_of_what_there_was(project: Path) -> None:
    waits = "import pathlib, time\nwhile not pathlib.Path(r'%s').exists(): time.sleep(0.05)\n" % (project / "go")
    (project / "count" / "count.py").write_text(waits + COUNT)
    (project / "begin.py").write_text(
        SCRIPT.replace("run.wait_for_completion(show_output=False)", "")
        + "Dataset.File.from_files((store, 'raw/raw.txt')).register(workspace, 'kept')\n"
    )
    assert run("run", "-q", "begin.py").returncode == 0
    ends = """
old = next(Experiment(workspace, "planned").get_runs())
old.cancel()
Dataset.get_by_name(workspace, "kept").unregister_all_versions()
"""
    (project / "ends.py").write_text(SCRIPT.replace('print("about to submit")', ends + 'print("about to submit")'))
    done = run("plan", "ends.py")
    assert done.returncode == 0, done.stderr
    assert b"A plan ends nothing" in done.stderr
    (project / "go").touch()
    home = Home.open()
    (root,) = home.store.roots()
    while not home.store.journal(root.id).run(root.id).status.is_terminal:
        time.sleep(0.05)
    assert home.store.journal(root.id).run(root.id).status is RunStatus.COMPLETED
    assert home.store.named("local", "dataset", "kept").version == 1
    home.close()


@pytest.mark.end_to_end
def test_a_script_asks_for_its_plan_and_goes_on(project: Path) -> None:
    text = SCRIPT.replace(
        'print("about to submit")',
        "for verdict in Pipeline(workspace, [prepare, count]).plan(): "
        "print(verdict.name, verdict.verdict.name, verdict.source_run is not None)",
    )
    (project / "asks.py").write_text(text)
    done = run("run", "-q", "asks.py")
    assert b"prepare MISS False\ncount MISS False\n" in done.stdout
    assert b"after the first submit" in done.stdout
    assert b"prepare HIT True\ncount HIT True\n" in run("run", "-q", "asks.py").stdout


def test_a_notebook_is_told_how_to_plan() -> None:
    done = run("plan", "some.ipynb")
    assert done.returncode == 2
    assert b"Pipeline.plan()" in done.stderr
