"""A home on a disk that is mounted for reading only: it can be looked at, and nothing in it is called damaged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from tests.runtime.bench import Bench
from tests.runtime.databases import closed_in_order
from tests.runtime.test_damaged_records import nobody_drives

from hyperstep.cli.main import main
from hyperstep.testing.launcher_bench import wait_until

SCRIPT = """
import sys
from pathlib import Path
from hyperstep_trial import Run
x = int(sys.argv[2])
Path("outputs").mkdir(exist_ok=True)
Path("outputs/model.txt").write_text(str(x))
print("trial of", x)
Run.get_context().log("acc", x)
"""
TUNE = ["--space", "x=choice:1,2", "--sampler", "grid", "--metric", "acc", "--model-file", "outputs/model.txt"]
PIPELINE = """
from azureml.core import Experiment, Workspace
from azureml.pipeline.core import Pipeline
from azureml.pipeline.steps import PythonScriptStep
step = PythonScriptStep(script_name="step.py", source_directory="code", compute_target="local", allow_reuse=True)
run = Experiment(Workspace.from_config(), "steps").submit(Pipeline(Workspace.from_config(), steps=[step]))
run.wait_for_completion(show_output=False)
"""
LOOKS = [["runs"], ["show", "latest"], ["logs", "latest"], ["why", "latest"]]


def look(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command where the home is mounted for reading only, for that process alone; skips where not allowed."""
    if shutil.which("unshare") is None or shutil.which("mount") is None:
        pytest.skip("there is no unshare or mount command here")
    mounted = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 99; shift; exec "$@"'
    command = ["unshare", "-m", "sh", "-c", mounted, "sh", str(home), sys.executable, "-m", "hyperstep", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode == 99 or "unshare:" in done.stderr:
        pytest.skip(f"a home cannot be mounted for reading only here: {done.stderr.strip()}")
    return done


def all_closed(home: Path) -> None:
    """All is in the databases, and nothing lies beside them, once a runner that has ended has closed them, too."""
    wait_until(lambda: closed_in_order(home), "the last one to close the databases")


def as_it_was_left(home: Path) -> None:
    """Readers were the last: logs and memory stay."""
    assert [*home.rglob("run.db-wal")]


def copied_without_memory(home: Path) -> None:
    """As a copy of the home has it that left the files of shared memory out."""
    for file in home.rglob("*-shm"):
        file.unlink()


@pytest.fixture
def project(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a sweep and a pipeline whose runs have ended."""
    project = tmp_path / "project"
    (project / "code").mkdir(parents=True)
    (project / "train.py").write_text(SCRIPT)
    (project / "code" / "step.py").write_text("print('a step')\n")
    (project / "pipeline.py").write_text(PIPELINE)
    monkeypatch.chdir(project)
    assert main(["run", "pipeline.py"]) == 0
    assert main(["tune", "train.py", *TUNE]) == 0
    for root in bench.home.store.roots():
        bench.wait_until(partial(nobody_drives, bench.home, root.id))
    bench.home.close()
    return project


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("leave", [all_closed, as_it_was_left, copied_without_memory])
def test_all_can_be_looked_at_and_nothing_is_called_damaged(
    bench: Bench, capfd: pytest.CaptureFixture[str], leave: Callable[[Path], None]
) -> None:
    home = bench.home.path
    looks = [*LOOKS, ["best", "latest"], ["show", "latest", "--json"], ["runs", "--json"]]
    capfd.readouterr()
    expected = []
    for arguments in looks:
        assert main(arguments) == 0
        expected.append(capfd.readouterr().out)
    leave(home)
    before = sorted(os.walk(home))

    for arguments, said in zip(looks, expected, strict=True):
        done = look(home, *arguments)
        assert (done.returncode, done.stderr) == (0, ""), arguments
        assert done.stdout == said
    assert not any(run["damaged"] or run["unreadable"] for run in json.loads(done.stdout))

    done = look(home, "plan", "--json", "pipeline.py")
    assert done.returncode == 0, done.stderr
    assert [step["verdict"] for step in json.loads(done.stdout)["steps"]] == ["hit"]

    done = look(home, "doctor")
    assert done.returncode == 1
    problems = [line for line in done.stdout.splitlines() if line.startswith("problem: ")]
    assert len(problems) == 1
    assert f"The home {home} can only be read here: its disk is mounted for reading only." in problems[0]
    assert "What is recorded can be looked at" in problems[0]
    assert sorted(os.walk(home)) == before


@pytest.mark.usefixtures("project")
def test_what_writes_is_refused(bench: Bench) -> None:
    home = bench.home.path
    all_closed(home)
    for arguments in (
        ["tune", "train.py", *TUNE],
        ["rm", "latest", "--yes"],
        ["resume", "latest"],
        ["cancel", "latest"],
        ["gc", "--yes"],
        ["doctor", "--rebuild-index"],
    ):
        done = look(home, *arguments)
        assert done.returncode == 4, (arguments, done.stdout, done.stderr)
        assert "its disk is mounted for reading only" in done.stderr
    assert main(["show", "latest"]) == 0
