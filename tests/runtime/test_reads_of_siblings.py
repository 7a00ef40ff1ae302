"""What a step reads of its own pipeline's run, and of the other steps, counts by what computed these."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.test_pipeline_runs import submit
from tests.runtime.test_reads_by_name import HEAD, WAITS
from tests.runtime.test_reads_of_submitted_runs import code, script
from tests.runtime.test_taken_over_reads import completed, taken_over, tuning

from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.codec import from_json
from hyperstep.pipeline.plan import Verdict
from hyperstep.pipeline.reuse import Reason, ReuseDecision
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import PipelineSpec, StepSpec, TuningSpec
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.runner.reuse.seen_records import seen_at_submission
from hyperstep.runtime.runner.reuse.step_plan import plan_pipeline
from hyperstep.runtime.submission import Label, submit_pipeline

TRAINS = "run.log('acc', 1.0 * {scale})\n"
LOGS = "run.parent.log('total', {scale})\n"
BEST = """
step = next(iter(run.parent.find_step_run('tune')))
sweep = next(iter(step.get_children()))
print(sweep.get_best_run_by_primary_metric().get_metrics())
"""
METRICS = "print(run.parent.get_metrics())\n"


def pipeline(bench: Bench, read: str, train: str = TRAINS, scale: int = 1, **more: str) -> PipelineSpec:
    """A sweep, and a step after it that reads what it did."""
    tune = StepSpec(
        "t", "tune", bench.code(HEAD + train.format(scale=scale)), tuning=TuningSpec(sweep_config(total=2))
    )  # fmt: skip
    last = StepSpec("r", "register", code(bench, train=HEAD + read, **more), run_after=("t",))
    return PipelineSpec(steps=(tune, last))


def both(bench: Bench, spec: PipelineSpec, label: Label) -> tuple[RunRecord, dict[str, RunRecord]]:
    root, steps = submit(bench, spec, label)
    assert root.status is RunStatus.COMPLETED, root.error
    sources = {run.reused_from or run.id for run in steps.values()}
    names = [step.name for step in spec.steps]
    bench.wait_until(
        lambda: sources <= {f.run_id for name in names for f in bench.home.store.remembered("local", name, limit=9)}
    )
    return root, steps


def why(bench: Bench, root: RunRecord, step: RunRecord) -> tuple[Reason, list[str]]:
    decisions = bench.home.store.journal(root.id).decisions(root.id)
    evidence = next(d.evidence for d in decisions if d.kind == "reuse" and d.subject == step.id)
    found = from_json(ReuseDecision, {k: v for k, v in evidence.items() if k != "fingerprint"})
    return found.reason, [difference.part for difference in found.differences]


def planned(bench: Bench, spec: PipelineSpec, label: Label | None = None) -> Mapping[str, Verdict]:
    state = seen_at_submission(label.tags if label else {}, {})
    return {v.name: v.verdict for v in plan_pipeline(bench.home, spec, "local", ReuseRules(), time.time(), state)}


def test_a_step_that_reads_the_best_trial_of_another_counts_by_that_ones_run(bench: Bench, label: Label) -> None:
    _, first = both(bench, pipeline(bench, BEST), label)
    assert planned(bench, pipeline(bench, BEST)) == {"tune": Verdict.HIT, "register": Verdict.HIT}
    assert both(bench, pipeline(bench, BEST), label)[1]["r"].reused_from == first["r"].id
    anew = pipeline(bench, BEST, scale=100)
    assert planned(bench, anew) == {"tune": Verdict.MISS, "register": Verdict.MISS}
    root, steps = both(bench, anew, label)
    assert steps["t"].reused_from is None
    assert why(bench, root, steps["r"]) == (Reason.READS_CHANGED, ["read: step tune"])
    other = pipeline(bench, BEST + "print(2)\n", scale=100)
    _, third = both(bench, other, label)
    assert (third["t"].reused_from, third["r"].reused_from) == (steps["t"].id, None)
    assert both(bench, other, label)[1]["r"].reused_from == third["r"].id


def test_what_is_told_of_a_trial_afterwards_counts(bench: Bench, label: Label) -> None:
    root, _ = both(bench, pipeline(bench, BEST), label)
    (trial, *_) = bench.home.store.journal(root.id).runs(kind=RunKind.TRIAL)
    Run.get(Workspace.get("local"), trial.id).tag("stage", "prod")
    again, steps = both(bench, pipeline(bench, BEST), label)
    assert why(bench, again, steps["r"]) == (Reason.READS_CHANGED, ["read: step tune"])


MARKED = "run.tag('stage', 'a')\nrun.add_properties({'size': 3})\nrun.display_name = 'the first'\n"
READS_MARKS = """
(step,) = run.parent.find_step_run('tune')
found = step.get_tags(), step.get_properties(), step.display_name
open('marks.txt', 'w').write(f"{found[0].get('stage')} {found[1].get('size')} {found[2]}")
run.upload_file('marks.txt', 'marks.txt')
"""


def test_what_a_step_was_told_by_its_script_is_there_where_another_run_stands_for_it(
    bench: Bench, label: Label
) -> None:
    first = StepSpec("t", "tune", bench.code(HEAD + MARKED))
    for turn in range(2):
        reader = StepSpec("r", "register", bench.code(HEAD + READS_MARKS + f"print({turn})\n"), run_after=("t",))
        root, steps = both(bench, PipelineSpec(steps=(first, reader)), label)
        assert (steps["t"].reused_from is not None) == bool(turn)
        (file,) = (f for f in bench.home.store.journal(root.id).artifacts(steps["r"].id) if f.path == "marks.txt")
        assert bench.home.artifacts.read_bytes(file.digest) == b"a 3 the first"


def logging(bench: Bench, read: str, scale: int = 1, writes: str = LOGS) -> PipelineSpec:
    """A step that logs to the pipeline's run, and one after it that does something else there."""
    first = StepSpec("t", "tune", bench.code(HEAD + writes.format(scale=scale)))
    return PipelineSpec(steps=(first, StepSpec("r", "register", bench.code(HEAD + read), run_after=("t",))))


