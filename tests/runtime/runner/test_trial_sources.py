"""What the trials of equal code, inputs and environment are told apart by, and which of them are none to take."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from hyperstep.pipeline.reuse import Difference, Reason, ReuseDecision
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import CodeSpec, StepSpec
from hyperstep.records import RunKind, RunRecord, RunStatus
from hyperstep.run_store.base import StoredFingerprint
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse.steady_inputs import CHANGED_INPUT, NOT_LOOKED_AT
from hyperstep.runtime.runner.reuse.trial_sources import TrialSource, TrialSources, trial_key


def test_the_values_of_a_point_count_and_how_each_is_written() -> None:
    key = trial_key({"lr": 2.0, "n": 1}, ("--lr", "2.0", "--n", "1"))
    assert trial_key({"lr": 2.5, "n": 1}, ("--lr", "2.5", "--n", "1")) != key
    assert trial_key({"lr": 2.0, "n": 1}, ("--lr", "2", "--n", "1")) != key
    assert trial_key({"lr": 2, "n": 1}, ("--lr", "2.0", "--n", "1")) != key
    assert trial_key({"lr": 2.0, "m": 1}, ("--lr", "2.0", "--m", "1")) != key


def test_the_order_of_hyperparameters_does_not_count_and_neither_do_the_arguments_before_them() -> None:
    key = trial_key({"lr": 2.0, "n": 1}, ("--lr", "2.0", "--n", "1"))
    assert trial_key({"n": 1, "lr": 2.0}, ("--n", "1", "--lr", "2.0")) == key
    assert trial_key({"n": 1, "lr": 2.0}, ("--data", "/mnt/1", "--lr", "2.0", "--n", "1")) == key


def test_of_options_of_one_name_the_order_counts() -> None:
    keys = {trial_key({"n": 1, "--n": 2}, ("--n", one, "--n", other)) for one, other in ("12", "21")}
    assert len(keys) == 2


STEP = StepSpec("s", "s", CodeSpec("0" * 64, "train.py"))
SWEEP = RunRecord("root", "root", RunKind.SWEEP, "s", "local", "e", RunStatus.COMPLETED, 1.0)
POINT = {"lr": 2}
KEY = trial_key(POINT, ("--lr", "2"))


def trial(name: str, ended_at: float, mark: str = "", **changes: object) -> RunRecord:
    properties = {"hyperparameters": json.dumps(POINT), **({CHANGED_INPUT: mark} if mark else {})}
    run = RunRecord(name, "root", RunKind.TRIAL, name, "local", "e", RunStatus.COMPLETED, 1.0, "root")
    run = replace(run, folder=name, arguments=("--lr", "2"), properties=properties, ended_at=ended_at)
    return replace(run, **changes)


CHANGED = ReuseDecision(Reason.UNSTEADY, "t1", (Difference("inputs: raw", "when it began", "when it ended"),))


@pytest.mark.parametrize(
    ("trials", "sound", "doubt"),
    [
        ([trial("t0", 2.0)], ["t0"], None),
        ([trial("t0", 2.0), trial("t1", 3.0, "raw")], ["t0"], CHANGED),
        ([trial("t0", 2.0, NOT_LOOKED_AT), trial("t1", 3.0, "raw")], [], CHANGED),
        ([trial("t0", 4.0, NOT_LOOKED_AT), trial("t1", 3.0, "raw")], [], ReuseDecision(Reason.NOT_LOOKED_AT, "t0")),
        ([trial("t0", 2.0, "raw", status=RunStatus.FAILED), trial("t1", 3.0, "raw", reused_from="x")], [], None),
    ],
)
def test_trials_whose_inputs_may_have_changed_are_no_sources_but_the_newest_is_told_of(
    home: Home, trials: list[RunRecord], sound: list[str], doubt: ReuseDecision | None
) -> None:
    home.store.create([SWEEP, *trials], folder="f", spec={})
    sweep = StoredFingerprint("local", "", "root", "root", "s", {}, {}, 1.0, {})
    sources = TrialSources(home, STEP, ReuseRules(), (None, ""))
    assert [source.run.id for source in sources.candidates([sweep], KEY)] == sound
    assert [run.id for run in sources.finished(sweep)] == sound
    assert sources.doubt([sweep], KEY) == doubt
    assert sources.doubt([sweep], "another") is None


def test_of_the_trials_of_its_sweep_those_count_that_had_begun_before_it_ended(home: Home) -> None:
    trials = [
        trial(f"t{n}", ended, started_at=start) for n, (start, ended) in enumerate([(1.0, 5.0), (2.0, 3.0), (4.0, 9.0)])
    ]
    home.store.create([SWEEP, *trials, trial("t3", 9.0, started_at=None)], folder="f", spec={})
    sweep = StoredFingerprint("local", "", "root", "root", "s", {}, {}, 1.0, {})
    sources = TrialSources(home, STEP, ReuseRules(), (None, ""))
    assert [sources.begun_before_end(TrialSource(run, sweep)) for run in trials] == [3, 2, 3]
