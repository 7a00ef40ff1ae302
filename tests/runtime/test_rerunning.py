"""An ended run is submitted again as it was recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config

from hyperstep.digest import Json
from hyperstep.errors import ConflictError, InvalidInputError
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.records.attempt import Launched
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.runtime.interactive import end_run, start_run
from hyperstep.runtime.rerunning import RERUN_OF, Again, rerun_exactly, rerun_partly
from hyperstep.runtime.submission import Label, request_cancel, root_run, submit_pipeline, submit_step

LOG_X = """
import sys
from hyperstep_trial import Run
Run.get_context().log("acc", float(sys.argv[sys.argv.index("--x") + 1]))
"""
DRAWN: dict[str, Json] = {
    **sweep_config(total=3, concurrent=3),
    "sampler": {"name": "RANDOM", "space": {"x": ["uniform", [0, 1]]}, "order": ["x"], "seed": 12},
}


def points(bench: Bench, root_id: str) -> list[Json]:
    trials = bench.home.store.journal(root_id).runs(kind=RunKind.TRIAL)
    return [json.loads(trial.properties["hyperparameters"]) for trial in trials]


def test_a_sweep_has_the_same_trials_under_a_new_id(bench: Bench) -> None:
    label = Label("local", "experiment", tags={"why": "to see"})
    first = bench.wait(submit_step(bench.home, bench.tuning_step(LOG_X, DRAWN), label).id)
    again = bench.wait(rerun_exactly(bench.home, first.id).id)
    assert again.id != first.id
    assert again.status is RunStatus.COMPLETED
    assert points(bench, again.id) == points(bench, first.id)
    assert len(points(bench, again.id)) == 3
    assert again.properties[RERUN_OF] == first.id
    assert (again.experiment, again.tags, again.name) == (first.experiment, first.tags, first.name)


def test_the_steps_of_a_pipeline_are_computed_again(bench: Bench, label: Label) -> None:
    spec = PipelineSpec(steps=(bench.tuning_step(LOG_X, DRAWN),))
    first = bench.wait(submit_pipeline(bench.home, spec, label).id)
    again = bench.wait(rerun_exactly(bench.home, first.id).id)
    [step] = bench.home.store.journal(again.id).runs(kind=RunKind.STEP)
    assert step.status is RunStatus.COMPLETED
    assert step.reused_from is None
    assert points(bench, again.id) == points(bench, first.id)


def test_a_run_that_goes_on_is_not_repeated(bench: Bench, label: Label) -> None:
    run = submit_step(bench.home, bench.tuning_step("import time\ntime.sleep(600)", DRAWN), label)
    with pytest.raises(ConflictError, match="cancel"):
        rerun_exactly(bench.home, run.id)
    request_cancel(bench.home, run.id, "enough")
    bench.wait(run.id)


def test_a_run_that_a_script_drove_is_not_repeated(bench: Bench, label: Label) -> None:
    root = root_run(label, RunKind.INTERACTIVE, "by-hand", "by hand")
    start_run(bench.home, root, "by-hand", {})
    end_run(bench.home, root.id, RunStatus.COMPLETED)
    with pytest.raises(InvalidInputError, match="Run the script again"):
        rerun_exactly(bench.home, root.id)


def test_how_its_processes_are_started_can_be_said_anew(bench: Bench, label: Label) -> None:
    step = bench.tuning_step(LOG_X, DRAWN)
    first = bench.wait(submit_step(bench.home, step, label).id)
    again = bench.wait(rerun_exactly(bench.home, first.id, "off").id)
    journal = bench.home.store.journal(again.id)
    spec: Any = journal.spec()
    assert (spec["warm"], spec["spec"]["tuning"]["warm"]) == ("off", "off")
    assert {record.launched for record in journal.attempts()} == {Launched(warm=False, why_cold="warm is off")}


def test_a_rerun_has_none_of_the_tags_that_steps_wrote(bench: Bench, label: Label) -> None:
    script = "from hyperstep_trial import Run\nRun.get_context().parent.tag('wrote', 'a step')\nraise SystemExit(1)\n"
    spec = PipelineSpec(steps=(StepSpec("tag", "tag", bench.code(script)),))
    root = bench.wait(submit_pipeline(bench.home, spec, replace(label, tags={"given": "yes"})).id)
    assert root.tags == {"given": "yes", "wrote": "a step"}
    assert rerun_partly(bench.home, root.id, Again(failed=True)).tags == {"given": "yes"}