def test_metrics_of_the_pipelines_run_count_by_the_steps_that_logged_them(bench: Bench, label: Label) -> None:
    _, first = both(bench, logging(bench, METRICS), label)
    assert planned(bench, logging(bench, METRICS)) == {"tune": Verdict.HIT, "register": Verdict.HIT}
    assert both(bench, logging(bench, METRICS), label)[1]["r"].reused_from == first["r"].id
    root, steps = both(bench, logging(bench, METRICS, scale=3), label)
    assert why(bench, root, steps["r"]) == (Reason.READS_CHANGED, ["read: run of the pipeline"])


def test_metrics_of_a_step_more_count_as_well(bench: Bench, label: Label) -> None:
    spec = logging(bench, METRICS)
    _, first = both(bench, spec, label)
    last = replace(spec.steps[-1], run_after=("t", "o"))
    silent = PipelineSpec(steps=(spec.steps[0], StepSpec("o", "other", bench.code("print('other')")), last))
    assert both(bench, silent, label)[1]["r"].reused_from == first["r"].id
    other = StepSpec("o", "other", bench.code(HEAD + "run.parent.log('other', 1.0)\n"))
    more = PipelineSpec(steps=(spec.steps[0], other, last))
    assert planned(bench, more)["register"] is Verdict.DEPENDS
    root, steps = both(bench, more, label)
    assert why(bench, root, steps["r"]) == (Reason.READS_CHANGED, ["read: run of the pipeline"])
    assert both(bench, more, label)[1]["r"].reused_from == steps["r"].id


def trains(bench: Bench, read: str, scale: int = 1) -> PipelineSpec:
    """Three steps of one name, of which the first is of that scale, and one that reads what they did."""
    writes = "run.log('acc', {0})\nrun.parent.log('acc {1}', {0})\n"
    steps = (
        StepSpec(f"t{n}", "train", bench.code(HEAD + writes.format(s, n))) for n, s in enumerate((scale, 7, 8))
    )  # fmt: skip
    after = ("t0", "t1", "t2")
    return PipelineSpec(steps=(*steps, StepSpec("r", "register", bench.code(HEAD + read), run_after=after)))


@pytest.mark.parametrize(
    ("read", "part"),
    [
        (METRICS, "read: run of the pipeline"),
        ("print([s.get_metrics() for s in run.parent.find_step_run('train')])\n", "read: step train"),
    ],
)
def test_each_of_several_steps_of_one_name_counts(bench: Bench, label: Label, read: str, part: str) -> None:
    _, first = both(bench, trains(bench, read), label)
    assert set(planned(bench, trains(bench, read)).values()) == {Verdict.HIT}
    assert both(bench, trains(bench, read), label)[1]["r"].reused_from == first["r"].id
    root, steps = both(bench, trains(bench, read, scale=3), label)
    assert [steps[node].reused_from is None for node in ("t0", "t1", "t2")] == [True, False, False]
    assert why(bench, root, steps["r"]) == (Reason.READS_CHANGED, [part])
    assert both(bench, trains(bench, read, scale=3), label)[1]["r"].reused_from == steps["r"].id


