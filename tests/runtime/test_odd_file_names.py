"""File names that are not UTF-8 are names like others: of code, inputs, outputs, and of data that a script reads."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from tests.runtime.bench import Bench
from tests.runtime.test_changing_inputs import told
from tests.runtime.test_pipeline_runs import submit
from tests.runtime.test_reads_by_name import HEAD, STORE, once, reading, register_dataset

from hyperstep.artifact_store.snapshot import SnapshotLimits, take_snapshot
from hyperstep.pipeline.reuse import Reason
from hyperstep.pipeline.spec import CodeSpec, DataMode, DatastorePaths, InputSpec, OutputSpec, PipelineSpec, StepSpec
from hyperstep.records.status import RunStatus
from hyperstep.runtime.submission import Label

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")

ODD = os.fsdecode(b"caf\xe9.txt")
COPIES = """
import os, sys
os.makedirs(sys.argv[2])
for name in os.listdir(sys.argv[1]):
    open(os.path.join(sys.argv[2], name), "w").write(open(os.path.join(sys.argv[1], name)).read())
    open(os.path.join("outputs", name), "w").write("kept")
"""
PORT = InputSpec("raw", DatastorePaths(((STORE, "ref"),)), DataMode.MOUNT, "$RAW", "RAW")
RESULT = OutputSpec("result", STORE, DataMode.MOUNT, "$RESULT", "RESULT", "result")
NAMED = "print(Dataset.get_by_name(ws, 'reference').download(target_path='dl', overwrite=True))\n"
PLACED = "from azureml.core import Datastore\nDatastore.get(ws, '{store}').download('dl', prefix={prefix})\n"


@pytest.fixture
def data(bench: Bench) -> Path:
    """A file of such a name in the datastore."""
    folder = bench.home.datastore_folder("local", STORE) / "ref"
    folder.mkdir(parents=True)
    (folder / ODD).write_text("1")
    return folder / ODD


def copying(bench: Bench) -> PipelineSpec:
    source = bench.folder / "source"
    (source / "outputs").mkdir(parents=True, exist_ok=True)
    (source / "outputs" / ".keep").touch()
    (source / "train.py").write_text(COPIES)
    if not (source / ODD).exists():
        (source / ODD).write_text("code")
    digest = take_snapshot(source, bench.home.artifacts, SnapshotLimits(None, None)).digest
    step = StepSpec(
        "read", "read", CodeSpec(digest, "train.py", ("$RAW", "$RESULT")), inputs=(PORT,), outputs=(RESULT,)
    )
    return PipelineSpec(steps=(step,))


def test_code_inputs_and_outputs_of_such_names_count_as_others_do(bench: Bench, label: Label, data: Path) -> None:
    first = once(bench, copying(bench), label)
    assert submit(bench, copying(bench), label)[1]["read"].reused_from == first.id
    (bench.folder / "source" / ODD).write_text("other code")
    second, _ = submit(bench, copying(bench), label)
    assert told(bench, second) == (Reason.CHANGED, [f"code: {ODD}"])
    data.write_text("2")
    third, _ = submit(bench, copying(bench), label)
    assert told(bench, third) == (Reason.CHANGED, ["inputs: raw"])


@pytest.mark.parametrize("script", [NAMED, PLACED.format(store=STORE, prefix=ascii(f"ref/{ODD}"))])
def test_data_of_such_names_count_that_a_script_reads_through_the_api(
    bench: Bench, label: Label, data: Path, script: str
) -> None:
    register_dataset(bench, "reference", "ref")
    spec = reading(bench, script)
    first = once(bench, spec, label)
    again, steps = submit(bench, spec, label)
    assert steps["read"].reused_from == first.id, told(bench, again)
    data.write_text("2")
    second, steps = submit(bench, spec, label)
    assert second.status is RunStatus.COMPLETED
    assert steps["read"].reused_from is None
    assert told(bench, second)[0] is Reason.READS_CHANGED


@pytest.mark.parametrize("name", ["x.txt", ODD])
def test_a_file_of_any_name_is_uploaded_by_a_script(bench: Bench, label: Label, name: str) -> None:
    script = f"{HEAD}open('u', 'w').write('1')\nrun.upload_file({name!a}, 'u')\n"
    run = once(bench, reading(bench, script.removeprefix(HEAD)), label)
    files = bench.home.store.journal(run.root_id).artifacts(run.id)
    assert any(file.path.startswith(name[:1]) for file in files)
