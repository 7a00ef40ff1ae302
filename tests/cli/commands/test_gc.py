"""`hyperstep gc`: what it is told; what it removes is tested with the garbage."""

from __future__ import annotations

import pytest

from hyperstep.artifact_store.base import HeldObject
from hyperstep.cli.commands.gc import _text
from hyperstep.cli.main import main
from hyperstep.runtime.garbage.decision import OBJECTS, STRAYS, WORKING, Leftover, Plan


@pytest.mark.parametrize("age", ["30", "d", "-1d", "30 days", "infd"])
def test_what_is_no_age_is_refused(age: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gc", f"--older-than={age}"]) == 2
    assert f"{age!r} is no age; write for example 30d, 12h or 2w" in capsys.readouterr().err


def test_what_is_empty_has_no_size() -> None:
    plan = Plan((HeldObject("ab" * 32, 8, 0.0),), (Leftover(WORKING, "runs/r/work", 0, 0.0),), {})
    lines = list(_text(plan, None))
    assert lines[:2] == ["would remove 1 stored file, 8 B", "would remove 1 working folder"]
    assert not any("again" in line for line in lines)


def test_one_and_several_of_what_stays_are_named_rightly() -> None:
    kept = {"runs: still going on": 1, f"{STRAYS}: still young": 1, "trials: with files": 2, f"{OBJECTS}: x": 1}
    assert list(_text(Plan((), (), kept), None))[1:] == [
        "kept 1 run: still going on",
        "kept 1 folder of submissions that never came to be: still young",
        "kept 2 trials: with files",
        "kept 1 stored file: x",
    ]
