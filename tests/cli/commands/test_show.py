"""`hyperstep show`: the stable keys, and a text for people."""

from __future__ import annotations

import json
import os
import socket
from typing import Any

import pytest
from tests.cli.fabricated import PIPELINE, REGISTER, SWEEP, TUNE

from hyperstep.cli.main import main
from hyperstep.run_store.base import Owner
from hyperstep.runtime.home import Home
from hyperstep.runtime.processes import started_at

Captured = pytest.CaptureFixture[str]


def show_json(capsys: Captured, run_id: str) -> dict[str, Any]:
    assert main(["show", run_id, "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_a_pipeline_that_runs_is_shown_with_its_steps_and_trials(running: Home, capsys: Captured) -> None:
    document = show_json(capsys, "latest")
    assert document == show_json(capsys, PIPELINE[:4])
    assert {key: document[key] for key in ("id", "kind", "status", "runner", "reused")} == {
        "id": PIPELINE,
        "kind": "pipeline",
        "status": "Running",
        "runner": None,
        "reused": False,
    }
    tune, register = document["steps"]
    assert [(s["id"], s["name"], s["status"], s["reused"]) for s in (tune, register)] == [
        (TUNE, "tune", "Running", False),
        (REGISTER, "register", "NotStarted", False),
    ]
    assert register["sweep"] is None
    sweep = tune["sweep"]
    assert (sweep["id"], sweep["metric"], sweep["goal"]) == (SWEEP, "accuracy", "maximize")
    assert sweep["counts"] == {"trials": 4, "completed": 1, "stopped": 1, "canceled": 0, "failed": 1, "running": 1}
    assert sweep["seed"] == 17
    assert [trial["stopped_early"] for trial in sweep["trials"]] == [False, True, False, False]
    assert sweep["concurrency"] == {"requested": 4, "effective": 2}
    assert [(t["id"], t["status"], t["last"], t["best"]) for t in sweep["trials"]] == [
        (f"{SWEEP}_0", "Completed", 0.9, 0.9),
        (f"{SWEEP}_1", "Canceled", 0.5, 0.5),
        (f"{SWEEP}_2", "Failed", None, None),
        (f"{SWEEP}_3", "Running", 0.6, 0.6),
    ]
    assert sweep["trials"][1]["reason"] == "Bandit: 0.5 is below 0.8"
    assert sweep["trials"][2]["error"]["message"] == "ValueError: no (exit code 1)"
    best = {"id": f"{SWEEP}_0", "number": 0, "value": 0.9, "parameters": {"--lr": 0.0, "--opt": "adam"}}
    assert document["best"] == sweep["best"] == best
    assert running.store.roots()[0].id == PIPELINE


def test_a_part_of_a_pipeline_is_shown_by_its_own_id(running: Home, capsys: Captured) -> None:
    assert running.store.roots()
    assert show_json(capsys, TUNE)["sweep"]["id"] == SWEEP
    sweep = show_json(capsys, SWEEP)
    assert (sweep["id"], sweep["kind"], sweep["metric"]) == (SWEEP, "sweep", "accuracy")
    trial = show_json(capsys, f"{SWEEP}_1")
    assert (trial["id"], trial["kind"], trial["best"], trial["parent_id"]) == (f"{SWEEP}_1", "trial", 0.5, SWEEP)


def test_the_runner_is_shown_while_it_lives(running: Home, capsys: Captured) -> None:
    journal = running.store.journal(PIPELINE)
    owner = Owner(pid=os.getpid(), pid_started_at=started_at(os.getpid()) or 0.0, host=socket.gethostname())
    journal.acquire(owner)
    journal.close()
    assert show_json(capsys, "latest")["runner"] == {"pid": os.getpid(), "host": socket.gethostname()}
    assert show_json(capsys, f"{SWEEP}_0")["runner"] == {"pid": os.getpid(), "host": socket.gethostname()}


def test_people_see_the_same_as_a_table(running: Home, capsys: Captured) -> None:
    assert running.store.roots()
    assert main(["show", "latest"]) == 0
    text = capsys.readouterr().out
    for words in ("pipeline 11111111-aaaa", "step 'tune'", "2 here", "seed 17", "stopped early", "lr=0.3, opt=adam", "Bandit: 0.5 is below 0.8"):
        assert words in text
    best = next(line for line in text.splitlines() if line.startswith("*"))
    assert best.split()[:4] == ["*", "0", "completed", "0.9"]