@pytest.mark.parametrize(
    "read", ["run.parent.get_tags()", "run.parent.tags", "list(run.parent.get_children(status='x'))"]
)
def test_tags_of_the_pipelines_run_count(bench: Bench, label: Label, read: str) -> None:
    spec = PipelineSpec(steps=(StepSpec("r", "register", bench.code(f"{HEAD}print({read})\n")),))
    tagged = replace(label, tags={"stage": "test"})
    _, first = both(bench, spec, tagged)
    assert both(bench, spec, tagged)[1]["r"].reused_from == first["r"].id
    root, steps = both(bench, spec, replace(label, tags={"stage": "prod"}))
    assert why(bench, root, steps["r"]) == (Reason.READS_CHANGED, ["read: run of the pipeline"])


TAGS = "print(run.parent.get_tags())\n"


def test_tags_that_one_step_hands_to_another_are_the_same_where_the_same_run_stands_for_it(
    bench: Bench, label: Label
) -> None:
    writes = "run.parent.tag('n', {scale})\n"
    spec, tagged = logging(bench, TAGS, writes=writes), replace(label, tags={"stage": "test"})
    _, first = both(bench, spec, tagged)
    for _ in range(2):
        assert set(planned(bench, spec, tagged).values()) == {Verdict.HIT}
        assert both(bench, spec, tagged)[1]["r"].reused_from == first["r"].id
    root, steps = both(bench, logging(bench, TAGS, scale=2, writes=writes), tagged)
    assert why(bench, root, steps["r"]) == (Reason.READS_CHANGED, ["read: run of the pipeline"])


def test_tags_that_a_driver_sets_while_the_pipeline_goes_on_count(bench: Bench, label: Label, gate: Path) -> None:
    spec = logging(bench, TAGS, writes="run.parent.tag('n', {scale})\n" + WAITS)
    root = submit_pipeline(bench.home, spec, label)
    bench.wait_until(lambda: bench.read(root.id).tags)
    Run.get(Workspace.get("local"), root.id).tag("stage", "prod")
    gate.touch()
    assert bench.wait(root.id).tags == {"n": "1", "stage": "prod"}
    again, steps = both(bench, spec, label)
    assert why(bench, again, steps["r"]) == (Reason.READS_CHANGED, ["read: run of the pipeline"])


def test_writing_to_the_pipelines_run_is_no_read(bench: Bench, label: Label) -> None:
    writes = "run.parent.log('x', 1.0)\nrun.parent.tag('a', 'b')\nrun.parent.add_properties({'p': 'q'})\n"
    _, first = both(bench, logging(bench, writes), label)
    assert both(bench, logging(bench, writes), label)[1]["r"].reused_from == first["r"].id
    assert both(bench, logging(bench, writes, scale=2), label)[1]["r"].reused_from == first["r"].id


def test_the_steps_of_a_pipeline_count_by_their_names_where_a_script_looks_through_them(
    bench: Bench, label: Label
) -> None:
    spec = pipeline(bench, "print([step.name for step in run.parent.get_steps()])\n")
    _, first = both(bench, spec, label)
    other = StepSpec("o", "other", bench.code("print('other')"))
    assert both(bench, spec, label)[1]["r"].reused_from == first["r"].id
    root, steps = both(bench, replace(spec, steps=(*spec.steps, other)), label)
    assert why(bench, root, steps["r"]) == (Reason.READS_CHANGED, ["read: steps of the pipeline"])


def test_steps_that_are_looked_through_by_what_may_change_of_them_count(bench: Bench, label: Label) -> None:
    read = "print([child.id for child in run.parent.get_children(tags='candidate')])\n"
    writes = ("run.log('total', {scale})\n", "run.tag('candidate', '{scale}')\n")
    _, first = both(bench, logging(bench, read, writes=writes[0]), label)
    assert both(bench, logging(bench, read, writes=writes[0]), label)[1]["r"].reused_from == first["r"].id
    root, steps = both(bench, logging(bench, read, writes=writes[1]), label)
    assert why(bench, root, steps["r"]) == (Reason.READS_CHANGED, ["read: step tune"])


def test_a_step_more_counts_where_a_script_reads_all_that_is_below_the_pipelines_run(
    bench: Bench, label: Label
) -> None:
    spec = pipeline(bench, "print(run.parent.get_metrics(recursive=True))\n")
    _, first = both(bench, spec, label)
    assert both(bench, spec, label)[1]["r"].reused_from == first["r"].id
    other = StepSpec("o", "other", bench.code(HEAD + "run.log('other', 1.0)\n"))
    last = replace(spec.steps[-1], run_after=("t", "o"))
    root, steps = both(bench, PipelineSpec(steps=(spec.steps[0], other, last)), label)
    reason, parts = why(bench, root, steps["r"])
    assert (reason, "read: steps of the pipeline" in parts) == (Reason.READS_CHANGED, True)


