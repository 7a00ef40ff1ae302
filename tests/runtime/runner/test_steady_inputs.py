"""When the inputs of a sweep are looked at, and what a look says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import CodeSpec, DataMode, DatastorePaths, InputSpec, StepSpec
from hyperstep.records import RunKind, RunRecord, RunStatus
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.context import Envelope, RunnerContext
from hyperstep.runtime.runner.data_paths import Found
from hyperstep.runtime.runner.ownership import this_process
from hyperstep.runtime.runner.reuse.steady_inputs import (
    CHANGED_INPUT,
    NOT_LOOKED_AT,
    InputWatch,
    first_change,
    input_states,
    states_property,
)
from hyperstep.runtime.runner.reuse.step_facts import TuningFacts
from hyperstep.runtime.runner.reuse.sweep_reuse import SweepReuse
from hyperstep.runtime.runner.workplace import Workplace
from hyperstep.settings import Settings

STEP = StepSpec(
    "s",
    "s",
    CodeSpec("0" * 64, "train.py"),
    inputs=(InputSpec("raw", DatastorePaths((("store", "raw"),)), DataMode.MOUNT, "$R", "R"),),
)

states = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["1", "2", ""]))


@given(states)
def test_only_known_equal_states_are_no_change(before: dict[str, str]) -> None:
    assert first_change(before, before) == next((name for name in before if not before[name]), "")
    assert (first_change(before, {}) == "") == (not before)


class Clock:
    """Each look takes as long as it is told."""

    def __init__(self) -> None:
        self.now = 100.0
        self.state = "1"
        self.looks = 0

    def look(self) -> dict[str, str]:
        self.looks += 1
        self.now += 1.0
        return {"raw": self.state}


def test_looks_that_take_long_are_rare_and_a_change_stays_one() -> None:
    clock = Clock()
    watch = InputWatch({"raw": "1"}, clock.look, lambda: clock.now)
    assert watch.change() == ""
    assert watch.change() == NOT_LOOKED_AT
    clock.now += 19
    assert watch.change() == NOT_LOOKED_AT
    clock.now += 1
    assert watch.change() == ""
    clock.state = "2"
    assert watch.change() == NOT_LOOKED_AT
    assert watch.change(at_last=True) == "raw"
    clock.state = "1"
    assert watch.change() == watch.change(at_last=True) == "raw"
    assert clock.looks == 3


def test_without_inputs_nothing_is_looked_at() -> None:
    clock = Clock()
    watch = InputWatch({}, clock.look, lambda: clock.now)
    assert watch.change(at_last=True) == ""
    assert clock.looks == 0


@pytest.fixture
def context(tmp_path: Path) -> Iterator[RunnerContext]:
    """The next owner of a sweep; an earlier one left two trials without a look, and one that had read a change."""
    (tmp_path / "raw").write_text("30")
    home = Home.open(Settings(home=tmp_path / "home"))
    states = states_property(input_states(STEP, {"raw": Found(tmp_path / "raw")}, ReuseRules()))
    root = RunRecord("root", "root", RunKind.SWEEP, "s", "local", "e", RunStatus.RUNNING, 1.0, properties=states)
    trial = RunRecord("t", "root", RunKind.TRIAL, "t", "local", "e", RunStatus.COMPLETED, 1.0, "root")
    marks = {"t0": NOT_LOOKED_AT, "t1": "raw", "t2": NOT_LOOKED_AT}
    trials = [replace(trial, id=name, folder=name, properties={CHANGED_INPUT: mark}) for name, mark in marks.items()]
    journal = home.store.create([root, *trials], folder="f", spec={})
    yield RunnerContext(home, journal, journal.acquire(this_process()).epoch, Envelope("python", 1, 1.0))
    home.close()


@pytest.mark.parametrize(("text", "marked"), [("30", {"t1"}), ("40", {"t0", "t1", "t2"})])
def test_at_the_end_those_that_nobody_looked_at_are_vindicated_whoever_left_them_so(
    context: RunnerContext, tmp_path: Path, text: str, marked: set[str]
) -> None:
    if text != "30":
        (tmp_path / "raw").write_text(text)
    facts = TuningFacts({}, inputs={"raw": Found(tmp_path / "raw")})
    reuse = SweepReuse(context, Workplace(STEP, {}, {}, facts=facts), "root")
    with context.transaction() as unit:
        reuse.vindicate(unit)
    kept = {run.id for run in context.journal.runs(kind=RunKind.TRIAL) if CHANGED_INPUT in run.properties}
    assert kept == marked
