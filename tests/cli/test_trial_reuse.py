"""Trials that are taken over, as a person sees them: real sweeps, the commands one after the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hyperstep.cli.main import main

SCRIPT = """
import sys
from azureml.core import Run
Run.get_context().log("acc", float(sys.argv[sys.argv.index("--lr") + 1]))
"""

Captured = pytest.CaptureFixture[str]


def tune(script: Path, trials: int, *options: str) -> int:
    space = ["--space", "lr=uniform:0,1", "--metric", "acc"]
    return main(["tune", str(script), *space, "--max", str(trials), "--plain", *options])


def shown(capsys: Captured, *command: str) -> Any:
    capsys.readouterr()
    assert main([*command, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_more_trials_are_told_as_run_and_reused_by_every_command(tmp_path: Path, capsys: Captured) -> None:
    script = tmp_path / "project" / "train.py"
    script.parent.mkdir()
    script.write_text(SCRIPT)
    assert tune(script, 2) == 0
    first = shown(capsys, "show", "latest")
    assert tune(script, 4) == 0
    told = capsys.readouterr().err
    assert "2 run, 2 reused, saves" in told
    assert "that of sweep HD_" in told
    second = shown(capsys, "show", "latest")
    assert second["seed"] == first["seed"]
    assert second["seed_from"] == first["id"]
    assert second["reused_trials"] == 2
    assert second["saved_s"] > 0
    assert [trial["reused_from"] for trial in second["trials"]] == [f"{first['id']}_0", f"{first['id']}_1", None, None]
    assert main(["show", "latest"]) == 0
    assert "reused from HD_" in capsys.readouterr().out
    [step] = shown(capsys, "why", "latest")["steps"]
    assert [trial["verdict"] for trial in step["sweep"]["trials"]] == ["hit", "hit", "miss", "miss"]
    assert main(["why", "latest"]) == 0
    assert "trials: 2 reused, 2 run, saves" in capsys.readouterr().out
    assert main(["rerun", second["id"], "--max", "5", "--plain"]) == 0
    assert f"goes on with {second['id'][:7]}" in capsys.readouterr().err
    assert shown(capsys, "show", "latest")["reused_trials"] == 4
    assert main(["rerun", "latest", "--failed"]) == 2
    assert "none failed" in capsys.readouterr().err
    assert tune(script, 2, "--no-reuse", "--new-seed") == 0
    assert shown(capsys, "show", "latest")["reused_trials"] == 0
    assert main(["why", "latest"]) == 0
    assert "trials: all run: --no-reuse" in capsys.readouterr().out
    assert main(["rerun", second["id"], "--max", "5", "--plain"]) == 0
    assert shown(capsys, "show", "latest")["reused_trials"] == 0
    assert main(["why", "latest"]) == 0
    assert "the earlier run is older than one that was forced" in capsys.readouterr().out


def test_a_changed_folder_that_an_argument_names_by_its_absolute_path_has_all_trials_run(
    tmp_path: Path, capsys: Captured
) -> None:
    script, data = tmp_path / "project" / "train.py", tmp_path / "data"
    for folder in (script.parent, data):
        folder.mkdir()
    script.write_text(
        "import pathlib, sys\n"
        "from azureml.core import Run\n"
        "Run.get_context().log('acc', float(pathlib.Path(sys.argv[2], 'd.txt').read_text()))\n"
    )
    for value in ("1", "2"):
        (data / "d.txt").write_text(value)
        assert tune(script, 1, "--", "--data", str(data)) == 0
        [trial] = shown(capsys, "show", "latest")["trials"]
        assert (trial["best"], trial["reused_from"]) == (float(value), None), trial
    assert main(["why", "latest"]) == 0
    assert "all run: an argument names a file outside the script's folder" in capsys.readouterr().out