def test_a_step_that_looks_through_those_after_it_is_a_source(bench: Bench, label: Label) -> None:
    spec = logging(bench, "print(run.parent.get_metrics(recursive=True))\n")
    later = StepSpec("l", "later", bench.code(HEAD + "run.log('x', 1.0)\n"), run_after=("r",))
    spec = replace(spec, steps=(*spec.steps, later))
    _, first = both(bench, spec, label)
    for _ in range(2):
        assert set(planned(bench, spec).values()) == {Verdict.HIT}
        assert both(bench, spec, label)[1]["r"].reused_from == first["r"].id
    other = replace(spec, steps=(*spec.steps[:2], replace(later, version="2")))
    assert both(bench, other, label)[1]["r"].reused_from == first["r"].id


@pytest.mark.usefixtures("gate")
def test_who_waits_for_a_step_that_had_not_started_is_no_source(bench: Bench, label: Label) -> None:
    waits = (
        "(last,) = run.parent.find_step_run('last')\nprint(last.get_status())\nopen(os.environ['GATE'], 'w').close()\n"
        "while last.get_status() != 'Finished':\n    time.sleep(0.05)\n"
    )
    steps = (
        StepSpec("s", "slow", bench.code(HEAD + WAITS)),
        StepSpec("l", "last", bench.code("print('last')"), run_after=("s",)),
        StepSpec("r", "register", bench.code(HEAD + waits)),
    )
    submit(bench, PipelineSpec(steps=steps), label)
    root, again = submit(bench, PipelineSpec(steps=steps), label)
    assert why(bench, root, again["r"])[0] is Reason.STEP_WENT_ON


@pytest.mark.usefixtures("gate")
def test_who_reads_a_step_that_goes_on_is_no_source(bench: Bench, label: Label) -> None:
    read = "print(run.parent.find_step_run('slow')[0].get_status())\nopen(os.environ['GATE'], 'w').close()\n"
    steps = (StepSpec("s", "slow", bench.code(HEAD + WAITS)), StepSpec("r", "register", bench.code(HEAD + read)))
    spec = PipelineSpec(steps=steps)
    submit(bench, spec, label)
    root, again = submit(bench, spec, label)
    reason, _ = why(bench, root, again["r"])
    assert reason is Reason.STEP_WENT_ON


def test_what_a_submitted_run_reads_of_the_pipeline_counts(bench: Bench, label: Label) -> None:
    child = HEAD + BEST.replace("run.parent.", "run.parent.parent.")
    _, first = both(bench, pipeline(bench, script(), child=child), label)
    assert both(bench, pipeline(bench, script(), child=child), label)[1]["r"].reused_from == first["r"].id
    root, steps = both(bench, pipeline(bench, script(), scale=5, child=child), label)
    assert why(bench, root, steps["r"]) == (Reason.READS_CHANGED, ["read: step tune"])


def test_metrics_of_the_pipelines_run_are_the_same_to_a_run_that_a_step_submits(bench: Bench, label: Label) -> None:
    child = HEAD + METRICS.replace("run.parent.", "run.parent.parent.")
    last = StepSpec("r", "register", code(bench, train=HEAD + script(), child=child), run_after=("t",))
    spec = replace(logging(bench, ""), steps=(logging(bench, "").steps[0], last))
    _, first = both(bench, spec, label)
    for _ in range(2):
        assert both(bench, spec, label)[1]["r"].reused_from == first["r"].id


def test_a_trial_that_writes_to_the_runs_above_it_stands_for_others(bench: Bench, label: Label) -> None:
    above = "run.parent.parent.parent.log('x', 1.0)\nprint(run.parent.name, run.parent.type, run.parent.number)\n"
    specs = [tuning(bench, above + "run.log('acc', 1.0)\n", sweep_config(total=n)) for n in (2, 3)]
    completed(bench, specs[0], label)
    assert taken_over(bench, completed(bench, specs[1], label)[0]) == 2


def test_a_trial_that_reads_its_sweep_stands_for_no_other(bench: Bench, label: Label) -> None:
    read = "print([trial.get_metrics() for trial in run.parent.get_children()])\nrun.log('acc', 1.0)\n"
    specs = [tuning(bench, read, sweep_config(total=n, concurrent=1)) for n in (2, 3)]
    _, first = completed(bench, specs[0], label)
    assert completed(bench, specs[0], label)[1].reused_from == first.id
    assert taken_over(bench, completed(bench, specs[1], label)[0]) == 0
