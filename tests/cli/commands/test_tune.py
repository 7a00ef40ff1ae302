"""`hyperstep tune`: what is refused or warned of before any trial."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.cli.commands import tune
from hyperstep.cli.main import main
from hyperstep.cli.tuning_request import TuningRequest
from hyperstep.runtime.home import Home

Captured = pytest.CaptureFixture[str]
TUNE = ["tune", "train.py", "--space", "lr=uniform:0,1", "--metric", "acc"]


@pytest.fixture
def submitted(home: Home, monkeypatch: pytest.MonkeyPatch) -> list[TuningRequest]:
    """What was submitted; nothing runs."""
    assert home.store.roots() == []
    found: list[TuningRequest] = []

    def submit(request: TuningRequest, _name: str, *, quiet: bool) -> str:
        assert quiet in {True, False}
        assert not request.execution.no_reuse
        found.append(request)
        return "run"

    monkeypatch.setattr(tune, "_submit", submit)
    monkeypatch.setattr(tune, "_watch", lambda *_args, **_kwargs: ([], False))
    return found


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--model-file", "/models/model.pkl"], "'/models/model.pkl'"),
        (["--model-file", "../model.pkl"], "without '..'"),
        (["--experiment", "my experiment"], "'my experiment'"),
        (["--space", "--lr=uniform:0,1"], "given once"),
        (["--space", "m=uniform:nan,1"], "'nan' is no finite number"),
        (["--policy", "bandit"], "'bandit'"),
        (["--policy", "bandit:slack_factor=-1"], "'bandit:slack_factor=-1'"),
        (["--max-silence", "nan"], "'--max-silence': 'nan' is not a finite number"),
        (["--max-minutes", "inf"], "'--max-minutes': 'inf' is not a finite number"),
    ],
)
def test_what_breaks_a_rule_is_refused_before_anything_is_submitted(
    submitted: list[TuningRequest], options: list[str], words: str, capsys: Captured
) -> None:
    Path("train.py").touch()
    assert main([*TUNE, *options]) == 2
    assert words in capsys.readouterr().err
    assert submitted == []


def test_an_option_near_to_ours_goes_to_the_script_with_a_warning(
    submitted: list[TuningRequest], capsys: Captured
) -> None:
    main([*TUNE, "--max-trials", "3", "--epochs", "2"])
    assert submitted[0].arguments == ("--max-trials", "3", "--epochs", "2")
    warning = "--max-trials goes to the script; was --max meant? Write what is the script's own after --"
    assert capsys.readouterr().err == f"hyperstep: {warning}\n"


def test_what_stands_after_the_dashes_is_not_warned_of(submitted: list[TuningRequest], capsys: Captured) -> None:
    main([*TUNE, "--", "--max-trials", "3"])
    assert submitted[0].arguments == ("--max-trials", "3")
    assert capsys.readouterr().err == ""


def test_determinism_and_limits_of_failures_are_asked_for(submitted: list[TuningRequest]) -> None:
    main([*TUNE, "--deterministic", "--max-failed", "0", "--retries", "2"])
    main(TUNE)
    asked = [
        (request.stopping.deterministic, request.limits.max_failed, request.limits.retries) for request in submitted
    ]
    assert asked == [(True, 0, 2), (False, None, None)]
