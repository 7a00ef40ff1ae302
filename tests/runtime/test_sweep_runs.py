"""Sweeps with real processes: results, early stops, failures, mismatched metrics, cancel, takeover."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.spec import DataMode, OutputSpec, TrainingKind, TrainingSpec
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime import submission
from hyperstep.runtime.cores import usable_cores
from hyperstep.runtime.home import Home
from hyperstep.runtime.liveness import live_owner
from hyperstep.runtime.submission import Label, request_cancel, submit_step

LOG_X = """
import sys
from hyperstep_trial import Run
x = float(sys.argv[sys.argv.index("--x") + 1])
run = Run.get_context()
run.log("acc", x / 10)
open("outputs/model.txt", "w").write(str(x))
"""


def trials(bench: Bench, sweep_id: str) -> list[RunRecord]:
    return bench.home.store.journal(bench.home.store.root_of(sweep_id)).runs(kind=RunKind.TRIAL)


def run_sweep(bench: Bench, label: Label, script: str, config: dict[str, Json]) -> RunRecord:
    run = submit_step(bench.home, bench.tuning_step(script, config), label)
    return bench.wait(run.id)


def test_a_sweep_runs_its_trials_and_names_the_best(bench: Bench, label: Label) -> None:
    sweep = run_sweep(bench, label, LOG_X, sweep_config(total=4))
    assert sweep.status is RunStatus.COMPLETED, sweep
    assert sweep.properties["best_child_run_id"] == f"{sweep.id}_3"
    assert json.loads(sweep.properties["score"]) == 0.3
    found = trials(bench, sweep.id)
    assert [t.id for t in found] == [f"{sweep.id}_{i}" for i in range(4)]
    assert all(t.status is RunStatus.COMPLETED for t in found)
    assert [json.loads(t.properties["hyperparameters"]) for t in found] == [{"x": i} for i in range(4)]
    assert found[2].arguments == ("--x", "2")
    journal = bench.home.store.journal(sweep.id)
    assert [d.kind for d in journal.decisions(sweep.id)].count("sample") == 4
    log = next(a for a in journal.artifacts(sweep.id) if a.path == "azureml-logs/hyperdrive.txt")
    lines = bench.home.artifacts.read_bytes(log.digest).decode().splitlines()
    assert all(line.startswith("<START>[") and line.endswith("<END>") for line in lines)
    assert sum("Scheduling job" in line for line in lines) == 4
    assert {m.value for records in journal.metrics_of_children(sweep.id).values() for m in records} == {
        0,
        0.1,
        0.2,
        0.3,
    }


def test_a_bad_trial_is_stopped_early_with_its_evidence(bench: Bench, label: Label) -> None:
    script = """
import sys, time
from hyperstep_trial import Run
x = float(sys.argv[sys.argv.index("--x") + 1])
run = Run.get_context()
for epoch in range(3000 if x == 0 else 3):
    run.log("acc", x / 10)
    time.sleep(0.1)
"""
    policy: Json = {"name": "Bandit", "properties": {"slack_factor": 0.1, "evaluation_interval": 2}}
    sweep = run_sweep(bench, label, script, sweep_config(total=3, concurrent=3, policy=policy))
    found = trials(bench, sweep.id)
    assert sweep.status is RunStatus.COMPLETED
    assert found[0].status is RunStatus.CANCELED
    assert "Bandit" in found[0].reason
    assert found[2].status is RunStatus.COMPLETED
    stop = next(d for d in bench.home.store.journal(sweep.id).decisions(sweep.id) if d.kind == "stop")
    assert stop.subject in {found[0].id, found[1].id}
    assert stop.evidence["interval"] == 2


BAD_VALUES = """
import sys
from hyperstep_trial import Run
x = int(sys.argv[sys.argv.index("--x") + 1])
run = Run.get_context()
if x == 0:
    raise ValueError("boom")
