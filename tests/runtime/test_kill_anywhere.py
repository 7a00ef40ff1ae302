"""A runner that dies at any moment loses nothing: its host starts the next one, as if nothing had happened."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.processes_of_ours import runners_of

from hyperstep.digest import Json
from hyperstep.launchers.guard import start_guarded
from hyperstep.pipeline.spec import (
    DataMode,
    InputSpec,
    OutputSpec,
    PipelineSpec,
    StepOutput,
    StepSpec,
    TrainingKind,
    TrainingSpec,
)
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.runtime import submission
from hyperstep.runtime.guarding import runner_command
from hyperstep.runtime.submission import Label, submit_pipeline, submit_step

TRAIN = """
import os, sys
from hyperstep_trial import Run
x = int(sys.argv[sys.argv.index("--x") + 1])
with open(os.environ["OUTSIDE"], "a") as file:
    file.write(f"{x}\\n")
run = Run.get_context()
run.display_name = f"trial {x}"
for step in range(3):
    run.log("acc", x + step / 100)
open("outputs/model.txt", "w").write(str(x))
"""
REPORT = """
import os, sys
with open(os.environ["OUTSIDE"], "a") as file:
    file.write("report\\n")
print(open(sys.argv[1]).read())
"""
MOMENTS = ["1", "2", "3", "5", "8", "11", "14", "17", "20", "24", "28", "33", "38", "44", "50"]
"""So many commits and acts after its start the runner ends."""
TIMES = [f"{random.Random(n).uniform(0.0, 1.5):.4f}s" for n in range(8)]
"""So long after its start the system ends it, at whatever instruction that is."""


@pytest.fixture
def spec(bench: Bench) -> PipelineSpec:
    training = TrainingSpec(TrainingKind.MODEL, "outputs/model.txt")
    model = OutputSpec("model", "workspaceblobstore", DataMode.MOUNT, "$MODEL", "MODEL", training=training)
    tune = StepSpec("tune0000", "tune", bench.code(TRAIN), outputs=(model,), tuning=bench.tuning(sweep_config(total=3)))
    port = InputSpec("model", StepOutput("tune0000", "model"), DataMode.MOUNT, "$MODEL", "MODEL")
    report = StepSpec("report00", "report", bench.code(REPORT, "$MODEL"), inputs=(port,))
    return PipelineSpec(steps=(tune, report))


def crash(bench: Bench, root_id: str, moment: str) -> None:
    """Start a guarded runner that ends at that moment; those after it do not."""
    crashing = str(Path(__file__).with_name("crashing_runner.py"))
    command = replace(
        runner_command(bench.home, root_id), argv=(sys.executable, crashing, str(bench.home.path), root_id)
    )
    assert start_guarded(command, extra=(moment,))


@pytest.mark.parametrize("moment", [*MOMENTS, *TIMES])
def test_whoever_takes_over_ends_the_run_as_if_nothing_had_happened(
    bench: Bench, label: Label, spec: PipelineSpec, moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside.txt"
    monkeypatch.setenv("OUTSIDE", str(outside))
    with monkeypatch.context() as patch:
        patch.setattr(submission, "start_runner", lambda _home, _root_id: True)
        root = submit_pipeline(bench.home, spec, label)
    crash(bench, root.id, moment)
    assert bench.wait(root.id).status is RunStatus.COMPLETED
    bench.wait_until(lambda: bench.home.store.roots()[0].status is RunStatus.COMPLETED)
    bench.wait_until(lambda: not runners_of(root.id))

    journal = bench.home.store.journal(root.id)
    runs = journal.runs()
    assert {run.status for run in runs} == {RunStatus.COMPLETED}, [(r.name, r.status, r.error) for r in runs]
    assert sorted(outside.read_text().split()) == ["0", "1", "2", "report"]
    for trial in journal.runs(kind=RunKind.TRIAL):
        assert [m.value for m in journal.metrics(trial.id)] == [trial.number + step / 100 for step in range(3)]
        assert trial.properties["display_name"] == f"trial {trial.number}"
        assert not (bench.home.attempt(trial, 0).work_folder / "train.py").exists()
    sweep = journal.runs(kind=RunKind.SWEEP)[0]
    assert json.loads(sweep.properties["score"]) == 2.02
    ledger = [(d.kind, d.subject) for d in journal.decisions(root.id)]
    assert len(ledger) == len(set(ledger)) == 2

    again = submit_pipeline(bench.home, spec, label)
    assert bench.wait(again.id).status is RunStatus.COMPLETED
    assert all(run.reused_from for run in bench.home.store.journal(again.id).runs(kind=RunKind.STEP))


REUSING = ["1", "2", "3", "4", "6", "8", "11", "15"]
"""Between the lookup of a finished trial, its event and its record, and after."""


@pytest.mark.parametrize("moment", REUSING)
def test_finished_trials_are_taken_over_once_whenever_the_runner_dies(
    bench: Bench, label: Label, moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside.txt"
    monkeypatch.setenv("OUTSIDE", str(outside))
    space: dict[str, Json] = {"x": ["choice", [list(range(4))]]}
    code = bench.code(TRAIN)
    before = StepSpec("tune0000", "tune", code, tuning=bench.tuning(sweep_config(total=3, space=space)))
    first = bench.wait(submit_step(bench.home, before, label).id)
    with monkeypatch.context() as patch:
        patch.setattr(submission, "start_runner", lambda _home, _root_id: True)
        more = replace(before, tuning=bench.tuning(sweep_config(total=4, space=space)))
        root = submit_step(bench.home, more, label)
    crash(bench, root.id, moment)
    assert bench.wait(root.id).status is RunStatus.COMPLETED
    bench.wait_until(lambda: not runners_of(root.id))
    journal = bench.home.store.journal(root.id)
    trials = sorted(journal.runs(kind=RunKind.TRIAL), key=lambda run: run.number)
    assert [trial.reused_from for trial in trials] == [f"{first.id}_{n}" for n in range(3)] + [None]
    assert {trial.status for trial in trials} == {RunStatus.COMPLETED}
    assert sorted(outside.read_text().split()) == ["0", "1", "2", "3"]
    for trial in trials:
        assert [m.value for m in journal.metrics(trial.id)] == [trial.number + step / 100 for step in range(3)]
    taken = [(d.kind, d.subject) for d in journal.decisions(root.id) if d.kind == "reuse"]
    assert len(taken) == len(set(taken)) == 5


@pytest.mark.parametrize("moment", [*REUSING, "20", "26"])
def test_kept_history_is_kept_once_whenever_the_runner_dies(
    bench: Bench, label: Label, moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside.txt"
    monkeypatch.setenv("OUTSIDE", str(outside))
    code = bench.code(TRAIN)

    def step(values: list[int], total: int, **more: Json) -> StepSpec:
        config = {**sweep_config(total=total, space={"x": ["choice", [list(values)]]}), **more}
        return StepSpec("tune0000", "tune", code, tuning=bench.tuning(config))

    first = bench.wait(submit_step(bench.home, step([0, 1, 2, 3], 4), label).id)
    with monkeypatch.context() as patch:
        patch.setattr(submission, "start_runner", lambda _home, _root_id: True)
        root = submit_step(bench.home, step([1, 2, 3, 4, 5], 5, keep_history={}), label)
    crash(bench, root.id, moment)
    assert bench.wait(root.id).status is RunStatus.COMPLETED
    bench.wait_until(lambda: not runners_of(root.id))
    journal = bench.home.store.journal(root.id)
    trials = sorted(journal.runs(kind=RunKind.TRIAL), key=lambda run: run.number)
    points = [json.loads(trial.properties["hyperparameters"])["x"] for trial in trials]
    assert points[:3] == [1, 2, 3]
    assert sorted(points[3:]) == [4, 5]
    assert [trial.reused_from for trial in trials] == [f"{first.id}_{n}" for n in (1, 2, 3)] + [None] * 2
    assert sorted(outside.read_text().split()) == ["0", "1", "2", "3", "4", "5"]
    for trial, x in zip(trials, points, strict=True):
        assert [m.value for m in journal.metrics(trial.id)] == [x + step / 100 for step in range(3)]
    assert [d.kind for d in journal.decisions(root.id)].count("history") == 1
