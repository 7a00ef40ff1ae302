"""Steps that read what lies behind web addresses, through real commands and a real server."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from tests.cli.real_process import run
from tests.web_server import WebServer

SCRIPT = """
import sys
from azureml.core import Dataset, Experiment, Workspace
from azureml.pipeline.core import Pipeline
from azureml.pipeline.steps import PythonScriptStep

workspace = Workspace.from_config()
data = Dataset.File.from_files(sys.argv[1] + "/input.txt").as_named_input("data").as_mount()
given = PythonScriptStep(
    name="given", script_name="given.py", source_directory="given", compute_target="local",
    arguments=[data], inputs=[data],
)
reader = PythonScriptStep(
    name="reader", script_name="reader.py", source_directory="reader", compute_target="local",
    arguments=["--from", "somewhere"],
)
run = Experiment(workspace, "web").submit(Pipeline(workspace, [given, reader]))
run.wait_for_completion(show_output=False)
"""
READER = """
import pathlib
from azureml.core import Dataset
address = pathlib.Path("address.txt").read_text()
print(len(Dataset.File.from_files(address + "/read.txt").to_path()))
"""


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "served"
    folder.mkdir()
    for name in ("input.txt", "read.txt"):
        (folder / name).write_text("old")
        os.utime(folder / name, (time.time() - 3600,) * 2)
    for name, text in {"pipeline.py": SCRIPT, "given/given.py": "", "reader/reader.py": READER}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return folder


def verdicts(*command: str) -> tuple[dict[str, Any], str]:
    """What the plan says, or what a run did."""
    done = run(*command)
    assert done.returncode == 0, done.stderr
    said = (done.stdout + done.stderr).decode()
    answer = done if command[0] == "plan" else run("why", "latest", "--json")
    steps = json.loads(answer.stdout)["steps"]
    return {s["name"]: (s["verdict"], [found["part"] for found in s["differences"]]) for s in steps}, said


@pytest.mark.end_to_end
def test_a_change_behind_an_address_is_a_miss_that_names_it_and_no_network_is_a_hit_that_says_so(
    served: Path, tmp_path: Path
) -> None:
    hits: dict[str, Any] = {"given": ("hit", []), "reader": ("hit", [])}
    with WebServer(served) as server:
        (tmp_path / "reader" / "address.txt").write_text(server.address)
        plan, submit = ("plan", "--json", "pipeline.py", server.address), ("run", "pipeline.py", server.address)
        verdicts(*submit)
        assert verdicts(*plan)[0] == verdicts(*submit)[0] == hits

        (served / "input.txt").write_text("new")
        changed = ["inputs: data (" + server.address + "/input.txt)"]
        planned, _ = verdicts(*plan)
        done, said = verdicts(*submit)
        assert planned == done == hits | {"given": ("miss", changed)}
        assert f"{server.address}/input.txt has changed: fetched again" in said

        (served / "read.txt").write_text("new")
        planned, _ = verdicts(*plan)
        assert planned == hits | {"reader": ("miss", [f"read: address {server.address}/read.txt"])}
        assert verdicts(*submit)[0] == planned
        assert verdicts(*submit)[0] == hits
    done, said = verdicts(*submit)
    assert done == hits
    assert f"{server.address}/input.txt does not answer (" in said