run.log("acc", [None, float("nan"), float("inf"), "text", 0.5, None][x]) if x < 5 else run.log("loss", 1)
"""


def test_crashes_and_unusable_values_break_nothing_and_are_never_best(bench: Bench, label: Label) -> None:
    sweep = run_sweep(bench, label, BAD_VALUES, sweep_config(total=6, concurrent=2))
    found = trials(bench, sweep.id)
    assert sweep.status is RunStatus.COMPLETED
    assert sweep.properties["best_child_run_id"] == f"{sweep.id}_4"
    assert found[0].status is RunStatus.FAILED
    assert found[0].error is not None
    assert "ValueError: boom" in found[0].error.message
    assert all(t.status is RunStatus.COMPLETED for t in found[1:])
    assert "Values of 'acc' that were no finite numbers: 3, in trials: 3." in sweep.reason
    assert "Trials that never logged 'acc': 1." in sweep.reason


def test_a_trial_that_crashed_is_never_the_best_nor_gives_the_model(bench: Bench, label: Label) -> None:
    script = LOG_X + "\nif x == 3: raise ValueError('late')"
    training = TrainingSpec(TrainingKind.MODEL, "./outputs//model.txt")
    model = OutputSpec("model", "workspaceblobstore", DataMode.MOUNT, "$M", "M", training=training)
    step = replace(bench.tuning_step(script, sweep_config(total=4)), outputs=(model,))
    sweep = bench.wait(submit_step(bench.home, step, label).id)
    assert sweep.status is RunStatus.COMPLETED, sweep.error
    assert sweep.properties["best_child_run_id"] == f"{sweep.id}_2"
    written = bench.home.datastore_folder("local", "workspaceblobstore") / "azureml" / sweep.id / "model"
    assert written.read_text() == "2.0"


@pytest.mark.parametrize("model_file", ["", "/model.txt", "../model.txt"])
def test_a_model_file_that_no_trial_can_write_is_refused_before_any_trial(
    bench: Bench, label: Label, model_file: str
) -> None:
    training = TrainingSpec(TrainingKind.MODEL, model_file)
    model = OutputSpec("model", "workspaceblobstore", DataMode.MOUNT, "$M", "M", training=training)
    step = replace(bench.tuning_step(LOG_X, sweep_config(total=4)), outputs=(model,))
    with pytest.raises(InvalidInputError, match="needs a model_file"):
        submit_step(bench.home, step, label)
    assert bench.home.store.roots() == []


def test_a_model_that_the_best_trial_did_not_write_fails_the_sweep_with_what_it_wrote(
    bench: Bench, label: Label
) -> None:
    training = TrainingSpec(TrainingKind.MODEL, "outputs/model.pkl")
    model = OutputSpec("model", "workspaceblobstore", DataMode.MOUNT, "$M", "M", training=training)
    step = replace(bench.tuning_step(LOG_X, sweep_config(total=2)), outputs=(model,))
    sweep = bench.wait(submit_step(bench.home, step, label).id)
    assert sweep.status is RunStatus.FAILED
    assert sweep.error is not None
    assert f"The best trial ({sweep.id}_1) must write" in sweep.error.message
    assert "Received: 'outputs/model.pkl'. It wrote: " in sweep.error.message
    assert "outputs/model.txt" in sweep.error.message
    assert sweep.properties["best_child_run_id"] == f"{sweep.id}_1"


def test_slots_that_are_set_count_instead_of_the_cores(
    label: Label, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slots = usable_cores() + 1
    monkeypatch.setenv("HYPERSTEP_SLOTS", str(slots))
    monkeypatch.setenv("MEETING", str(tmp_path))
    script = f"""
import os, sys, time
from hyperstep_trial import Run
meeting = os.environ["MEETING"]
open(os.path.join(meeting, f"{{Run.get_context().id}}.here"), "w").close()
while sum(name.endswith(".here") for name in os.listdir(meeting)) < {slots}:
    time.sleep(0.02)
