"""`hyperstep gc`: what it is told; what it removes is tested with the garbage."""

from __future__ import annotations

import pytest

from hyperstep.cli.main import main


@pytest.mark.parametrize("age", ["30", "d", "-1d", "30 days", "infd"])
def test_what_is_no_age_is_refused(age: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gc", f"--older-than={age}"]) == 2
    assert f"{age!r} is no age; write for example 30d, 12h or 2w" in capsys.readouterr().err
