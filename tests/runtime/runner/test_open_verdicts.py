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
from hyperstep.pipeline.reuse import Reason
from hyperstep.pipeline.reuse_rules import DatasetReuse, ReuseRules
from hyperstep.pipeline.spec import DataMode, DatastorePaths, InputSpec
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse.read_kinds import MARKS, STEP, STEPS
from hyperstep.runtime.runner.reuse.step_reads import marks_of

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
    bed.register("environment", "best", {})
    bed.reads = read("environment", 1, "version 1")
    bed.run()
    edit("prepare/prepare.py")(bed)
    assert bed.plan()[TUNE].verdict is Verdict.HIT


def test_a_model_by_its_number_may_be_tagged_by_a_step(bed: Bed) -> None:
    bed.register("model", "best", {})
    marks = marks_of(bed.home.store.named("local", "model", "best", 1))
    bed.reads = [{**read("model", 1, "version 1")[0], MARKS: marks}]
    bed.run()
    assert bed.plan()[TUNE].verdict is Verdict.HIT
    edit("prepare/prepare.py")(bed)
    assert bed.plan()[TUNE].verdict is Verdict.DEPENDS


def with_eval(bed: Bed, version: str = "") -> None:
    """Between the two there is another step, which has run once."""
    bed.pipeline.clear()
    prepare, tune = bed.spec().steps
    other = replace(prepare, id="e1", name="eval", inputs=(), outputs=(), version=version)
    bed.pipeline["steps"] = (prepare, other, replace(tune, run_after=("p1", "e1")))


def test_a_step_that_looks_for_steps_surely_runs_where_there_is_one_more(bed: Bed) -> None:
    bed.reads = [{"what": STEPS, "name": "", "asked": None, "found": "prepare, tune"}]
    bed.run()
    with_eval(bed)
    told = bed.plan()[TUNE]
    assert (told.verdict, [found.part for found in told.differences]) == (Verdict.MISS, [f"read: {STEPS}"])


def test_so_does_one_that_read_another_run_of_a_step_than_stands_for_it_now(bed: Bed) -> None:
    with_eval(bed)
    bed.reads = [{"what": STEP, "name": PREPARE, "asked": None, "found": ""}]
    bed.run()
    bed.rules = replace(bed.rules, without=(PREPARE,))
    bed.run()
    bed.rules = replace(bed.rules, without=())
    with_eval(bed, version="2")
    told = bed.plan()[TUNE]
    assert told.verdict is Verdict.HIT
    bed.output(PREPARE).unlink()
    told = bed.plan()[TUNE]
    assert (told.verdict, [found.part for found in told.differences]) == (Verdict.MISS, ["read: step prepare"])


def test_what_a_step_reads_of_steps_that_are_reused_is_as_certain_as_these(bed: Bed) -> None:
    with_eval(bed)
    bed.reads = [
        {"what": STEP, "name": PREPARE, "asked": None, "found": ""},
        {"what": STEPS, "name": "", "asked": None, "found": "eval, prepare, tune"},
    ]
    bed.run()
    with_eval(bed, version="2")
    assert bed.plan()[TUNE].verdict is Verdict.HIT


def test_a_step_that_takes_an_output_of_one_that_runs_and_read_its_run_surely_runs(bed: Bed) -> None:
    del bed.step["inputs"]
    bed.run()
    edit("prepare/prepare.py")(bed)
    assert bed.plan()[TUNE].verdict is Verdict.DEPENDS
    bed.reads = [{"what": STEP, "name": PREPARE, "asked": None, "found": ""}]
    bed.step["version"] = "2"
    bed.run()
    bed.run()
    edit("prepare/prepare.py")(bed)
    told = bed.plan()[TUNE]
    assert (told.verdict, told.because_of) == (Verdict.MISS, (PREPARE,))
    assert [found.part for found in told.differences] == ["read: step prepare"]
    assert bed.run()[TUNE].source is None


def test_what_a_step_reads_of_a_step_that_is_open_hangs_on_that_one(bed: Bed) -> None:
    with_eval(bed)
    bed.reads = [{"what": STEP, "name": PREPARE, "asked": None, "found": ""}]
    bed.run()
    prepare, other, tune = bed.spec().steps
    place = replace(PLACE, source=DatastorePaths(((STORE, "raw"),)), name="raw")
    open_one = replace(prepare, inputs=(place,), run_after=("e1",))
    bed.pipeline["steps"] = (replace(other, version="2"), open_one, tune)
    told = bed.plan()
    assert told[PREPARE].verdict is Verdict.DEPENDS
    assert (told[TUNE].verdict, told[TUNE].reason) == (Verdict.DEPENDS, "reused only if step 'prepare' is")
    assert told[TUNE].because_of == (PREPARE,)


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


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Bed]:
    """Step ``tune`` takes what step ``prepare`` writes; both have run, and then two hours go by."""
    bed = Bed(Home.open(), tmp_path / "project")
    bed.fill()
    bed.run()
    bed.later_s = 7200.0
    yield bed
    bed.home.close()


def test_a_step_all_of_whose_runs_are_too_old_surely_runs(chain: Bed) -> None:
    chain.rules = ReuseRules(max_age_s=3600.0)
    told = chain.plan()[TUNE]
    assert (told.verdict, told.reason, told.because_of) == (Verdict.MISS, Reason.EXPIRED.value, (PREPARE,))
    assert [(found.part, found.new) for found in told.differences] == [("age", 3600.0)]
    assert told.source_run == chain.runs[TUNE].id
    ran = chain.run()[TUNE].decision
    assert (ran.reason, ran.source_run) == (Reason.EXPIRED, told.source_run)


def test_with_one_that_is_young_enough_it_is_open(chain: Bed) -> None:
    """What step ``prepare`` writes may turn out as that one found it."""
    (chain.store / "raw" / "a.csv").write_text("3,4\n")
    chain.middle = "other"
    assert not chain.run()[TUNE].decision.is_hit
    chain.later_s += 3000.0
    chain.rules = ReuseRules(max_age_s=3600.0)
    edit("prepare/prepare.py")(chain)
    told = chain.plan()[TUNE]
    assert (told.verdict, told.because_of) == (Verdict.DEPENDS, (PREPARE,))
    chain.later_s += 3000.0
    assert chain.plan()[TUNE].verdict is Verdict.MISS


def test_too_old_or_surely_not_as_it_was_read_makes_no_difference(chain: Bed) -> None:
    """One run is too old, and the other read a step that runs anew."""
    chain.reads = [{"what": STEP, "name": PREPARE, "asked": None, "found": ""}]
    (chain.store / "raw" / "a.csv").write_text("3,4\n")
    chain.middle = "other"
    assert not chain.run()[TUNE].decision.is_hit
    edit("prepare/prepare.py")(chain)
    assert chain.plan()[TUNE].verdict is Verdict.DEPENDS
    chain.rules = ReuseRules(max_age_s=3600.0)
    assert chain.plan()[TUNE].verdict is Verdict.MISS
