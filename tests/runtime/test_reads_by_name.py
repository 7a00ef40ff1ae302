"""What a script reads by name through the API counts as an input does: when it is noted, changed meanwhile, its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.test_changing_inputs import told, trials_of
from tests.runtime.test_pipeline_runs import submit

from hyperstep.artifact_store.tree import Reading
from hyperstep.digest import Json
from hyperstep.pipeline.reuse import Reason
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.records.run import RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import StoredFingerprint
from hyperstep.runtime.runner.reuse import read_kinds, step_reads
from hyperstep.runtime.runner.reuse.read_data import data_state
from hyperstep.runtime.submission import Label, submit_pipeline, submit_step

STORE = "workspaceblobstore"
HEAD = """
import os, sys, time
from azureml.core import Dataset, Environment, Run
from azureml.core.model import Model
from azureml.exceptions import UserErrorException, WebserviceException
run = Run.get_context()
ws = run.experiment.workspace
"""
WAITS = """
open(os.environ["GATE"] + ".up", "w").close()
while not os.path.exists(os.environ["GATE"]):
    time.sleep(0.01)
"""
READS = """
for path in Dataset.get_by_name(ws, "reference").download(target_path="dl", overwrite=True):
    print(open(path).read())
"""
REGISTERS = """
open("outputs/m.txt", "w").write("new")
Model.register(ws, "outputs/m.txt", "best")
"""


@pytest.fixture
def folder(bench: Bench) -> Path:
    """The files of the dataset ``reference``."""
    place = bench.home.datastore_folder("local", STORE) / "ref"
    place.mkdir(parents=True)
    for name in ("a.txt", "b.txt"):
        (place / name).write_text(name)
    register_dataset(bench, "reference", "ref")
    return place


def register_dataset(bench: Bench, name: str, path: str, identifier: str = "id-1") -> None:
    body: dict[str, Json] = {"definition": {"kind": "FileDataset", "paths": [[STORE, path]]}, "id": identifier}
    bench.home.store.put_named("local", "dataset", name, body, 1.0)


def register_model(bench: Bench, name: str = "best", **tags: str) -> None:
    body: dict[str, Json] = {
        "tags": dict(tags), "properties": {}, "description": "", "framework": "", "framework_version": "",
        "run_id": "", "experiment": "", "files": [],
    }  # fmt: skip
    bench.home.store.put_named("local", "model", name, body, 1.0)


def reading(bench: Bench, script: str) -> PipelineSpec:
    return PipelineSpec(steps=(StepSpec("read", "read", bench.code(HEAD + script)),))


def once(bench: Bench, spec: PipelineSpec, label: Label) -> RunRecord:
    """The run of the step, kept as a source."""
    root, steps = submit(bench, spec, label)
    assert root.status is RunStatus.COMPLETED, root.error
    bench.wait_until(lambda: bool(bench.home.store.remembered("local", "read", limit=1)))
    return steps["read"]


def put_old_file(folder: Path) -> None:
    """Another file comes in place of one, with an old time of change, as ``mv`` and ``cp -p`` leave it."""
    new = folder.with_name("new.txt")
    new.write_text("changed")
    os.utime(new, (1e9, 1e9))
    new.replace(folder / "a.txt")


def put_other_folder(folder: Path) -> None:
    """Files with old times lie there instead."""
    shutil.rmtree(folder)
    folder.mkdir()
    put_old_file(folder)


CHANGES: dict[str, Callable[[Path], object]] = {
    "replaced": put_old_file,
    "removed": lambda folder: (folder / "b.txt").unlink(),
    "away": lambda folder: folder.rename(folder.with_name("away")),
    "another": put_other_folder,
}


def change_after_the_read(bench: Bench, gate: Path, folder: Path, change: str) -> None:
    bench.wait_until(gate.with_name("gate.up").exists)
    CHANGES[change](folder)
    gate.touch()


@pytest.mark.parametrize("change", CHANGES)
def test_a_step_whose_dataset_changed_after_it_was_read_is_no_source(
    bench: Bench, label: Label, gate: Path, folder: Path, change: str
) -> None:
    spec = reading(bench, READS + WAITS)
    root = submit_pipeline(bench.home, spec, label)
    change_after_the_read(bench, gate, folder, change)
    assert bench.wait(root.id).status is RunStatus.COMPLETED
    folder.mkdir(exist_ok=True)
    (folder / "a.txt").write_text("quite another")
    second, steps = submit(bench, spec, label)
    assert steps["read"].reused_from is None
    assert told(bench, second) == (Reason.UNSTEADY, ["read: dataset reference"])


def test_a_trial_whose_dataset_changed_after_it_was_read_stands_for_no_other(
    bench: Bench, label: Label, gate: Path, folder: Path
) -> None:
    script = HEAD + READS + "if '2' in sys.argv:\n" + WAITS.replace("\n", "\n    ") + "\nrun.log('acc', 1.0)\n"
    step = bench.tuning_step(script, sweep_config(total=3, concurrent=1))
    sweep = submit_step(bench.home, step, label)
    change_after_the_read(bench, gate, folder, "removed")
    assert bench.wait(sweep.id).status is RunStatus.COMPLETED
    again = submit_step(bench.home, step, label)
    assert bench.wait(again.id).status is RunStatus.COMPLETED
    unsettled = [read_kinds.SETTLED_PROPERTY not in trial.properties for trial in trials_of(bench, sweep)]
    assert sorted(unsettled) == [False, False, True]
    stands_for_none = trials_of(bench, sweep)[unsettled.index(True)]
    assert stands_for_none.id not in {trial.reused_from for trial in trials_of(bench, again)}


def test_a_dataset_that_was_read_after_its_files_had_come_is_a_steady_read(
    bench: Bench, label: Label, gate: Path, folder: Path
) -> None:
    spec = reading(bench, WAITS + READS)
    root = submit_pipeline(bench.home, spec, label)
    change_after_the_read(bench, gate, folder, "removed")
    assert bench.wait(root.id).status is RunStatus.COMPLETED
    assert submit(bench, spec, label)[1]["read"].reused_from is not None


def test_a_dataset_whose_files_are_not_there_counts_by_their_absence(bench: Bench, label: Label) -> None:
    register_dataset(bench, "reference", "ref")
    spec = reading(bench, "print(Dataset.get_by_name(ws, 'reference').version)\n")
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
    (bench.home.datastore_folder("local", STORE) / "ref").write_text("there now")
    assert submit(bench, spec, label)[1]["read"].reused_from is None


def tries(read: str) -> str:
    return f"try:\n    print({read})\nexcept (UserErrorException, WebserviceException):\n    print('none')\n"


@pytest.mark.parametrize(
    ("read", "appears"),
    [
        ("Dataset.get_by_name(ws, 'late').version", lambda bench: register_dataset(bench, "late", "ref")),
        ("Dataset.get_by_name(ws, 'reference', 2)", lambda bench: register_dataset(bench, "reference", "ref", "2")),
        ("list(ws.datasets)", lambda bench: register_dataset(bench, "late", "ref")),
        ("Model.list(ws, name='best')", register_model),
        ("Model.list(ws)", register_model),
        ("list(ws.models)", lambda bench: register_model(bench, "other")),
        ("Model(ws, 'best', version=1)", register_model),
        ("Model(ws, 'best', tags={'stage': 'prod'})", lambda bench: register_model(bench, stage="prod")),
        (
            "Environment.get(ws, 'mine').version",
            lambda bench: bench.home.store.put_named("local", "environment", "mine", {"name": "mine"}, 1.0),
        ),
    ],
)  # fmt: skip
def test_what_was_looked_for_in_vain_counts_when_it_appears(
    bench: Bench, label: Label, folder: Path, read: str, appears: Callable[[Bench], None]
) -> None:
    assert folder.exists()
    spec = reading(bench, tries(read))
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
    appears(bench)
    second, steps = submit(bench, spec, label)
    assert steps["read"].reused_from is None
    assert told(bench, second)[0] is Reason.READS_CHANGED


def test_a_dataset_that_was_read_by_its_id_counts_by_content(bench: Bench, label: Label, folder: Path) -> None:
    spec = reading(bench, "print(Dataset.get_by_id(ws, 'id-1').to_path())\n")
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
    (folder / "a.txt").write_text("changed")
    assert submit(bench, spec, label)[1]["read"].reused_from is None


def test_a_model_that_is_found_by_its_tags_is_looked_for_again(bench: Bench, label: Label) -> None:
    register_model(bench, stage="prod")
    register_model(bench)
    spec = reading(bench, "print(Model(ws, 'best', tags={'stage': 'prod'}).version)\n")
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
    store = bench.home.store
    newest = store.named("local", "model", "best")
    store.replace_named(replace(newest, body={**newest.body, "tags": {"stage": "prod"}}))
    assert submit(bench, spec, label)[1]["read"].reused_from is None


def test_a_version_and_then_the_newest_are_two_reads(bench: Bench, label: Label) -> None:
    register_model(bench)
    spec = reading(bench, "print(Model(ws, 'best', version=1).version, Model(ws, 'best').version)\n")
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
    register_model(bench)
    assert submit(bench, spec, label)[1]["read"].reused_from is None


def test_what_is_read_of_another_workspace_is_looked_for_there(bench: Bench, label: Label) -> None:
    from hyperstep.azureml_v1.core.workspace import Workspace  # noqa: PLC0415 - for this test only

    Workspace.create("other")
    register_model(bench)
    script = "from azureml.core import Workspace\nother = Workspace.get('other')\n" + tries("Model(other, 'best')")
    first = once(bench, reading(bench, script), label)
    assert submit(bench, reading(bench, script), label)[1]["read"].reused_from == first.id


OWN = {
    "model": tries("Model(ws, 'best').version") + REGISTERS,
    "listed model": "print(Model.list(ws))\n" + REGISTERS,
    "model, read then": REGISTERS + "print(Model(ws, 'best').version)\n",
    "dataset": tries("Dataset.get_by_name(ws, 'prepared').version")
    + "Dataset.File.from_files((ws.get_default_datastore(), 'ref')).register(ws, 'prepared')\n",
    "new version": "print(Dataset.get_by_name(ws, 'reference').version)\n"
    "Dataset.File.from_files((ws.get_default_datastore(), 'ref/a.txt'))"
    ".register(ws, 'reference', create_new_version=True)\n",
}


@pytest.mark.parametrize("own", OWN)
def test_what_a_step_registers_itself_does_not_count_against_it(
    bench: Bench, label: Label, folder: Path, own: str
) -> None:
    assert folder.exists()
    spec = reading(bench, OWN[own])
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id


def test_what_a_driver_registers_of_a_run_or_marks_afterwards_does(bench: Bench, label: Label) -> None:
    from hyperstep.azureml_v1.core.model import Model  # noqa: PLC0415 - for this test only
    from hyperstep.azureml_v1.core.workspace import Workspace  # noqa: PLC0415

    spec = reading(bench, "print(Model.list(ws, tags={'stage': 'prod'}))\n" + REGISTERS)
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
    Model(Workspace.get("local"), "best").add_tags({"stage": "prod"})
    assert submit(bench, spec, label)[1]["read"].reused_from is None


def tag_model(_bench: Bench) -> None:
    from hyperstep.azureml_v1.core.model import Model  # noqa: PLC0415 - for this test only
    from hyperstep.azureml_v1.core.workspace import Workspace  # noqa: PLC0415

    Model(Workspace.get("local"), "best").add_tags({"stage": "prod"})


def describe_dataset(_bench: Bench) -> None:
    from hyperstep.azureml_v1.core.dataset import Dataset  # noqa: PLC0415 - for this test only
    from hyperstep.azureml_v1.core.workspace import Workspace  # noqa: PLC0415

    Dataset.get_by_name(Workspace.get("local"), "reference").update(description="of last year")


@pytest.mark.parametrize(
    ("read", "change"),
    [
        ("Model(ws, 'best').tags", tag_model),
        ("Model(ws, 'best', version=1).tags", tag_model),
        ("Dataset.get_by_name(ws, 'reference').description", describe_dataset),
    ],
)
def test_tags_and_descriptions_of_what_was_read_by_name_count(
    bench: Bench, label: Label, folder: Path, read: str, change: Callable[[Bench], None]
) -> None:
    assert folder.exists()
    register_model(bench)
    spec = reading(bench, f"print({read})\n")
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
    change(bench)
    second, steps = submit(bench, spec, label)
    assert steps["read"].reused_from is None
    assert told(bench, second)[0] is Reason.READS_CHANGED


def test_tags_that_a_step_sets_itself_do_not_count_against_it_as_long_as_nobody_else_does(
    bench: Bench, label: Label
) -> None:
    register_model(bench)
    spec = reading(bench, "model = Model(ws, 'best')\nprint(model.tags)\nmodel.add_tags({'seen': run.id})\n")
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
    tag_model(bench)
    assert submit(bench, spec, label)[1]["read"].reused_from is None


def test_a_large_dataset_that_was_only_touched_is_read_again(bench: Bench, folder: Path) -> None:
    record = bench.home.store.named("local", "dataset", "reference")
    state = data_state(bench.home, record)
    read: dict[str, Json] = {"what": "dataset", "name": "reference", "asked": None, "found": "version 1"}
    (settled,) = step_reads.settle_reads(bench.home, "local", [{**read, read_kinds.STATE: state}])
    source = StoredFingerprint(
        workspace="local", digest="", run_id="r", root_id="r", step="read", parts={}, outputs={}, created_at=1.0,
        record={read_kinds.READS: [settled]},
    )  # fmt: skip
    os.utime(folder / "a.txt", (1e9, 1e9))
    limited = Reading(bench.home.path, limit_bytes=2)
    assert step_reads.changed_reads(bench.home, source, limited, contents=True) == ()
    (folder / "a.txt").write_text("other")
    assert step_reads.changed_reads(bench.home, source, limited, contents=True) != ()
