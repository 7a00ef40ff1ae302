"""Pipelines of script steps: data between steps, order, failure, and reuse across submissions."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench

from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.spec import DataMode, DatastorePaths, InputSpec, OutputSpec, PipelineSpec, StepOutput, StepSpec
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.submission import Label, submit_pipeline

PREPARE = """
import os, sys
os.makedirs(sys.argv[2])
text = open(sys.argv[1]).read()
open(sys.argv[2] + "/upper.txt", "w").write(text.upper())
"""
COUNT = """
import sys
text = open(sys.argv[1] + "/upper.txt").read()
print("counting", text)
open("outputs/count.txt", "w").write(str(len(text)))
"""
RAW = InputSpec("raw", DatastorePaths((("workspaceblobstore", "raw.txt"),)), DataMode.MOUNT, "$RAW", "RAW")
MIDDLE = OutputSpec("middle", "workspaceblobstore", DataMode.MOUNT, "$MIDDLE", "MIDDLE", "middle_data")
MIDDLE_IN = InputSpec("middle", StepOutput("prep", "middle"), DataMode.MOUNT, "$MIDDLE", "MIDDLE")


@pytest.fixture
def spec(bench: Bench) -> PipelineSpec:
    (bench.home.datastore_folder("local", "workspaceblobstore") / "raw.txt").write_text("abc")
    prep = StepSpec("prep", "prepare data", bench.code(PREPARE, "$RAW", "$MIDDLE"), inputs=(RAW,), outputs=(MIDDLE,))
    count = StepSpec("count", "count", bench.code(COUNT, "$MIDDLE"), inputs=(MIDDLE_IN,))
    return PipelineSpec(steps=(count, prep))


def submit(bench: Bench, spec: PipelineSpec, label: Label) -> tuple[RunRecord, dict[str, RunRecord]]:
    root = submit_pipeline(bench.home, spec, label)
    ended = bench.wait(root.id)
    runs = bench.home.store.journal(root.id).runs(kind=RunKind.STEP)
    return ended, {run.properties["azureml.nodeid"]: run for run in runs}


def test_data_flows_along_the_graph(bench: Bench, label: Label, spec: PipelineSpec) -> None:
    root, steps = submit(bench, spec, label)
    assert root.status is RunStatus.COMPLETED, root.error
    assert steps["prep"].ended_at is not None
    assert steps["count"].started_at is not None
    assert steps["prep"].ended_at <= steps["count"].started_at
    location = json.loads(steps["prep"].properties["outputs"])["middle"]
    assert location["path"] == f"azureml/{steps['prep'].id}/middle"
    written = bench.home.datastore_folder("local", location["datastore"]) / location["path"] / "upper.txt"
    assert written.read_text() == "ABC"


def test_an_unchanged_pipeline_is_reused_whole(bench: Bench, label: Label, spec: PipelineSpec) -> None:
    _, first = submit(bench, spec, label)
    root, second = submit(bench, spec, label)
    assert root.status is RunStatus.COMPLETED
    for step in ("prep", "count"):
        assert second[step].reused_from == first[step].id
        assert second[step].properties["azureml.reusedrunid"] == first[step].id
        assert bench.home.store.journal(root.id).attempts(second[step].id) == []
    assert json.loads(second["prep"].properties["outputs"])["middle"]["path"] == f"azureml/{first['prep'].id}/middle"
    third_root, third = submit(bench, spec, label)
    assert third_root.status is RunStatus.COMPLETED
    assert third["prep"].reused_from == first["prep"].id


def change_input(bench: Bench, spec: PipelineSpec) -> PipelineSpec:
    (bench.home.datastore_folder("local", "workspaceblobstore") / "raw.txt").write_text("abd")
    return spec


def change_code(bench: Bench, spec: PipelineSpec) -> PipelineSpec:
    count, prep = spec.steps
    return replace(spec, steps=(count, replace(prep, code=bench.code(PREPARE + "# x\n", *prep.code.arguments))))


def change_arguments(bench: Bench, spec: PipelineSpec) -> PipelineSpec:
    count, prep = spec.steps
    return replace(spec, steps=(count, replace(prep, code=bench.code(PREPARE, *prep.code.arguments, "--x"))))


def lose_output(bench: Bench, spec: PipelineSpec) -> PipelineSpec:
    for path in bench.home.datastore_folder("local", "workspaceblobstore").rglob("upper.txt"):
        path.write_text("tampered")
    return spec


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (change_input, "inputs: raw"),
        (change_code, "code: train.py"),
        (change_arguments, "arguments"),
        (lose_output, "output: middle"),
    ],
)
def test_a_changed_part_is_a_miss_that_names_it(
    bench: Bench, label: Label, spec: PipelineSpec, change: object, part: str
) -> None:
    submit(bench, spec, label)
    assert callable(change)
    root, steps = submit(bench, change(bench, spec), label)
    assert root.status is RunStatus.COMPLETED
    assert steps["prep"].reused_from is None
    ledger = bench.home.store.journal(root.id).decisions(root.id)
    evidence = next(d.evidence for d in ledger if d.subject == steps["prep"].id)
    differences = evidence["differences"]
    assert isinstance(differences, list)
    assert [d["part"] for d in differences] == [part]


def test_a_miss_is_explained_by_the_nearest_run_not_the_newest(bench: Bench, label: Label, spec: PipelineSpec) -> None:
    submit(bench, spec, label)
    submit(bench, change_code(bench, spec), label)
    root, steps = submit(bench, change_arguments(bench, spec), label)
    ledger = bench.home.store.journal(root.id).decisions(root.id)
    evidence = next(d.evidence for d in ledger if d.subject == steps["prep"].id)
    found = evidence["differences"]
    assert isinstance(found, list)
    assert [d["part"] for d in found] == ["arguments"]


def test_reuse_can_be_forbidden_by_step_and_by_submission(bench: Bench, label: Label, spec: PipelineSpec) -> None:
    submit(bench, spec, label)
    count, prep = spec.steps
    _, steps = submit(bench, replace(spec, steps=(replace(count, allow_reuse=False), prep)), label)
    assert steps["prep"].reused_from
    assert steps["count"].reused_from is None
    _, steps = submit(bench, replace(spec, regenerate_outputs=True), label)
    assert steps["prep"].reused_from is None


def test_a_failed_step_is_never_a_source_and_ends_the_rest(bench: Bench, label: Label, spec: PipelineSpec) -> None:
    count, prep = spec.steps
    broken = replace(spec, steps=(count, replace(prep, code=bench.code("raise SystemExit(3)"))))
    for _ in range(2):
        root, steps = submit(bench, broken, label)
        assert root.status is RunStatus.FAILED
        assert root.error is not None
        assert "Step 'prepare data' failed" in root.error.message
        assert steps["count"].status is RunStatus.CANCELED
        assert steps["count"].reason == "not started: step 'prepare data' failed"
        assert steps["prep"].reused_from is None


def test_an_output_never_written_fails_the_step_that_needs_it_by_name(
    bench: Bench, label: Label, spec: PipelineSpec
) -> None:
    count, prep = spec.steps
    silent = replace(spec, steps=(count, replace(prep, code=bench.code("print('nothing')"))))
    root, steps = submit(bench, silent, label)
    assert root.status is RunStatus.FAILED
    assert steps["count"].error is not None
    assert "output 'middle'" in steps["count"].error.message
    assert "'prepare data' never wrote" in steps["count"].error.message


def test_a_cycle_is_refused_before_anything_is_recorded(bench: Bench, label: Label, spec: PipelineSpec) -> None:
    count, prep = spec.steps
    with pytest.raises(InvalidInputError, match="circle"):
        submit_pipeline(bench.home, replace(spec, steps=(count, replace(prep, run_after=("count",)))), label)
    assert bench.home.store.roots() == []
