"""The shipped examples, as people run them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.real_process import PATIENCE_S, run

pytestmark = pytest.mark.end_to_end
EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_digits_pipeline_tunes_registers_and_is_reused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "digits"
    shutil.copytree(EXAMPLES / "digits", folder, ignore=shutil.ignore_patterns("results"))
    first = run("run", str(folder / "pipeline.py"))
    assert first.returncode == 0, first.stderr.decode()
    shown = json.loads(run("show", "latest", "--json").stdout)
    tuning, registering = shown["steps"]
    assert (shown["status"], tuning["status"], registering["status"]) == ("Completed",) * 3
    counts = tuning["sweep"]["counts"]
    assert counts["trials"] == 20
    assert counts["stopped"] > 0, "the policy really ends bad trials"
    assert counts["failed"] == 0
    assert shown["best"]["value"] > 0.95
    files = {output["kind"]: Path(output["path"]) for output in tuning["outputs"]}
    assert len(json.loads(files["metrics"].read_text(encoding="utf-8"))) == 20
    assert files["model"].stat().st_size > 1000
    assert str(files["model"]) in first.stderr.decode()
    assert b"best trial: " in first.stdout
    assert sum(path.is_file() for path in (folder / "results").rglob("*")) == 2

    second = run("run", str(folder / "pipeline.py"))
    assert second.returncode == 0, second.stderr.decode()
    again = json.loads(run("show", "latest", "--json").stdout)
    assert again["id"] != shown["id"]
    assert [step["reused_from"] for step in again["steps"]] == [tuning["id"], registering["id"]]
    assert second.stderr.decode().count(" reused from ") == 2
    assert again["best"] == shown["best"]


def test_the_digits_pipeline_knows_nothing_of_hyperstep() -> None:
    for script in ("pipeline.py", "train.py", "register_model.py"):
        lines = (EXAMPLES / "digits" / script).read_text(encoding="utf-8").splitlines()
        assert not [line for line in lines if "hyperstep" in line and "import" in line]


def test_a_training_script_runs_by_itself_too(tmp_path: Path) -> None:
    script = EXAMPLES / "own_script" / "train.py"
    command = ["-m", "hyperstep", "run", str(script)]
    done = subprocess.run(
        [sys.executable, *command], cwd=tmp_path, capture_output=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b"error") == 50
    assert set(json.loads((tmp_path / "outputs" / "curve.json").read_bytes())) == {"slope", "offset"}


def test_the_own_script_is_tuned_by_the_command_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (EXAMPLES / "own_script" / "train.py").read_text(encoding="utf-8")
    named = text.partition("\nhyperstep tune")[2].partition('"""')[0].replace("\\\n", " ").split()
    done = run("tune", str(EXAMPLES.parent / named[0]), *named[1:])
    assert done.returncode == 0, done.stderr
    best = json.loads(run("best", "latest", "--json").stdout)
    assert best["goal"] == "minimize"
    assert "slope" in json.loads(Path(best["model"]).read_bytes())
