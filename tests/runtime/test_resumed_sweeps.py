"""Sweeps that go on from earlier trials, and the table of bests, with real processes."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from tests.runtime.bench import Bench, sweep_config

from hyperstep.digest import Json
from hyperstep.pipeline.spec import StepSpec, TuningSpec
from hyperstep.records.metric import MetricKind
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.liveness import live_owner
from hyperstep.runtime.submission import Label, ensure_runner, submit_step

RESUMING = """
import os, sys
from hyperstep_trial import Run
x = float(sys.argv[sys.argv.index("--x") + 1])
if "--resume-from" in sys.argv:
    folder = sys.argv[sys.argv.index("--resume-from") + 1]
    assert folder == os.environ["AZUREML_DATAREFERENCE_MODEL_LOCATION"]
    x += float(open(folder + "/model.txt").read()) + float(open(folder + "/outputs/model.txt").read())
Run.get_context().log("acc", x)
open("outputs/model.txt", "w").write(str(x))
"""
PATIENT = """
import os, sys, time
from hyperstep_trial import Run
x = float(sys.argv[sys.argv.index("--x") + 1])
Run.get_context().log("acc", x)
while x > 0 and not os.path.exists(os.environ["GO"]):
    time.sleep(0.02)
"""


def _step(bench: Bench, script: str, tuning: TuningSpec) -> StepSpec:
    return StepSpec("tune0000", "tune", bench.code(script), tuning=tuning, kind="HyperDriveStep")


def _trials(bench: Bench, sweep: RunRecord) -> list[RunRecord]:
    return bench.home.store.journal(sweep.id).runs(kind=RunKind.TRIAL)


def test_a_resumed_trial_comes_first_and_finds_the_files_of_the_earlier_one(bench: Bench, label: Label) -> None:
    files = {"outputs/model.txt": bench.home.artifacts.put_bytes(b"100")}
    config: dict[str, Json] = {
        **sweep_config(total=3),
        "resumed": [{"point": {"x": 2}, "files": files}],
        "history": [{"point": {"x": 0}, "best": 0.5}],
    }
    tuning = TuningSpec(config, properties={"resume_from": '["HD_earlier"]'})
    sweep = bench.wait(submit_step(bench.home, _step(bench, RESUMING, tuning), label).id)
    assert sweep.status is RunStatus.COMPLETED, sweep
    assert (sweep.properties["resume_from"], sweep.properties["resume_child_runs"]) == ('["HD_earlier"]', "null")
    found = _trials(bench, sweep)
    assert [json.loads(trial.properties["hyperparameters"]) for trial in found] == [{"x": 2}, {"x": 1}]
    assert found[0].arguments == ("--x", "2", "--resume-from", "$AZUREML_DATAREFERENCE_MODEL_LOCATION")
    journal = bench.home.store.journal(sweep.id)
    assert journal.metrics(found[0].id)[0].value == 202.0
    assert [d.kind for d in journal.decisions(sweep.id)][:1] == ["take up"]


def test_each_new_best_is_a_row_of_the_sweeps_table_and_the_last_one_is_final(bench: Bench, label: Label) -> None:
    config = sweep_config(total=3, concurrent=1)
    sweep = bench.wait(submit_step(bench.home, _step(bench, RESUMING, TuningSpec(config)), label).id)
    records = bench.home.store.journal(sweep.id).metrics(sweep.id)
    assert {(record.name, record.kind) for record in records} == {("best_child_by_primary_metric", MetricKind.ROW)}
    rows = [record.value for record in records if isinstance(record.value, dict)]
    assert [(row["run_id"], row["metric_value"], row["final"]) for row in rows] == [
        (f"{sweep.id}_0", 0.0, False),
        (f"{sweep.id}_1", 1.0, False),
        (f"{sweep.id}_2", 2.0, False),
        (f"{sweep.id}_2", 2.0, True),
    ]
    assert {row["metric_name"] for row in rows} == {"acc"}


def test_a_runner_that_takes_over_adds_no_row_and_no_point_twice(
    bench: Bench, label: Label, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GO", str(tmp_path / "go"))
    space: Json = {"x": ["choice", [[0, 1, 2]]]}
    sampler: Json = {"name": "BayesianOptimization", "space": space, "seed": 1, "goal": "maximize"}
    tuning = TuningSpec({**sweep_config(total=3, concurrent=1), "sampler": sampler})
    run = submit_step(bench.home, _step(bench, PATIENT, tuning), label)
    journal = bench.home.store.journal(run.id)
    bench.wait_until(lambda: any(record.value["metric_value"] > 0 for record in journal.metrics(run.id)))  # type: ignore[index,call-overload,operator]
    owner = live_owner(bench.home, run.id)
    assert owner is not None
    os.kill(owner.pid, signal.SIGKILL)
    bench.wait_until(lambda: live_owner(bench.home, run.id) is None)
    (tmp_path / "go").touch()
    ensure_runner(bench.home, run.id)
    sweep = bench.wait(run.id)
    assert sweep.status is RunStatus.COMPLETED
    points = [json.loads(trial.properties["hyperparameters"])["x"] for trial in _trials(bench, sweep)]
    assert sorted(points) == [0, 1, 2]
    rows = [record.value for record in journal.metrics(run.id) if isinstance(record.value, dict)]
    assert [row["final"] for row in rows] == [False] * (len(rows) - 1) + [True]
    values = [row["metric_value"] for row in rows[:-1]]
    assert len(set(values)) == len(values)
