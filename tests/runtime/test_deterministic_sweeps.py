"""Deterministic sweeps with real processes decide what a simulation of the same values decides."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config

from hyperstep.cli.reading import read_root
from hyperstep.digest import Json
from hyperstep.pipeline.spec import DataMode, OutputSpec, TrainingKind, TrainingSpec, TuningSpec
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime import submission
from hyperstep.runtime.home import Home
from hyperstep.runtime.submission import Label, submit_step
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.decision_log import decision_digest
from hyperstep.sweep.instructions import RecordDecision
from hyperstep.testing.simulation import Script, Simulation

CURVES = (
    (0.3, 0.4, 0.5, 0.6),
    (0.1, 0.1, 0.1, 0.9),
    (0.5, 0.2, 0.7),
    (0.2, 0.6, 0.9, 0.9),
    (0.0, 0.1),
    (0.4, 0.5, 1.0),
)
TRAIN = f"""
import random, sys, time
from hyperstep_trial import Run
x = int(sys.argv[sys.argv.index("--x") + 1])
run = Run.get_context()
for value in {CURVES!r}[x]:
    time.sleep(random.SystemRandom().random() / 30)
    run.log("acc", value)
"""
MEDIAN: Json = {"name": "MedianStopping", "properties": {"evaluation_interval": 1, "delay_evaluation": 2}}


def simulated(config: dict[str, Json]) -> str | None:
    simulation = Simulation(SweepConfig.from_json(config), lambda trial, _: Script(CURVES[trial]), slots=1)
    simulation.run()
    return decision_digest([i for i in simulation.instructions if isinstance(i, RecordDecision)])


def config_of(total: int, policy: Json) -> dict[str, Json]:
    return {**sweep_config(total=total, concurrent=4, policy=policy), "deterministic": True}


def trials(bench: Bench, sweep_id: str) -> list[RunRecord]:
    return bench.home.store.journal(sweep_id).runs(kind=RunKind.TRIAL)


@pytest.mark.parametrize(("slots", "moment"), [(1, 0), (4, 0), (1, 17), (4, 29)])
def test_the_decision_log_is_the_same_at_any_concurrency_and_after_a_kill(
    bench: Bench, label: Label, slots: int, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_of(len(CURVES), MEDIAN)
    monkeypatch.setenv("HYPERSTEP_SLOTS", str(slots))
    home = Home.open()
    monkeypatch.setattr(submission, "start_runner", lambda _home, _root_id: True)
    sweep = submit_step(home, bench.tuning_step(TRAIN, config), label)
    home.close()
    if moment:
        crashing = Path(__file__).with_name("crashing_runner.py")
        subprocess.run([sys.executable, str(crashing), str(bench.home.path), sweep.id, str(moment)], check=False)
    subprocess.run([sys.executable, "-m", "hyperstep.runtime.runner", str(bench.home.path), sweep.id], check=True)
    bench.wait(sweep.id)  # after a kill the trial host may have been faster
    [step] = read_root(bench.home.store, sweep.id).steps
    assert step.sweep is not None
    assert step.sweep.effective_concurrency == slots
    assert step.sweep.decision_log == simulated(config)
    assert step.sweep.stopped == 2
    assert step.sweep.best is not None
    assert (step.sweep.best.number, step.sweep.best.best) == (5, 1.0)


def test_a_trial_that_has_ended_awaits_its_verdict_and_what_is_set_aside_counts_nowhere(
    bench: Bench, label: Label, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    script = f"""
import os, sys, time
from hyperstep_trial import Run
x = int(sys.argv[sys.argv.index("--x") + 1])
while x == 0 and not os.path.exists({str(go)!r}):
    time.sleep(0.02)
for value in [(0.8, 0.9), (0.1, 1.0)][x]:
    Run.get_context().log("acc", value)
open("outputs/model.txt", "w").write(str(x))
"""
    bandit: Json = {"name": "Bandit", "properties": {"slack_amount": 0.1}}
    training = TrainingSpec(TrainingKind.MODEL, "outputs/model.txt")
    model = OutputSpec("model", "workspaceblobstore", DataMode.MOUNT, "$MODEL", "MODEL", training=training)
    step = bench.tuning_step(script, config_of(2, bandit))
    sweep = submit_step(bench.home, replace(step, outputs=(model,)), label)
    bench.wait_until(lambda: [t.status for t in trials(bench, sweep.id)][1:] == [RunStatus.FINALIZING])
    go.touch()
    ended = bench.wait(sweep.id)
    assert ended.status is RunStatus.COMPLETED
    assert ended.properties["best_child_run_id"] == f"{sweep.id}_0"
    assert json.loads(ended.properties["score"]) == 0.9
    overtaken = trials(bench, sweep.id)[1]
    assert overtaken.status is RunStatus.CANCELED
    assert overtaken.properties["counted_values"] == "1"
    assert [m.value for m in bench.home.store.journal(sweep.id).metrics(overtaken.id)] == [0.1, 1.0]
    [view] = read_root(bench.home.store, sweep.id).sweeps
    assert [trial.best for trial in view.trials] == [0.9, 0.1]
    assert [path.read_text() for path in bench.home.path.rglob("datastores/**/model")] == ["0"]


def test_a_trial_that_fails_is_tried_again_when_asked_and_too_many_failures_end_the_sweep(
    bench: Bench, label: Label, tmp_path: Path
) -> None:
    script = f"""
import os, sys
from hyperstep_trial import Run
x = int(sys.argv[sys.argv.index("--x") + 1])
with open(os.path.join({str(tmp_path)!r}, f"tried-{{x}}"), "a") as file:
    file.write("x")
Run.get_context().log("acc", x)
if x or os.path.getsize(file.name) == 1:
    raise ValueError("not yet")
"""
    config = sweep_config(total=4, concurrent=1)
    limits = config["limits"]
    assert isinstance(limits, dict)
    config["limits"] = {**limits, "max_failed": 1, "max_retries": 1}
    step = bench.tuning_step(script, config)
    step = replace(step, tuning=TuningSpec(config, warm="off"))  # a first warm trial that fails is run once more cold
    sweep = bench.wait(submit_step(bench.home, step, label).id)
    assert sweep.status is RunStatus.FAILED
    assert sweep.reason.startswith(
        "2 trials failed, limit 1. The commonest error, 2 of 2, first in trial 1: ValueError: not yet"
    )
    found = trials(bench, sweep.id)
    assert [t.status for t in found] == [RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.FAILED]
    assert [(tmp_path / f"tried-{x}").read_text() for x in range(3)] == ["xx", "xx", "xx"]
    journal = bench.home.store.journal(sweep.id)
    retries = [d.evidence for d in journal.decisions(sweep.id) if d.kind == "retry"]
    assert [(e["failed_attempts"], e["max_retries"], e["error"]) for e in retries] == [
        (1, 1, "ValueError: not yet (exit code 1)")
    ] * 3
    assert [m.attempt for m in journal.metrics(found[0].id)] == [1]
