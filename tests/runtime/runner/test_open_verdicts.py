"""What a plan leaves open: steps, trials and inputs that depend on what a step before them does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.runner.reuse_bed import PREPARE, STORE, TUNE, Bed
from tests.runtime.runner.reuse_cases import edit, reads, reads_absent, reads_run

from hyperstep.digest import Json
from hyperstep.pipeline.plan import Verdict
from hyperstep.pipeline.reuse_rules import DatasetReuse
from hyperstep.pipeline.spec import DataMode, DatastorePaths, InputSpec
from hyperstep.runtime.home import Home

REASON = "depends on what step 'prepare' registers or writes"
PLACE = InputSpec("place", DatastorePaths(((STORE, "place"),)), DataMode.MOUNT, "$place", "place")


@pytest.fixture
def bed(tmp_path: Path) -> Iterator[Bed]:
    """Step ``tune`` takes nothing of step ``prepare``, and starts after it."""
    bed = Bed(Home.open(), tmp_path / "project")
    bed.fill()
    bed.step |= {"inputs": (), "run_after": ("p1",), "parameters": ()}
    (bed.store / "place").mkdir()
    (bed.store / "place" / "a.txt").write_text("a")
    yield bed
    bed.home.close()


def read(what: str, asked: Json, found: str | None) -> list[dict[str, Json]]:
    return [{"what": what, "name": "best", "asked": asked, "found": found}]


def test_a_step_that_reads_by_name_is_open_after_one_that_runs(bed: Bed) -> None:
    reads("model", "best")(bed)
    bed.run()
    assert bed.plan()[TUNE].verdict is Verdict.HIT
    edit("prepare/prepare.py")(bed)
    told = bed.plan()[TUNE]
    assert (told.verdict, told.reason, told.because_of) == (Verdict.DEPENDS, REASON, (PREPARE,))
    bed.register("model", "best", {})
    assert bed.plan()[TUNE].verdict is Verdict.DEPENDS


@pytest.mark.parametrize("make", [reads_absent, reads_run, reads("dataset", "ref")])
def test_so_is_one_that_looked_in_vain_or_read_a_run_or_a_dataset(bed: Bed, make: object) -> None:
    make(bed)  # type: ignore[operator]
    bed.run()
    edit("prepare/prepare.py")(bed)
    assert bed.plan()[TUNE].verdict is Verdict.DEPENDS


def test_what_no_step_can_change_is_as_certain_as_before(bed: Bed) -> None:
    bed.register("model", "best", {})
    bed.reads = read("model", 1, "version 1")
    bed.run()
    edit("prepare/prepare.py")(bed)
    assert bed.plan()[TUNE].verdict is Verdict.HIT


def test_a_dataset_that_counts_by_content_is_open_and_one_by_definition_is_not(bed: Bed) -> None:
    bed.step["inputs"] = (PLACE,)
    bed.run()
    edit("prepare/prepare.py")(bed)
    assert bed.plan()[TUNE].reason == REASON
    bed.rules = replace(bed.rules, datasets=DatasetReuse.DEFINITION)
    bed.run()
    edit("prepare/prepare.py")(bed)
    assert bed.plan()[TUNE].verdict is Verdict.HIT


def test_data_that_a_step_before_may_bring_is_no_failure(bed: Bed) -> None:
    bed.step["inputs"] = (PLACE,)
    bed.run()
    (bed.store / "place" / "a.txt").unlink()
    (bed.store / "place").rmdir()
    assert bed.plan()[TUNE].verdict is Verdict.FAILS
    edit("prepare/prepare.py")(bed)
    told = bed.plan()[TUNE]
    assert (told.verdict, told.because_of) == (Verdict.DEPENDS, (PREPARE,))


def test_a_step_before_that_is_reused_leaves_nothing_open(bed: Bed) -> None:
    reads("model", "best")(bed)
    bed.step["inputs"] = (PLACE,)
    bed.run()
    assert bed.plan()[TUNE].verdict is Verdict.HIT
    bed.step["version"] = "2"
    assert bed.plan()[TUNE].verdict is Verdict.MISS
