"""An output's path as the beginning of file names: found, handed on, and part of what reuse checks."""

from __future__ import annotations

import json
from pathlib import Path

from tests.runtime.bench import Bench

from hyperstep.artifact_store.tree import Reading
from hyperstep.pipeline.spec import DataMode, InputSpec, OutputSpec, PipelineSpec, StepOutput, StepSpec
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.runner.prefixed_files import output_digest, prefixed_files
from hyperstep.runtime.submission import Label, submit_pipeline

WRITE = """
import sys
open(sys.argv[1] + "_x.txt", "w").write("x")
open(sys.argv[1] + "_y.txt", "w").write("y")
"""
READ = """
import sys
assert open(sys.argv[1] + "_x.txt").read() + open(sys.argv[1] + "_y.txt").read() == "xy"
"""
STORE = "workspaceblobstore"


def test_files_beside_a_path_that_begin_with_its_name_are_found(tmp_path: Path) -> None:
    for place in ("part_1.txt", "part_more/2.txt", "part_of_another.txt", "other.txt"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(place)
    found = prefixed_files(tmp_path / "part", {"part_of_another.txt"})
    assert [place for place, _ in found] == ["part_1.txt", "part_more/2.txt"]


def test_empty_folders_that_begin_with_its_name_are_found(tmp_path: Path) -> None:
    for place in ("part_cat/deep", "part_dog", "other"):
        (tmp_path / place).mkdir(parents=True)
    assert [place for place, _ in prefixed_files(tmp_path / "part", ())] == ["part_cat/deep", "part_dog"]


def test_a_path_that_exists_is_no_prefix(tmp_path: Path) -> None:
    (tmp_path / "part").write_text("a file")
    (tmp_path / "part_1.txt").write_text("another")
    assert prefixed_files(tmp_path / "part", ()) == ()
    assert prefixed_files(tmp_path / "no" / "folder", ()) == ()


def test_the_digest_follows_names_and_content(tmp_path: Path) -> None:
    reading, prefix = Reading(tmp_path / "home"), tmp_path / "part"
    assert output_digest(prefix, (), reading) == ""
    (tmp_path / "part_1.txt").write_text("1")
    first = output_digest(prefix, (), reading)
    (tmp_path / "part_1.txt").write_text("longer")
    second = output_digest(prefix, (), reading)
    (tmp_path / "part_1.txt").rename(tmp_path / "part_2.txt")
    assert len({"", first, second, output_digest(prefix, (), reading)}) == 4


def _steps(bench: Bench, root: RunRecord) -> dict[str, RunRecord]:
    runs = bench.home.store.journal(root.id).runs(kind=RunKind.STEP)
    return {run.properties["azureml.nodeid"]: run for run in runs}


def _spec(bench: Bench, mode: DataMode) -> PipelineSpec:
    output = OutputSpec("part", STORE, DataMode.MOUNT, "$PART", "PART", "part")
    port = InputSpec("part", StepOutput("write", "part"), mode, "$PART", "PART")
    write = StepSpec("write", "write", bench.code(WRITE, "$PART"), outputs=(output,))
    return PipelineSpec(steps=(write, StepSpec("read", "read", bench.code(READ, "$PART"), inputs=(port,))))


def test_a_later_step_reads_by_the_same_prefix(bench: Bench, label: Label) -> None:
    for mode in (DataMode.MOUNT, DataMode.DOWNLOAD):
        ended = bench.wait(submit_pipeline(bench.home, _spec(bench, mode), label).id)
        assert ended.status is RunStatus.COMPLETED, ended.error


def test_reuse_misses_files_that_are_gone(bench: Bench, label: Label) -> None:
    spec = _spec(bench, DataMode.MOUNT)
    first = _steps(bench, bench.wait(submit_pipeline(bench.home, spec, label).id))
    again = _steps(bench, bench.wait(submit_pipeline(bench.home, spec, label).id))
    assert again["write"].properties["azureml.isreused"] == "true"
    location = json.loads(first["write"].properties["outputs"])["part"]
    folder = bench.home.datastore_folder("local", STORE)
    (folder / f"{location['path']}_x.txt").unlink()
    ended = bench.wait(submit_pipeline(bench.home, spec, label).id)
    assert ended.status is RunStatus.COMPLETED, ended.error
    assert _steps(bench, ended)["write"].properties.get("azureml.isreused", "false") == "false"
