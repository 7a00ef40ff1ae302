"""A plan of a pipeline whose steps change what others read, or compute what others could take: then it is run."""

from __future__ import annotations

import time

from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.test_pipeline_runs import submit
from tests.runtime.test_reads_by_name import HEAD, REGISTERS

from hyperstep.pipeline.plan import StepVerdict, TrialVerdict, Verdict
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.records.run import RunKind
from hyperstep.runtime.runner.reuse.step_plan import plan_pipeline
from hyperstep.runtime.submission import Label

LOGS = HEAD + "run.log('acc', 1.0)\n"
READS = "Model(ws, 'best')\n"
OPEN = "reused if step '{}' has finished an equal one"


def plan(bench: Bench, spec: PipelineSpec) -> dict[str, StepVerdict]:
    verdicts = plan_pipeline(bench.home, spec, "local", ReuseRules(), time.time())
    return {verdict.name: verdict for verdict in verdicts}


def sweep(bench: Bench, name: str, script: str, options: list[int], *after: str) -> StepSpec:
    config = sweep_config(total=9, concurrent=1, space={"x": ["choice", [options]]})
    config["sampler"] = {"name": "GRID", "space": {"x": ["choice", [options]]}, "order": ["x"]}
    return replace(bench.tuning_step(script, config), id=name, name=name, run_after=after)


def trials(told: dict[str, StepVerdict], name: str) -> tuple[TrialVerdict, ...]:
    sweep = told[name].sweep
    assert sweep is not None
    return sweep.trials


def test_a_second_sweep_of_a_script_may_take_what_the_first_computes(bench: Bench, label: Label) -> None:
    coarse, fine = sweep(bench, "coarse", LOGS, [1, 2]), sweep(bench, "fine", LOGS, [1, 2, 3], "coarse")
    told = plan(bench, PipelineSpec(steps=(coarse, fine)))
    assert trials(told, "coarse") == ()
    assert {(trial.verdict, trial.reason) for trial in trials(told, "fine")} == {
        (Verdict.DEPENDS, OPEN.format("coarse"))
    }
    assert len(trials(told, "fine")) == 3
    root, _ = submit(bench, PipelineSpec(steps=(coarse, fine)), label)
    ran = [run for run in bench.home.store.journal(root.id).runs(kind=RunKind.TRIAL) if run.reused_from is None]
    assert len(ran) == 3


def test_sweeps_that_do_not_wait_for_each_other_may_take_from_each_other(bench: Bench) -> None:
    one, other = sweep(bench, "one", LOGS, [1]), sweep(bench, "other", LOGS, [1, 2])
    told = plan(bench, PipelineSpec(steps=(one, other)))
    assert [trial.reason for trial in trials(told, "one")] == [OPEN.format("other")]
    assert [trial.reason for trial in trials(told, "other")] == [OPEN.format("one")] * 2
    told = plan(bench, PipelineSpec(steps=(one, replace(other, allow_reuse=False))))
    assert trials(told, "other") == ()


def test_trials_that_read_what_a_step_before_registers_are_open(bench: Bench, label: Label) -> None:
    writer = StepSpec("train", "train", bench.code(HEAD + REGISTERS))
    reader = sweep(bench, "tune", LOGS + READS, [1, 2], "train")
    submit(bench, PipelineSpec(steps=(writer, reader)), label)
    longer = sweep(bench, "tune", LOGS + READS, [1, 2, 3], "train")
    assert [trial.verdict.value for trial in trials(plan(bench, PipelineSpec(steps=(writer, longer))), "tune")] == [
        "hit",
        "hit",
        "miss",
    ]
    writer = replace(writer, version="2")
    told = plan(bench, PipelineSpec(steps=(writer, reader)))["tune"]
    assert (told.verdict, told.reason) == (Verdict.DEPENDS, "depends on what step 'train' registers or writes")
    told_longer = trials(plan(bench, PipelineSpec(steps=(writer, longer))), "tune")
    assert [trial.verdict.value for trial in told_longer] == ["depends", "depends", "miss"]
    _, steps = submit(bench, PipelineSpec(steps=(writer, reader)), label)
    assert steps["tune"].reused_from is None
