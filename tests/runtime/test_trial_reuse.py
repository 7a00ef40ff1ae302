"""Finished trials stand for equal ones of later sweeps: real processes, real records."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.plan import recorded_decision
from hyperstep.pipeline.reuse import Reason
from hyperstep.pipeline.reuse_rules import EVERY_STEP
from hyperstep.pipeline.spec import DataMode, OutputSpec, PipelineSpec, StepSpec, TuningSpec
from hyperstep.records.names import SAVED_S, SEED_FROM
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import Journal
from hyperstep.runtime.home import Home
from hyperstep.runtime.rerunning import Again, rerun_exactly, rerun_partly
from hyperstep.runtime.reuse_options import NEW_SEED_VARIABLE, NO_REUSE_VARIABLE
from hyperstep.runtime.runner.reuse.sweep_seed import recorded_seed
from hyperstep.runtime.submission import Label, request_cancel, submit_pipeline, submit_step

SCRIPT = """
import pathlib, sys
from hyperstep_trial import Run
x = float(sys.argv[sys.argv.index("--x") + 1])
with open({log!r}, "a") as log:
    log.write(f"{{x}}\\n")
run = Run.get_context()
for epoch in range(3):
    run.log("acc", x * (epoch + 1))
run.tag("kind", "real")
pathlib.Path("outputs").mkdir(exist_ok=True)
pathlib.Path("outputs/model.txt").write_text(str(x))
"""
FLAKY = """
if {broken!r} and pathlib.Path({broken!r}).exists() and x == 1:
    raise ValueError("broken")
"""
GATE = """
import time
while x and not pathlib.Path({gate!r}).exists():
    time.sleep(0.02)
"""
UNSEEDED: dict[str, Json] = {"name": "RANDOM", "space": {"x": ["uniform", [0, 1]]}, "order": ["x"], "seed": 12}


class Lab:
    """A script that writes down each of its runs, and what becomes of sweeps of it."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench = bench
        self.log = folder / "runs.txt"
        self.broken = folder / "broken"
        self.script = SCRIPT.format(log=str(self.log)) + FLAKY.format(broken=str(self.broken))
        self.label = Label("local", "experiment")

    def step(self, config: dict[str, Json], *arguments: str, seed_given: bool = True) -> StepSpec:
        code = self.bench.code(self.script, *arguments)
        return StepSpec("tune0000", "tune", code, tuning=TuningSpec(config, seed_given=seed_given))

    def run(self, config: dict[str, Json], *arguments: str, seed_given: bool = True) -> RunRecord:
        return self.submit(self.step(config, *arguments, seed_given=seed_given))

    def submit(self, step: StepSpec) -> RunRecord:
        return self.bench.wait(submit_step(self.bench.home, step, self.label).id)

    def ran(self) -> int:
        """How many processes ran since the last call."""
        count = len(self.log.read_text().splitlines()) if self.log.exists() else 0
        self.log.unlink(missing_ok=True)
        return count

    def journal(self, run: RunRecord) -> Journal:
        return self.bench.home.store.journal(run.root_id)

    def trials(self, run: RunRecord) -> list[RunRecord]:
        return sorted(self.journal(run).runs(kind=RunKind.TRIAL), key=lambda trial: trial.number)

    def reasons(self, run: RunRecord) -> list[Any]:
        """What was decided of the sweep, then of its trials."""
        return [d.evidence.get("reason") for d in self.journal(run).decisions(run.id) if d.kind == "reuse"]


@pytest.fixture
def lab(bench: Bench, tmp_path: Path) -> Lab:
    return Lab(bench, tmp_path)


def grid(total: int, of: int = 6, **changes: Json) -> dict[str, Json]:
    return {**sweep_config(total=total, space={"x": ["choice", [list(range(of))]]}), **changes}


