"""A space that is changed with the history kept, as a person sees it: real sweeps, the commands one after the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hyperstep.cli.main import main

SCRIPT = """
import sys
from azureml.core import Run
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
Run.get_context().log("acc", float(given["--lr"]) + float(given.get("--m", 0)))
"""
PIPELINE = """
import sys
from azureml.core import Experiment, ScriptRunConfig, Workspace
from azureml.train.hyperdrive import HyperDriveConfig, PrimaryMetricGoal, RandomParameterSampling, uniform

sampling = RandomParameterSampling({"--lr": uniform(0, float(sys.argv[1]))})
script = ScriptRunConfig(source_directory="project", script="train.py")
config = HyperDriveConfig(sampling, "acc", PrimaryMetricGoal.MAXIMIZE, int(sys.argv[2]), run_config=script)
Experiment(Workspace.from_config(), "kept").submit(config).wait_for_completion()
"""

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    script = tmp_path / "project" / "train.py"
    script.parent.mkdir()
    script.write_text(SCRIPT)
    return script


def tune(script: Path, trials: int, *options: str) -> int:
    return main(["tune", str(script), "--metric", "acc", "--max", str(trials), "--plain", *options])


def shown(capsys: Captured, *command: str) -> Any:
    capsys.readouterr()
    assert main([*command, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_space_is_widened_narrowed_and_given_another_hyperparameter(script: Path, capsys: Captured) -> None:
    assert tune(script, 3, "--space", "lr=uniform:0,1") == 0
    first = shown(capsys, "show", "latest")
    assert first["history"] is None
    assert tune(script, 5, "--space", "lr=uniform:0,4", "--history", "keep") == 0
    assert f"3 trials of sweep {first['id'][:11]} kept" in capsys.readouterr().err
    wide = shown(capsys, "show", "latest")
    ran = [trial["id"] for trial in first["trials"]]
    assert [trial["reused_from"] for trial in wide["trials"]] == [*ran, None, None]
    assert (wide["counts"]["trials"], wide["reused_trials"]) == (5, 3)

    cut = sorted(trial["parameters"]["lr"] for trial in wide["trials"])[2]
    fitting = [trial for trial in wide["trials"] if trial["parameters"]["lr"] <= cut]
    assert tune(script, 3, "--space", f"lr=uniform:0,{cut!r}", "--history", "keep") == 0
    narrow = shown(capsys, "show", "latest")
    assert narrow["history"] == {
        "reason": "",
        "source_run": wide["id"],
        "kept": 3,
        "set_aside": 2,
        "because": [{"hyperparameter": "lr", "reason": "out of range", "trials": 2}],
    }
    assert [trial["reused_from"] for trial in narrow["trials"]] == [t["reused_from"] or t["id"] for t in fitting]
    assert main(["show", "latest"]) == 0
    assert "kept, 2 set aside (lr: out of range 2)" in capsys.readouterr().out
    assert main(["why", "latest"]) == 0
    assert "kept, 2 set aside (lr: out of range 2)" in capsys.readouterr().out

    more = ["--space", "lr=uniform:0,4", "--space", "m=uniform:0,1"]
    assert tune(script, 4, *more, "--history", "keep", "--past", "m=0") == 0
    added = shown(capsys, "show", "latest")
    assert [trial["parameters"].get("m") for trial in added["trials"]][:3] == [0.0] * 3
    assert [bool(trial["reused_from"]) for trial in added["trials"]] == [True, True, True, False]
    assert shown(capsys, "why", "latest")["steps"][0]["sweep"]["history"] == added["history"]


def test_a_v1_script_keeps_history_when_run_says_so_and_the_plan_said_it_before(
    script: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    driver = tmp_path / "driver.py"
    driver.write_text(PIPELINE)
    assert script.exists()
    assert main(["run", "--plain", str(driver), "1", "2"]) == 0
    capfd.readouterr()
    assert main(["plan", "--history", "keep", str(driver), "2", "3"]) == 0
    planned = capfd.readouterr().out
    assert "history: 2 trials of sweep" in planned
    assert "trials: 2 reused, 1 run" in planned
    assert main(["run", "--plain", "--history", "keep", str(driver), "2", "3"]) == 0
    assert "history" in capfd.readouterr().err
    assert main(["show", "latest", "--json"]) == 0
    document = json.loads(capfd.readouterr().out)
    assert (document["history"]["kept"], document["reused_trials"]) == (2, 2)
    assert document["counts"]["trials"] == 3


def test_a_default_for_the_past_needs_kept_history_and_a_value_of_the_space(script: Path, capsys: Captured) -> None:
    space = ["--space", "lr=uniform:0,1"]
    assert tune(script, 1, *space, "--past", "lr=0.5") == 2
    assert "--history keep" in capsys.readouterr().err
    assert tune(script, 1, *space, "--history", "keep", "--past", "lr=7") == 2
    assert "default for the past of 'lr'" in capsys.readouterr().err
    assert tune(script, 1, *space, "--history", "keep", "--past", "lr") == 2
    assert "--past momentum=0.9" in capsys.readouterr().err


def test_a_sweep_that_kept_history_is_gone_through_again_point_by_point(script: Path, capsys: Captured) -> None:
    assert tune(script, 2, "--space", "lr=uniform:0,1") == 0
    assert tune(script, 3, "--space", "lr=uniform:0,2", "--history", "keep") == 0
    kept = shown(capsys, "show", "latest")
    assert main(["rerun", "latest", "--max", "4", "--plain"]) == 0
    again = shown(capsys, "show", "latest")
    assert again["history"]["reason"] == "its trials are gone through again"
    assert [t["parameters"] for t in again["trials"]][:3] == [t["parameters"] for t in kept["trials"]]
    assert again["reused_trials"] == 3
