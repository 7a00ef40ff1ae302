"""`hyperstep gc`: what it is told; what it removes is tested with the garbage."""

from __future__ import annotations

import pytest

from hyperstep.artifact_store.base import HeldObject
from hyperstep.cli.commands.gc import _text
from hyperstep.cli.main import main
from hyperstep.runtime.garbage.decision import WORKING, Leftover, Plan


@pytest.mark.parametrize("age", ["30", "d", "-1d", "30 days", "infd"])
def test_what_is_no_age_is_refused(age: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gc", f"--older-than={age}"]) == 2
    assert f"{age!r} is no age; write for example 30d, 12h or 2w" in capsys.readouterr().err


def test_what_is_empty_has_no_size() -> None:
    plan = Plan((HeldObject("ab" * 32, 8, 0.0),), (Leftover(WORKING, "runs/r/work", 0, 0.0),), {})
    lines = list(_text(plan, None))
    assert lines[:2] == ["would remove 1 stored files, 8 B", "would remove 1 working folders"]
    assert not any("again" in line for line in lines)
