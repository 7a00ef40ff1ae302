"""`hyperstep rerun`: what it says before, and what it promises."""

from __future__ import annotations

import pytest
from tests.cli.fabricated import fabricate_second_pipeline

from hyperstep import policies, samplers
from hyperstep.cli.commands.rerun import _promise, _what
from hyperstep.cli.main import main
from hyperstep.digest import Json
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.runtime.home import Home
from hyperstep.runtime.rerunning import Again
from hyperstep.sweep.config import Limits, SweepConfig

SPACE: dict[str, Json] = {"space": {"x": ["uniform", [0, 1]]}, "order": ["x"], "seed": 1}


def test_without_an_option_it_says_which_there_are(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    fabricate_second_pipeline(home)
    assert main(["rerun", "latest"]) == 2
    assert "--exact for the whole run" in capsys.readouterr().err


def test_everything_and_a_part_exclude_each_other(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    fabricate_second_pipeline(home)
    assert main(["rerun", "latest", "--exact", "--failed"]) == 2
    assert "--exact runs everything anew" in capsys.readouterr().err


def test_a_run_that_goes_on_is_not_repeated(running: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert running.store.roots()
    assert main(["rerun", "latest", "--exact"]) == 4
    assert "once it has ended" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("sampler", "policy", "deterministic", "words"),
    [
        ("RANDOM", "Default", False, "the same list of trials"),
        ("RANDOM", "MedianStopping", False, "the same list of trials; not deterministic: which of them are stopped"),
        ("BayesianOptimization", "Default", False, "not deterministic: points that rest on results can differ"),
        ("BayesianOptimization", "MedianStopping", True, "deterministic, so the same trials with the same stops"),
    ],
)
def test_each_sweep_promises_what_it_can_keep(sampler: str, policy: str, deterministic: bool, words: str) -> None:
    goal: dict[str, Json] = {"goal": "maximize"} if sampler == "BayesianOptimization" else {}
    config = SweepConfig(
        samplers.from_json({"name": sampler, **SPACE, **goal}),
        policies.from_json({"name": policy}),
        PrimaryMetric("acc", Goal.MAXIMIZE),
        Limits(4, 2),
        deterministic=deterministic,
    )
    assert _promise(config).startswith(words)


@pytest.mark.parametrize(
    ("again", "words"),
    [
        (Again(max_total=6), "goes on with run-1, to 6 trials"),
        (Again(failed=True), "runs the failed trials of run-1 again"),
        (Again(failed=True, canceled=True), "runs the failed and canceled trials of run-1 again"),
        (
            Again(canceled=True, max_total=1),
            "goes on with run-1, to 1 trial, and runs the canceled trials of run-1 again",
        ),
    ],
)
def test_it_says_what_it_was_asked_for(again: Again, words: str) -> None:
    assert _what(again, "run-1") == words