Run.get_context().log("acc", 1)
"""
    with contextlib.closing(Home.open()) as home:
        sweep = run_sweep(Bench(home, tmp_path), label, script, sweep_config(total=slots, concurrent=slots + 5))
    assert sweep.status is RunStatus.COMPLETED, "as many trials as there are slots met"
    assert sweep.properties["requested_concurrency"] == str(slots + 5)
    assert sweep.properties["effective_concurrency"] == str(slots)


def test_all_trials_failed_names_the_commonest_error(bench: Bench, label: Label) -> None:
    script = "import random\nraise ValueError(f'no data {random.random()}')"
    sweep = run_sweep(bench, label, script, sweep_config(total=3))
    assert sweep.status is RunStatus.FAILED
    assert sweep.error is not None
    assert "ValueError: no data" in sweep.error.message
    assert "3" in sweep.error.message
    assert "3 of 3" in sweep.error.message
    assert re.search(r"\(exit code 1\)\. Log of trial 0: \S+std_log\.txt$", sweep.error.message)


def test_a_metric_of_another_name_halts_after_the_first_trial(bench: Bench, label: Label) -> None:
    script = "from hyperstep_trial import Run\nRun.get_context().log('Acc', 1)"
    sweep = run_sweep(bench, label, script, sweep_config(total=20, concurrent=1))
    assert sweep.status is RunStatus.FAILED
    assert sweep.error is not None
    assert "'acc'" in sweep.error.message
    assert "'Acc'" in sweep.error.message
    assert len(trials(bench, sweep.id)) == 1


def test_cancel_ends_every_trial_and_keeps_what_was_logged(bench: Bench, label: Label) -> None:
    script = """
import signal, time
from hyperstep_trial import Run
signal.signal(signal.SIGTERM, signal.SIG_IGN)
Run.get_context().log("acc", 0.4)
time.sleep(600)
"""
    run = submit_step(bench.home, bench.tuning_step(script, sweep_config(total=4)), label)
    journal = bench.home.store.journal(run.id)
    bench.wait_until(lambda: len(journal.metrics_of_children(run.id)) == 2)
    request_cancel(bench.home, run.id, "enough")
    ended = bench.wait(run.id)
    assert ended.status is RunStatus.CANCELED
    found = trials(bench, run.id)
    assert len(found) == 2
    assert all(t.status is RunStatus.CANCELED for t in found)
    assert ended.properties["best_child_run_id"] == f"{run.id}_0"


def test_one_trial_is_canceled_alone_and_its_slot_goes_to_the_next(bench: Bench, label: Label) -> None:
    script = """
import sys, time
from hyperstep_trial import Run
x = int(sys.argv[sys.argv.index("--x") + 1])
Run.get_context().log("acc", x)
time.sleep(600 if x == 0 else 0)
"""
    run = submit_step(bench.home, bench.tuning_step(script, sweep_config(total=3, concurrent=1)), label)
    journal = bench.home.store.journal(run.id)
    bench.wait_until(lambda: bool(journal.metrics(f"{run.id}_0")))
    request_cancel(bench.home, f"{run.id}_0", "not this one")
    assert bench.wait(run.id).status is RunStatus.COMPLETED
    first, second, third = trials(bench, run.id)
    assert (first.status, first.reason) == (RunStatus.CANCELED, "not this one")
    assert second.status is third.status is RunStatus.COMPLETED


def test_a_metric_printed_to_the_log_is_read_by_a_pattern(bench: Bench, label: Label) -> None:
    script = "for i in range(2): print(f'epoch {i} acc={i / 10}', end='\\r')\nprint('acc=0.2', end='')"
    step = bench.tuning_step(script, sweep_config(total=1))
    assert step.tuning is not None
    step = replace(step, tuning=replace(step.tuning, metric_pattern=r"acc=([0-9.]+)"))
    sweep = bench.wait(submit_step(bench.home, step, label).id)
    assert sweep.status is RunStatus.COMPLETED, sweep
    metrics = bench.home.store.journal(sweep.id).metrics(f"{sweep.id}_0")
    assert [m.value for m in metrics] == [0.0, 0.1, 0.2]


TOLD = """
import os, sys, time
from hyperstep_trial import Run
x = int(sys.argv[sys.argv.index("--x") + 1])
with open(os.environ["OUTSIDE"], "a") as file:
    file.write(f"{x}\\n")