def test_more_trials_run_only_the_new_ones_and_the_others_have_all_that_theirs_had(lab: Lab) -> None:
    first = lab.run(grid(3))
    assert lab.ran() == 3
    second = lab.run(grid(6))
    assert lab.ran() == 3
    assert second.status is RunStatus.COMPLETED
    trials = lab.trials(second)
    assert [trial.reused_from for trial in trials] == [f"{first.id}_{n}" for n in range(3)] + [None] * 3
    journal, taken = lab.journal(second), trials[2]
    assert [record.value for record in journal.metrics(taken.id)] == [2.0, 4.0, 6.0]
    [model] = [file for file in journal.artifacts(taken.id) if file.path == "outputs/model.txt"]
    assert lab.bench.home.artifacts.read_bytes(model.digest) == b"2.0"
    assert taken.tags == {"kind": "real"}
    assert taken.status is RunStatus.COMPLETED
    assert float(taken.properties[SAVED_S]) > 0
    assert journal.attempts(taken.id) == []
    assert second.properties["best_child_run_id"] == f"{second.id}_5"
    assert lab.reasons(second) == ["equal to an earlier run"] * 4 + ["no finished trial of this point"] * 3


@pytest.mark.parametrize(
    "change",
    [
        {"policy": {"name": "Bandit", "properties": {"slack_amount": 100.0}}},
        {"limits": {"max_total": 3, "max_concurrent": 1}},
        {"limits": {"max_total": 2, "max_concurrent": 2, "max_duration_s": 3600.0}},
        {"metric": {"name": "acc", "goal": "minimize"}},
        {"deterministic": True},
    ],
)
def test_a_changed_policy_limit_concurrency_or_goal_runs_no_finished_trial_again(
    lab: Lab, change: dict[str, Json]
) -> None:
    lab.run(grid(3))
    lab.ran()
    assert lab.run({**grid(3), **change}).status is RunStatus.COMPLETED
    assert lab.ran() == 0


BESIDE = """
import pathlib, sys, time
from hyperstep_trial import Run
x, beside = float(sys.argv[sys.argv.index("--x") + 1]), pathlib.Path({beside!r})
with open({log!r}, "a") as log:
    log.write(f"{{x}}\\n")
run = Run.get_context()
run.log("acc", x)
if x == 2:
    beside.touch()
else:
    while not beside.exists():
        time.sleep(0.02)
    run.log("acc", x)
    while not pathlib.Path({alone!r}).exists():
        time.sleep(0.02)
    run.log("acc", 10.0)
"""


def test_a_trial_that_was_stopped_beside_one_that_fewer_trials_leave_out_runs_anew(lab: Lab, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    lab.script = BESIDE.format(log=str(lab.log), beside=str(tmp_path / "beside"), alone=str(alone))
    bandit: dict[str, Json] = {"name": "Bandit", "properties": {"slack_amount": 0.5}}
    config = sweep_config(total=2, space={"x": ["choice", [[1, 2]]]}, policy=bandit)
    first = lab.run(config)
    assert [trial.status for trial in lab.trials(first)] == [RunStatus.CANCELED, RunStatus.COMPLETED]
    assert lab.ran() == 2
    again = lab.run(config)
    assert [trial.status for trial in lab.trials(again)] == [RunStatus.CANCELED, RunStatus.COMPLETED]
    assert lab.ran() == 0
    alone.touch()
    fewer = lab.run({**config, "limits": {"max_total": 1, "max_concurrent": 2}})
    assert [trial.status for trial in lab.trials(fewer)] == [RunStatus.COMPLETED]
    assert lab.ran() == 1
    assert "stopped early, where this sweep's policy would go on" in lab.reasons(fewer)


def test_a_changed_argument_runs_all_again_and_says_why(lab: Lab) -> None:
    first = lab.run(grid(2))
    lab.ran()
    second = lab.run(grid(2), "--fast")
    assert lab.ran() == 2
    [decision] = [d for d in lab.journal(second).decisions(second.id) if d.kind == "reuse"]
    assert decision.evidence["source_run"] == first.id
    assert [d.part for d in recorded_decision(decision.evidence).differences] == ["arguments"]


def test_failed_trials_stand_for_nothing(lab: Lab) -> None:
    lab.broken.touch()
    first = lab.run(grid(3))
    assert [trial.status.value for trial in lab.trials(first)] == ["Completed", "Failed", "Completed"]
    lab.broken.unlink()
    lab.ran()
    second = lab.run(grid(3))
    assert lab.ran() == 1
    assert [trial.reused_from is None for trial in lab.trials(second)] == [False, True, False]


def test_a_source_that_has_lost_a_file_runs_again_and_it_is_said(lab: Lab) -> None:
    first = lab.run(grid(2))
    [model] = [f for f in lab.journal(first).artifacts(f"{first.id}_1") if f.path == "outputs/model.txt"]
    (lab.bench.home.path / "objects" / model.digest[:2] / model.digest[2:]).unlink()
    lab.ran()
    second = lab.run(grid(2))
    assert lab.ran() == 1
    assert "the earlier run's records or files are gone" in lab.reasons(second)


def _shared(step: StepSpec) -> StepSpec:
    output = OutputSpec("shared", "workspaceblobstore", DataMode.MOUNT, "$shared", "shared")
    return replace(step, outputs=(output,))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda step: replace(step, allow_reuse=False), "allow_reuse is False"),
        (_shared, "its trials write to an output that all of them share"),
    ],
)
def test_what_switches_it_off_is_told(lab: Lab, change: Callable[[StepSpec], StepSpec], reason: str) -> None:
    step = change(lab.step(grid(2)))
    lab.submit(step)
    lab.ran()
    assert lab.reasons(lab.submit(step)) == [reason]
    assert lab.ran() == 2


