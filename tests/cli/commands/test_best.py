"""`hyperstep best`: while the sweep runs, and without a best."""

from __future__ import annotations

import json

import pytest
from tests.cli.fabricated import (
    PIPELINE,
    SWEEP,
    TUNE,
    fabricate_second_pipeline,
    make_metrics,
    make_sweep,
    make_trial,
)

from hyperstep.cli.main import main
from hyperstep.records.status import RunStatus
from hyperstep.runtime.home import Home

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize("run_id", ["latest", PIPELINE, TUNE, SWEEP, f"{SWEEP}_3"])
def test_the_best_so_far_is_found_from_any_run_about_the_sweep(running: Home, run_id: str, capsys: Captured) -> None:
    assert running.store.roots()
    assert main(["best", run_id, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "id": f"{SWEEP}_0",
        "number": 0,
        "value": 0.9,
        "metric": "accuracy",
        "goal": "maximize",
        "parameters": {"--lr": 0.0, "--opt": "adam"},
        "status": "Completed",
        "sweep": {"id": SWEEP, "status": "Running"},
        "seed": 17,
        "files": [{"name": "outputs/model.bin", "size": 12, "digest": "ab" * 32, "path": None}],
        "model": None,
    }


def test_the_model_is_named_once_it_is_written(running: Home, capsys: Captured) -> None:
    path = running.datastore_folder("local", "workspaceblobstore") / "azureml" / "model"
    path.parent.mkdir(parents=True)
    path.write_text("weights", encoding="utf-8")
    outputs = {"m": {"datastore": "workspaceblobstore", "path": "azureml/model", "kind": "model"}}
    journal = running.store.journal(PIPELINE)
    with journal.transaction(0) as writer:
        properties = {**make_sweep().properties, "outputs": json.dumps(outputs)}
        writer.put_run(make_sweep(properties=properties))
    journal.close()
    assert main(["best", "latest", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["model"] == str(path)
    assert main(["best", "latest"]) == 0
    assert str(path) in capsys.readouterr().out


def test_before_the_first_value_there_is_no_best(home: Home, capsys: Captured) -> None:
    sweep = make_sweep(parent_id=None, root_id=SWEEP, folder="")
    home.store.create([sweep], folder="sweep", spec={}).close()
    assert main(["best", "latest", "--json"]) == 3
    document = json.loads(capsys.readouterr().out)
    assert (document["id"], document["value"], document["metric"]) == (None, None, "accuracy")
    assert main(["best", "latest"]) == 3
    assert "There is no best trial: no trial has reported accuracy." in capsys.readouterr().err


def test_when_every_trial_that_reported_has_failed_that_is_the_reason(home: Home, capsys: Captured) -> None:
    sweep = make_sweep(parent_id=None, root_id=SWEEP, folder="")
    trial = make_trial(0, RunStatus.FAILED, root_id=SWEEP)
    journal = home.store.create([sweep], folder="sweep", spec={})
    with journal.transaction(0) as writer:
        writer.put_run(trial)
        writer.add_metrics(make_metrics(trial, 0.5))
    journal.close()
    assert main(["best", "latest"]) == 3
    assert "There is no best trial: every trial that reported accuracy has failed." in capsys.readouterr().err


def test_a_reused_step_shows_the_best_of_its_source(running: Home, capsys: Captured) -> None:
    fabricate_second_pipeline(running, reused_from=TUNE)
    assert main(["best", "latest", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == f"{SWEEP}_0"


def test_a_run_without_a_sweep_is_refused(running: Home, capsys: Captured) -> None:
    fabricate_second_pipeline(running, status=RunStatus.COMPLETED)
    assert main(["best", "latest"]) == 2
    assert "The run must hold exactly one sweep." in capsys.readouterr().err
