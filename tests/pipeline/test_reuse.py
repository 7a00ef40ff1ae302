"""Why a step runs whatever there is, told as the user said it; and what differs."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hyperstep.cli.render_reuse import difference_lines
from hyperstep.digest import Json
from hyperstep.pipeline.reuse import SWITCHED_OFF, Reason, differences, switched_off, trials_switched_off
from hyperstep.pipeline.reuse_rules import EVERY_STEP, ReuseRules
from hyperstep.pipeline.spec import CodeSpec, Forbids, StepSpec

STEP = StepSpec("a0000000", "train", CodeSpec("digest", "train.py"))


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (Forbids.DEFINITION, "allow_reuse is False"),
        (Forbids.EXACT_RERUN, "rerun --exact computes everything"),
        (Forbids.OUTSIDE_PATHS, "an argument names a file outside the script's folder"),
    ],
)
def test_a_step_that_allows_no_reuse_says_who_forbids_it(by: Forbids, words: str) -> None:
    reason = switched_off(replace(STEP, allow_reuse=False, forbidden_by=by), ReuseRules(), regenerate=True)
    assert reason is not None
    assert reason.value == words
    assert reason in SWITCHED_OFF
    assert trials_switched_off(replace(STEP, allow_reuse=False, forbidden_by=by), ReuseRules(), regenerate=False)


def test_who_would_forbid_it_counts_only_where_it_is_forbidden() -> None:
    assert switched_off(replace(STEP, forbidden_by=Forbids.OUTSIDE_PATHS), ReuseRules(), regenerate=False) is None


def test_the_option_is_named_where_the_option_was_given() -> None:
    assert switched_off(STEP, ReuseRules(without=(EVERY_STEP,)), regenerate=False) is Reason.NO_REUSE


@pytest.mark.parametrize(
    ("old", "new"), [(1, 1.0), (1, True), (0.0, False), (2**70 + 1, float(2**70)), (0.0, -0.0), ([1], [1.0])]
)
def test_values_that_python_takes_for_equal_and_a_script_does_not_are_named(old: Json, new: Json) -> None:
    part = {"space": {"n": ["choice", [old]]}}, {"space": {"n": ["choice", [new]]}}
    (found,) = differences(*part, lambda _digest: None)
    assert found.part == "space: n"
    assert difference_lines(found)


def test_nan_is_no_difference_to_nan() -> None:
    assert differences({"space": {"n": float("nan")}}, {"space": {"n": float("nan")}}, lambda _digest: None) == ()
