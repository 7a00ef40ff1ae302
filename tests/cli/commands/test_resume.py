"""`hyperstep resume`: what it takes over, and what it says of the rest."""

from __future__ import annotations

import time

import pytest
from tests.cli.fabricated import PIPELINE, fabricate_second_pipeline

from hyperstep.cli.commands import resume
from hyperstep.cli.main import main
from hyperstep.cli.wording import ended_already
from hyperstep.records.status import RunStatus
from hyperstep.runtime.home import Home
from hyperstep.runtime.interactive import change_runs, ended

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the runs that were given a runner; none is started really."""
    found: list[str] = []

    def ensure(_home: Home, run_id: str, *, force: bool) -> bool:
        found.append(f"{run_id} by force" if force else run_id)
        return True

    monkeypatch.setattr(resume, "ensure_runner", ensure)
    return found


def test_a_run_is_taken_over_and_left_alone_when_detached(running: Home, started: list[str], capsys: Captured) -> None:
    assert running.store.roots()
    assert main(["resume", "latest", "--detach"]) == 0
    assert started == [PIPELINE]
    assert capsys.readouterr().err == "hyperstep: 11111111 goes on with a new runner\n"


def test_a_trial_means_the_run_that_it_belongs_to(running: Home, started: list[str]) -> None:
    assert running.store.roots()
    assert main(["resume", "HD_4444_3", "--detach", "-q"]) == 0
    assert started == [PIPELINE]


def test_all_are_those_whose_runner_is_gone(running: Home, started: list[str], capsys: Captured) -> None:
    fabricate_second_pipeline(running)
    assert main(["resume", "--all", "--detach"]) == 0
    assert started == [PIPELINE]
    assert "11111111 goes on" in capsys.readouterr().err


def test_nothing_to_resume_is_said(home: Home, started: list[str], capsys: Captured) -> None:
    assert home.store.roots() == []
    assert main(["resume", "--all"]) == 0
    assert started == []
    assert capsys.readouterr().err == "hyperstep: no run has lost its runner\n"


def test_a_run_that_has_ended_is_said_to_have(home: Home, capsys: Captured) -> None:
    fabricate_second_pipeline(home)
    assert main(["resume", "latest"]) == 0
    assert capsys.readouterr().err == "hyperstep: 99999999 has ended already: completed\n"


@pytest.mark.parametrize("arguments", [[], ["latest", "--all"]])
def test_a_run_or_all_is_needed(running: Home, arguments: list[str], capsys: Captured) -> None:
    assert running.store.roots()
    assert main(["resume", *arguments]) == 2
    assert "give either a RUN or --all" in capsys.readouterr().err


def test_a_run_is_taken_from_a_runner_that_does_not_get_on_by_force(running: Home, started: list[str]) -> None:
    assert running.store.roots()
    assert main(["resume", "latest", "--force", "--detach", "-q"]) == 0
    assert started == [f"{PIPELINE} by force"]


def test_force_is_for_one_run(running: Home, capsys: Captured) -> None:
    assert running.store.roots()
    assert main(["resume", "--all", "--force"]) == 2
    assert "--force needs a RUN" in capsys.readouterr().err


@pytest.mark.parametrize("detach", [[], ["--detach"]])
@pytest.mark.parametrize(("status", "code"), [(RunStatus.COMPLETED, 0), (RunStatus.FAILED, 1), (RunStatus.CANCELED, 1)])
def test_of_a_run_that_has_ended_the_same_is_said_when_detached_and_by_cancel(
    running: Home, detach: list[str], status: RunStatus, code: int, capsys: Captured
) -> None:
    journal = running.store.journal(PIPELINE)
    change_runs(running, journal, lambda: [ended(journal.run(PIPELINE), status, time.time(), None, "")])
    assert main(["resume", PIPELINE, *detach]) == code
    assert capsys.readouterr().err == f"hyperstep: {ended_already('11111111', status)}\n"
    assert main(["cancel", PIPELINE]) == 0
    assert capsys.readouterr().out == f"{ended_already(PIPELINE, status)}\n"
