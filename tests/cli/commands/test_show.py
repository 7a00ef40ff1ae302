"""`hyperstep show`: the stable keys, and a text for people."""

from __future__ import annotations

import json
import os
import socket
import time
from typing import Any

import pytest
from msgspec.structs import replace
from tests.cli.fabricated import PIPELINE, REGISTER, SWEEP, TUNE, make_metrics, make_run, make_sweep, make_trial

from hyperstep.cli.main import main
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
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
    words_ = ("pipeline 11111111-aaaa", "step 'tune'", "2 here", "seed 17", "stopped early", "lr=0.3, opt=adam")
    for words in (*words_, "Bandit: 0.5 is below 0.8"):
        assert words in text
    best = next(line for line in text.splitlines() if line.startswith("*"))
    assert best.split()[:4] == ["*", "0", "completed", "0.9"]


def show_text(capsys: Captured, run_id: str) -> str:
    assert main(["show", run_id]) == 0
    return capsys.readouterr().out


def test_a_run_whose_runner_is_gone_says_what_to_do(running: Home, capsys: Captured) -> None:
    journal = running.store.journal(PIPELINE)
    journal.acquire(Owner(pid=os.getpid(), pid_started_at=-1.0, host=socket.gethostname()))
    journal.close()
    assert "  runner      its runner is gone; hyperstep resume 11111111 takes it over" in show_text(capsys, "latest")
    assert "its runner is gone; hyperstep resume 11111111" in show_text(capsys, f"{SWEEP}_3")
    assert show_json(capsys, "latest")["runner_gone"] is True


def test_a_runner_on_another_machine_is_not_called_gone(running: Home, capsys: Captured) -> None:
    journal = running.store.journal(PIPELINE)
    journal.acquire(Owner(pid=7, pid_started_at=0.0, host="elsewhere"))
    journal.close()
    assert "pid 7 on elsewhere; whether it lives can be seen there only" in show_text(capsys, "latest")
    assert show_json(capsys, "latest")["runner_gone"] is False


def test_a_run_that_was_just_submitted_is_starting(home: Home, capsys: Captured) -> None:
    root = make_run(PIPELINE, RunKind.PIPELINE, created_at=time.time(), folder="")
    home.store.create([root], folder="new", spec={}).close()
    assert "  runner      starting" in show_text(capsys, "latest")
    assert show_json(capsys, "latest")["runner_gone"] is False


def test_a_trial_is_shown_with_parameters_metrics_files_log_and_attempts(running: Home, capsys: Captured) -> None:
    text = show_text(capsys, f"{SWEEP}_0")
    log = running.attempt(make_trial(0, RunStatus.COMPLETED), 0).log_file
    assert text.splitlines() == [
        f"trial {SWEEP}_0 (the best)",
        f"  sweep       {SWEEP}, maximize accuracy",
        "  status      completed after 10 s",
        "  runner      its runner is gone; hyperstep resume 11111111 takes it over",
        "  accuracy    0.9, reported 2 times",
        "  parameters",
        "    --lr  0",
        "    --opt  adam",
        "  metrics",
        "    name      times  last",
        "    accuracy  2      0.9",
        "  files",
        "    name               size  path",
        "    outputs/model.bin  12 B  content abababababab",
        f"  log         {log}",
        "  attempt 0   not ended",
    ]
    document = show_json(capsys, f"{SWEEP}_0")
    assert document["metrics"] == [{"name": "accuracy", "records": 2, "last": 0.9}]
    assert [file["name"] for file in document["files"]] == ["outputs/model.bin"]
    assert document["log"] == str(log)
    assert [(a["number"], a["exit_code"], a["lost"]) for a in document["attempts"]] == [(0, None, False)]


def test_a_failed_trial_says_why(running: Home, capsys: Captured) -> None:
    assert running.store.roots()
    text = show_text(capsys, f"{SWEEP}_2")
    assert "  why         ValueError: no (exit code 1)" in text
    assert "  accuracy    not reported" in text


def test_a_step_is_shown_without_the_others(running: Home, capsys: Captured) -> None:
    assert running.store.roots()
    text = show_text(capsys, TUNE)
    assert text.startswith(f"step 'tune' ({TUNE}): running")
    assert f"  of pipeline {PIPELINE} (experiment digits), running" in text
    assert f"sweep {SWEEP}: maximize accuracy" in text
    assert "register" not in text
    assert show_text(capsys, REGISTER).startswith(f"step 'register' ({REGISTER}): waiting")


@pytest.mark.parametrize("text", ["4444", "44444444-dddd", "HD_44"])
def test_a_sweep_is_found_without_the_beginning_that_all_have(running: Home, text: str, capsys: Captured) -> None:
    assert running.store.roots()
    assert show_json(capsys, text)["id"] == SWEEP
    assert show_json(capsys, f"{text}_3")["id"] == f"{SWEEP}_3"


def test_latest_may_be_shouted(running: Home, capsys: Captured) -> None:
    assert running.store.roots()
    assert show_json(capsys, "LATEST")["id"] == PIPELINE


def test_an_output_that_is_not_there_is_marked(running: Home, capsys: Captured) -> None:
    place = {"datastore": "workspaceblobstore", "path": "azureml/m", "kind": "model"}
    journal = running.store.journal(PIPELINE)
    with journal.transaction(0) as writer:
        writer.put_run(make_sweep(properties={**make_sweep().properties, "outputs": json.dumps({"m": place})}))
    journal.close()
    path = running.datastore_folder("local", "workspaceblobstore") / "azureml" / "m"
    assert f"  m     model  {path} (not written)" in show_text(capsys, "latest")
    path.parent.mkdir()
    path.write_text("weights", encoding="utf-8")
    assert f"  m     model  {path}\n" in show_text(capsys, "latest")


@pytest.mark.parametrize(
    ("value", "in_table", "on_page"),
    [
        (float("nan"), "no value of accuracy was a finite number", "no finite number, reported 1 time"),
        ("text", "no value of accuracy was a finite number", "no finite number, reported 1 time"),
        (None, "never logged accuracy", "not reported"),
    ],
)
def test_a_trial_without_a_value_is_told_rightly_in_the_table_and_on_its_page(
    home: Home, capsys: Captured, value: float | str | None, in_table: str, on_page: str
) -> None:
    sweep = make_sweep(parent_id=None, root_id=SWEEP, folder="", status=RunStatus.COMPLETED)
    trial = make_trial(0, RunStatus.COMPLETED, root_id=SWEEP)
    journal = home.store.create([sweep], folder="sweep", spec={})
    with journal.transaction(0) as writer:
        writer.put_run(trial)
        if value is not None:
            writer.add_metrics([replace(record, value=value) for record in make_metrics(trial, 0.5)])
    journal.close()
    assert main(["show", SWEEP]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.split()[:2] == ["0", "completed"]]
    assert line.endswith(in_table)
    assert main(["show", trial.id]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  accuracy ")]
    assert line.endswith(on_page)
