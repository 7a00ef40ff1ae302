"""`hyperstep cancel`: what happens just while it asks; ends of processes are tested end to end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.cli.fabricated import PIPELINE

from hyperstep.cli.main import main
from hyperstep.records.status import RunStatus
from hyperstep.runtime import inbox
from hyperstep.runtime.home import Home
from hyperstep.runtime.interactive import change_runs, ended


def test_a_run_that_ends_while_it_is_asked_to_is_no_trouble(running: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    post = inbox.post

    def end_at_once(folder: Path, kind: str, body: dict[str, str]) -> str:
        request = post(folder, kind, body)
        journal = running.store.journal(PIPELINE)
        change_runs(running, journal, lambda: [ended(journal.run(PIPELINE), RunStatus.CANCELED, time.time(), None, "")])
        return request

    monkeypatch.setattr(inbox, "post", end_at_once)
    monkeypatch.setattr(inbox, "wait_for_answer", lambda *_given, **_named: {})
    assert main(["cancel", PIPELINE]) == 0
    assert next(run for run in running.store.roots() if run.id == PIPELINE).status is RunStatus.CANCELED
