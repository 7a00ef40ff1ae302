"""What the runs read that a script submits below its own counts as read by that script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.test_changing_inputs import told
from tests.runtime.test_pipeline_runs import submit
from tests.runtime.test_reads_by_name import (
    HEAD,
    REGISTERS,
    STORE,
    WAITS,
    once,
    register_model,
)
from tests.runtime.test_taken_over_reads import completed, taken_over

from hyperstep.artifact_store.snapshot import SnapshotLimits, take_snapshot
from hyperstep.pipeline.reuse import Reason
from hyperstep.pipeline.spec import CodeSpec, PipelineSpec, StepSpec, TuningSpec
from hyperstep.records.status import RunStatus
from hyperstep.runtime.submission import Label

SUBMITS = """
from azureml.core import Dataset, Run, ScriptRunConfig, Workspace
run = Run.get_context()
ws = run.experiment.workspace
child = run{below}.submit_child(ScriptRunConfig(".", "{script}", arguments={arguments}))
"""
AWAITS = "print(child.wait_for_completion(show_output=False)['status'], child.get_metrics())\n"
ENTRY = "train.py"


def script(child: str = "child.py", arguments: str = "[]", below: str = "") -> str:
    return SUBMITS.format(script=child, arguments=arguments, below=below) + AWAITS


def code(bench: Bench, **scripts: str) -> CodeSpec:
    """Scripts of one folder; ``train`` is submitted."""
    source = bench.folder / f"source-{abs(hash(tuple(scripts.items())))}"
    source.mkdir(exist_ok=True)
    for name, text in scripts.items():
        (source / f"{name}.py").write_text(text)
    return CodeSpec(take_snapshot(source, bench.home.artifacts, SnapshotLimits(None, None)).digest, ENTRY)


def submitting(bench: Bench, train: str, **scripts: str) -> PipelineSpec:
    return PipelineSpec(steps=(StepSpec("read", "read", code(bench, train=train, **scripts)),))


READS_MODEL = HEAD + "print(Model(ws, 'best').version)\n"
READS_ARGUMENT = "import os, sys\nprint(os.listdir(sys.argv[1]) if os.path.isdir(sys.argv[1]) else sys.argv)\n"
GIVEN = f"[Dataset.File.from_files((ws.datastores['{STORE}'], 'ref')).as_mount()]"
DATASET_FILE = "ref/a.txt"


def change_file(bench: Bench) -> None:
    (bench.home.datastore_folder("local", STORE) / DATASET_FILE).write_text("changed")


SUBMITTED: dict[str, tuple[dict[str, str], Callable[[Bench], object], str]] = {
    "child": ({"train": script(), "child": READS_MODEL}, register_model, "read: model best"),
    "grandchild": (
        {"train": script(), "child": script("inner.py"), "inner": READS_MODEL}, register_model, "read: model best"
    ),
    "below a run of the script's own": (
        {"train": script(below=".child_run('fold')"), "child": READS_MODEL}, register_model, "read: model best"
    ),
    "a dataset that is given to it": (
        {"train": script(arguments=GIVEN), "child": READS_ARGUMENT}, change_file, f"read: files {STORE}/ref"
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _data(bench: Bench) -> None:
    file = bench.home.datastore_folder("local", STORE) / DATASET_FILE
    file.parent.mkdir(parents=True)
    file.write_text("a")
    register_model(bench)


@pytest.mark.parametrize("way", SUBMITTED)
def test_what_a_submitted_run_reads_counts_for_the_step(bench: Bench, label: Label, way: str) -> None:
    scripts, change, part = SUBMITTED[way]
    spec = submitting(bench, **scripts)
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
    change(bench)
    second, steps = submit(bench, spec, label)
    assert steps["read"].reused_from is None
    assert told(bench, second) == (Reason.READS_CHANGED, [part])


def test_it_counts_for_a_sweep_and_no_trial_that_submitted_a_run_stands_for_another(bench: Bench, label: Label) -> None:
    train = script() + "run.log('acc', 1.0)\n"
    step = StepSpec("read", "tune", code(bench, train=train, child=READS_MODEL), kind="HyperDriveStep")
    specs = [
        PipelineSpec(steps=(replace(step, tuning=TuningSpec(sweep_config(total=1, concurrent=n))),)) for n in (1, 2)
    ]
    completed(bench, specs[0], label)
    other, _ = completed(bench, specs[1], label)
    assert taken_over(bench, other) == 0
    register_model(bench)
    again, tune = completed(bench, specs[1], label)
    assert tune.reused_from is None
    assert told(bench, again) == (Reason.READS_CHANGED, ["read: model best"])


def test_a_step_is_no_source_while_what_it_submitted_goes_on(bench: Bench, label: Label, gate: Path) -> None:
    train = SUBMITS.format(script="child.py", arguments="[]", below="")
    spec = submitting(bench, train, child=HEAD + WAITS)
    root, _ = submit(bench, spec, label)
    assert root.status is RunStatus.COMPLETED
    second, steps = submit(bench, spec, label)
    gate.touch()
    assert steps["read"].reused_from is None
    reason, (part,) = told(bench, second)
    assert reason is Reason.GOING_ON
    assert part.startswith("run ")


def test_what_a_submitted_run_registers_does_not_count_against_the_step(bench: Bench, label: Label) -> None:
    registers = HEAD + "os.makedirs('outputs', exist_ok=True)\n" + REGISTERS
    train = (
        "from azureml.core.model import Model\n" + script()
        + "print(Model(ws, 'best').version, [m.version for m in Model.list(ws)])\n"
    )  # fmt: skip
    spec = submitting(bench, train, child=registers + "print(Model(ws, 'best').version)\n")
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
