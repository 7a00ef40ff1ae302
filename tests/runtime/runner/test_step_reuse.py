"""The mutation suite, decided in this process with real snapshots, files and records; and what stands in the docs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.runner.reuse_bed import PREPARE, STORE, TUNE, WORKSPACE, Bed
from tests.runtime.runner.reuse_cases import CASES as BARE_CASES
from tests.runtime.runner.reuse_cases import HIT, OLDER, Case, large_data, touch_data
from tests.runtime.runner.script_cases import SCRIPT_CASES

from hyperstep.pipeline.plan import Verdict
from hyperstep.pipeline.reuse import Difference, Reason
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.data_paths import find_input
from hyperstep.runtime.runner.reuse.step_facts import StepQuestion, identify
from hyperstep.runtime.runner.reuse.step_reuse import ReuseAnswer
from hyperstep.runtime.runner.reuse.step_sources import mark_forced

DOCUMENT = Path(__file__).parents[3] / "docs" / "reuse.md"
CASES = {**BARE_CASES, **SCRIPT_CASES}
BEGIN, END = "<!-- table of the mutation suite: make reuse-table -->\n", "<!-- end of the table -->\n"


@pytest.fixture
def bed(tmp_path: Path) -> Iterator[Bed]:
    bed = Bed(Home.open(), tmp_path / "project")
    bed.fill()
    yield bed
    bed.home.close()


def words(answer: ReuseAnswer) -> str:
    """An answer as the table has it."""
    decision = answer.decision
    if decision.is_hit:
        return HIT
    if decision.differences and decision.differences[0].part.startswith("run "):
        return f"({decision.reason.value})"
    names = [difference.part for difference in decision.differences]
    return ", ".join(dict.fromkeys("packages" if n.startswith("packages") else n for n in names)) or (
        f"({decision.reason.value})"
    )


@pytest.mark.parametrize("name", CASES)
def test_each_change_is_a_hit_or_a_miss_that_names_the_part_and_the_plan_says_so_before(bed: Bed, name: str) -> None:
    case = CASES[name]
    if case.before is not None:
        case.before(bed)
    bed.run()
    case.change(bed)
    planned = bed.plan()
    answers = list(bed.run().values())
    assert [words(answer) for answer in answers] == [case.prepare, case.tune]
    told = list(planned.values())
    assert (told[0].verdict is Verdict.HIT) == answers[0].decision.is_hit
    assert without_ages(told[0].differences) == without_ages(answers[0].decision.differences)
    if case.prepare == HIT:
        assert (told[1].verdict is Verdict.HIT) == answers[1].decision.is_hit
        assert told[1].reason == answers[1].decision.reason.value
        assert without_ages(told[1].differences) == without_ages(answers[1].decision.differences)
    else:
        check_plan_after_a_miss(case, told[1].verdict, [difference.part for difference in told[1].differences])


def without_ages(found: tuple[Difference, ...]) -> list[Difference]:
    """Differences without how old a run is, which grows between two looks."""
    return [replace(difference, old=None) if difference.part == "age" else difference for difference in found]


def check_plan_after_a_miss(case: Case, verdict: Verdict, parts: list[str]) -> None:
    """What comes from the step before is not known; everything else is."""
    known = [part for part in case.tune.split(", ") if part not in {HIT, "inputs: middle"}]
    certain = bool(known) and case.tune != "packages"
    assert verdict is (Verdict.MISS if certain or case.tune == "packages" else Verdict.DEPENDS)
    if certain and not case.tune.startswith("("):
        assert parts == known


def test_after_any_miss_the_next_submission_is_a_hit(bed: Bed) -> None:
    bed.run()
    bed.config["limits"]["max_total"] = 40
    bed.run()
    assert [words(answer) for answer in bed.run().values()] == [HIT, HIT]


def test_the_nearest_earlier_run_explains_a_miss_and_the_source_of_a_hit_its_age_and_time(bed: Bed) -> None:
    bed.run()
    first = bed.runs[TUNE]
    bed.later_s = 60
    hit = bed.run()[TUNE].decision
    assert hit.source_run == first.id
    assert hit.age_s == pytest.approx(60, abs=30)
    assert hit.saved_s is not None
    bed.arguments.append("--fast")
    missed = bed.run()[TUNE].decision
    assert missed.source_run == first.id
    assert [(d.part, d.new) for d in missed.differences] == [("arguments", tuple(bed.arguments))] or (
        missed.differences[0].new == bed.arguments
    )


def test_the_files_of_data_that_differ_are_named_before_and_in_the_run(bed: Bed) -> None:
    for number in range(7):
        (bed.store / "raw" / f"{number}.csv").write_text("x")
    bed.run()
    (bed.store / "raw" / "a.csv").write_text("other")
    for number in range(7):
        (bed.store / "raw" / f"{number}.csv").unlink()
    told = [bed.plan()[PREPARE].differences[0], bed.run()[PREPARE].decision.differences[0]]
    assert (
        told[0].files
        == told[1].files
        == ("0.csv removed", "1.csv removed", "2.csv removed", "3.csv removed", "4.csv removed")
    )
    assert told[0].more_files == 3


def test_so_are_those_of_a_dataset_that_was_read_by_name(bed: Bed) -> None:
    (bed.store / "ref").mkdir()
    (bed.store / "ref" / "x.csv").write_text("x")
    os.utime(bed.store / "ref" / "x.csv", (1_700_000_000, 1_700_000_000))
    bed.register("dataset", "ref", {"definition": {"kind": "FileDataset", "paths": [[STORE, "ref"]]}})
    bed.reads = [{"what": "dataset", "name": "ref", "asked": None, "found": "version 1"}]
    bed.run()
    (bed.store / "ref" / "y.csv").write_text("y")
    (found,) = bed.plan()[TUNE].differences
    assert (found.part, found.files) == ("read: dataset ref", ("y.csv added",))


def test_a_forced_run_that_is_known_by_the_size_of_its_data_alone_bars_older_ones_too(bed: Bed) -> None:
    large_data(bed)
    small, bed.rules = bed.rules, ReuseRules()
    bed.run()
    bed.rules = small
    touch_data(bed)
    step = bed.spec().steps[0]
    inputs = {port.name: find_input(bed.home, WORKSPACE, port, {}) for port in step.inputs}
    found = identify(StepQuestion(bed.home, WORKSPACE, bed.spec(), step, inputs, bed.rules))
    mark_forced(bed.home, bed.runs[PREPARE], found.fingerprint, bed.now)
    assert bed.plan()[PREPARE].reason == Reason.BARRED.value
    assert words(bed.run()[PREPARE]) == OLDER


def table() -> str:
    """The suite as the document has it."""
    lines = ["| what is changed | step `prepare` | step `tune` |", "|---|---|---|"]
    for case in CASES.values():
        cells = [_cell(case.prepare), _cell(case.tune)]
        lines.append(f"| {case.what} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(expected: str) -> str:
    if expected == HIT:
        return HIT
    return f"MISS {expected}" if expected.startswith("(") else f"MISS: `{expected}`".replace(", ", "`, `")


def test_the_document_has_the_table_of_this_suite() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)] == table(), "run: make reuse-table"


def test_the_suite_is_as_large_as_promised() -> None:
    assert len(CASES) >= 60
    assert sum(case.combined for case in CASES.values()) >= 15


if __name__ == "__main__":
    text = DOCUMENT.read_text(encoding="utf-8")
    before, after = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    DOCUMENT.write_text(before + table() + after, encoding="utf-8")