def test_no_reuse_and_the_rule_of_v1_run_all_again(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.run(grid(2))
    lab.ran()
    monkeypatch.setenv(NO_REUSE_VARIABLE, json.dumps([EVERY_STEP]))
    assert lab.reasons(lab.run(grid(2))) == ["--no-reuse"]
    monkeypatch.delenv(NO_REUSE_VARIABLE)
    assert lab.ran() == 2
    home = lab.bench.home
    lab.bench.home = replace(home, settings=replace(home.settings, reuse_trials="run"))
    assert lab.reasons(lab.run(grid(2))) == ["reuse.trials is run"]
    assert lab.ran() == 2


def test_without_a_seed_the_newest_equal_sweep_gives_its_own(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(seed: int, total: int) -> dict[str, Json]:
        return {**sweep_config(total=total), "sampler": {**UNSEEDED, "seed": seed}}

    first = lab.run(drawn(5, 2), seed_given=False)
    second = lab.run(drawn(6, 3), seed_given=False)
    assert lab.ran() == 3
    assert recorded_seed(second) == recorded_seed(first) == 5
    assert second.properties[SEED_FROM] == first.id
    third = lab.run(drawn(7, 3), "--fast", seed_given=False)
    assert recorded_seed(third) == 7
    lab.ran()
    monkeypatch.setenv(NEW_SEED_VARIABLE, "1")
    fourth = lab.run(drawn(8, 3), seed_given=False)
    assert recorded_seed(fourth) == 8
    assert SEED_FROM not in fourth.properties
    assert lab.ran() == 3
    monkeypatch.delenv(NEW_SEED_VARIABLE)
    assert recorded_seed(lab.bench.wait(rerun_exactly(lab.bench.home, second.id).id)) == 5
    assert lab.ran() == 3


def test_only_the_failed_trials_run_again_and_their_results_count(lab: Lab) -> None:
    lab.broken.touch()
    first = lab.run(grid(3))
    failed = [trial.number for trial in lab.trials(first) if trial.status is RunStatus.FAILED]
    lab.broken.unlink()
    lab.ran()
    again = lab.bench.wait(rerun_partly(lab.bench.home, first.id, Again(failed=True)).id)
    assert lab.ran() == len(failed) > 0
    assert [t.number for t in lab.trials(again) if t.reused_from is None] == failed
    assert [t.properties["hyperparameters"] for t in lab.trials(again)] == [
        t.properties["hyperparameters"] for t in lab.trials(first)
    ]
    assert {t.status for t in lab.trials(again)} == {RunStatus.COMPLETED}
    with pytest.raises(InvalidInputError, match="none failed"):
        rerun_partly(lab.bench.home, again.id, Again(failed=True))
    with pytest.raises(InvalidInputError, match="ones: 3 are there already, and --max was 2"):
        rerun_partly(lab.bench.home, again.id, Again(max_total=2))
    with pytest.raises(InvalidInputError, match="ones: none failed, none was canceled"):
        rerun_partly(lab.bench.home, again.id, Again(failed=True, canceled=True))
    more = lab.bench.wait(rerun_partly(lab.bench.home, again.id, Again(max_total=5)).id)
    assert len(lab.trials(more)) == 5
    assert [t.reused_from is not None for t in lab.trials(more)[:3]] == [True] * 3


def test_of_a_rerun_the_trials_that_failed_run_whatever_finished_ones_there_are(lab: Lab) -> None:
    lab.broken.touch()
    first = lab.run(grid(3))
    lab.broken.unlink()
    lab.run(grid(3))
    lab.ran()
    again = lab.bench.wait(rerun_partly(lab.bench.home, first.id, Again(failed=True)).id)
    assert lab.ran() == 1
    assert [trial.reused_from is None for trial in lab.trials(again)] == [False, True, False]
    assert Reason.RUNS_AGAIN.value in lab.reasons(again)
    lab.bench.wait(rerun_partly(lab.bench.home, first.id, Again(max_total=4)).id)
    assert lab.ran() == 2


def test_only_the_canceled_trials_run_again_in_the_order_that_they_had(lab: Lab, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    lab.script += GATE.format(gate=str(gate))
    run = submit_step(lab.bench.home, lab.step(grid(4, limits={"max_total": 4, "max_concurrent": 1})), lab.label)
    lab.bench.wait_until(lambda: lab.log.exists() and len(lab.log.read_text().splitlines()) == 2)
    request_cancel(lab.bench.home, run.id, "enough")
    first = lab.bench.wait(run.id)
    assert first.status is RunStatus.CANCELED
    ended = {trial.number: trial.status for trial in lab.trials(first)}
    assert ended[0] is RunStatus.COMPLETED
    canceled = [number for number, status in ended.items() if status is RunStatus.CANCELED]
    assert canceled[0] == 1
    lab.ran()
    with pytest.raises(InvalidInputError, match="none failed"):
        rerun_partly(lab.bench.home, first.id, Again(failed=True))
    gate.touch()
    again = lab.bench.wait(rerun_partly(lab.bench.home, first.id, Again(canceled=True)).id)
    assert again.status is RunStatus.COMPLETED
    assert lab.ran() == len(canceled)
    assert [t.properties["hyperparameters"] for t in lab.trials(again)] == [
        t.properties["hyperparameters"] for t in lab.trials(first)
    ]
    assert [t.reused_from for t in lab.trials(again)] == [f"{first.id}_0"] + [None] * len(canceled)


def test_of_a_pipeline_the_completed_steps_are_reused_and_the_failed_trials_run(lab: Lab) -> None:
    lab.broken.touch()
    prepare = StepSpec("prep0000", "prepare", lab.bench.code("print('prepared')", name="prepare.py"))
    tune = replace(lab.step(grid(3)), run_after=("prep0000",))
    spec = PipelineSpec(steps=(prepare, tune))
    first = lab.bench.wait(submit_pipeline(lab.bench.home, spec, lab.label).id)
    assert first.status is RunStatus.COMPLETED
    lab.broken.unlink()
    lab.ran()
    again = lab.bench.wait(rerun_partly(lab.bench.home, first.id, Again(failed=True)).id)
    assert lab.ran() == 1
    steps = sorted(lab.journal(again).runs(kind=RunKind.STEP), key=lambda run: run.number)
    assert [step.reused_from is None for step in steps] == [False, True]
    assert [trial.reused_from is None for trial in lab.trials(again)] == [False, True, False]


def _submit_one(folder: str, step: StepSpec) -> None:
    home = Home.open()
    try:
        submit_step(home, step, Label("local", folder))
    finally:
        home.close()


def test_two_sweeps_at_once_share_what_is_finished_and_both_end_well(lab: Lab) -> None:
    lab.run(grid(3))
    lab.ran()
    context = multiprocessing.get_context("spawn")
    submits = [context.Process(target=_submit_one, args=(name, lab.step(grid(5)))) for name in ("a", "b")]
    for submit in submits:
        submit.start()
    for submit in submits:
        submit.join()
    roots = [run for name in "ab" for run in lab.bench.home.store.roots(experiment=name)]
    ended = [lab.bench.wait(run.id) for run in roots]
    assert [run.status for run in ended] == [RunStatus.COMPLETED] * 2
    assert [sum(trial.reused_from is not None for trial in lab.trials(run)) >= 3 for run in ended] == [True, True]
    assert 2 <= lab.ran() <= 4