run = Run.get_context()
for step in range(10):
    while step == 5 and not os.path.exists(os.environ["OUTSIDE"] + ".go"):
        time.sleep(0.02)
    run.log("acc", x + step / 100)
open("outputs/done.txt", "w").write(str(x))
"""


def test_a_killed_runner_is_resumed_without_losing_or_repeating_anything(
    bench: Bench, label: Label, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside.txt"
    monkeypatch.setenv("OUTSIDE", str(outside))
    run = submit_step(bench.home, bench.tuning_step(TOLD, sweep_config(total=6)), label)
    journal = bench.home.store.journal(run.id)
    bench.wait_until(lambda: sum(len(m) for m in journal.metrics_of_children(run.id).values()) == 10)
    owner = live_owner(bench.home, run.id)
    assert owner is not None
    os.kill(owner.pid, signal.SIGSTOP)
    Path(f"{outside}.go").touch()  # both trials go on while nobody reads
    bench.wait_until(lambda: all(bench.home.attempt(t, 0).exit_file.exists() for t in trials(bench, run.id)))
    assert bench.read(run.id).status is RunStatus.RUNNING
    os.kill(owner.pid, signal.SIGKILL)
    ended = bench.wait(run.id)
    assert ended.status is RunStatus.COMPLETED, ended
    assert sorted(outside.read_text().split()) == [str(i) for i in range(6)]
    assert ended.properties["best_child_run_id"] == f"{run.id}_5"
    for trial in trials(bench, run.id):
        assert trial.status is RunStatus.COMPLETED
        values = [m.value for m in journal.metrics(trial.id)]
        assert values == [trial.number + step / 100 for step in range(10)]
    owner = journal.owner()
    assert owner is not None
    assert owner.epoch == 2


@pytest.mark.parametrize("moment", [0, 37])
def test_a_models_point_is_chosen_while_every_slot_is_taken_and_the_ledger_tells(
    bench: Bench, label: Label, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    monkeypatch.setenv("HYPERSTEP_SLOTS", "2")
    home = Home.open()
    sampler: Json = {"name": "BayesianOptimization", "space": {"x": ["uniform", [0, 1]]}, "seed": 1, "goal": "maximize"}
    monkeypatch.setattr(submission, "start_runner", lambda _home, _root_id: True)
    sweep = submit_step(home, bench.tuning_step(LOG_X, {**sweep_config(total=13), "sampler": sampler}), label)
    home.close()
    if moment:
        crashing = Path(__file__).with_name("crashing_runner.py")
        subprocess.run([sys.executable, str(crashing), str(bench.home.path), sweep.id, str(moment)], check=False)
    subprocess.run([sys.executable, "-m", "hyperstep.runtime.runner", str(bench.home.path), sweep.id], check=True)
    bench.wait(sweep.id)
    decisions = bench.home.store.journal(sweep.id).decisions(sweep.id)
    kinds = [(d.kind, d.subject.rpartition("_")[2]) for d in decisions if d.kind in {"foresee", "sample"}]
    assert [number for kind, number in kinds if kind == "sample"] == [str(number) for number in range(13)]
    foreseen = {number for kind, number in kinds if kind == "foresee"}
    assert foreseen
    assert all(kinds.index(("foresee", number)) < kinds.index(("sample", number)) for number in foreseen)
    assert all(d.evidence["pending"] == 2 for d in decisions if d.kind == "foresee")
    assert all(trial.status is RunStatus.COMPLETED for trial in trials(bench, sweep.id))
