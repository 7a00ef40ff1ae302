"""`hyperstep runs`: newest first, in few columns or as JSON."""

from __future__ import annotations

import json

import pytest
from tests.cli.fabricated import PIPELINE, fabricate_second_pipeline, make_run

from hyperstep.cli.main import main
from hyperstep.errors import StoreBusyError, StoreDeniedError, StoreError
from hyperstep.records.run import RunKind
from hyperstep.runtime.home import Home

Captured = pytest.CaptureFixture[str]


def test_an_empty_home_says_what_to_do(home: Home, capsys: Captured) -> None:
    assert home.store.roots() == []
    assert main(["runs"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "hyperstep run SCRIPT" in err


def test_an_empty_home_is_an_empty_array(home: Home, capsys: Captured) -> None:
    assert home.store.roots() == []
    assert main(["runs", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_runs_are_listed_newest_first(running: Home, capsys: Captured) -> None:
    fabricate_second_pipeline(running)
    assert main(["runs", "--json"]) == 0
    documents = json.loads(capsys.readouterr().out)
    assert [d["id"] for d in documents] == ["99999999-eeee", PIPELINE]
    assert documents[1] | {"status": "Running", "experiment": "digits", "kind": "pipeline"} == documents[1]
    assert main(["runs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["id", "99999999", "11111111"]


def test_runs_are_limited_and_chosen_by_experiment(running: Home, capsys: Captured) -> None:
    fabricate_second_pipeline(running)
    assert main(["runs", "-n", "1", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1
    assert main(["runs", "--experiment", "other", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_an_experiment_or_workspace_without_runs_is_named(running: Home, capsys: Captured) -> None:
    assert running.store.roots()
    assert main(["runs", "--experiment", "none", "--workspace", "w"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "No run was submitted in experiment 'none', workspace 'w'. `hyperstep runs` lists all.\n"


def test_a_run_whose_runner_is_gone_is_marked(running: Home, capsys: Captured) -> None:
    fabricate_second_pipeline(running)
    assert main(["runs", "--json"]) == 0
    assert [d["runner_gone"] for d in json.loads(capsys.readouterr().out)] == [False, True]
    assert main(["runs"]) == 0
    _, ended, orphan = capsys.readouterr().out.splitlines()
    assert "completed  " in ended
    assert "running, runner gone  " in orphan


def test_long_and_nasty_names_are_cut_and_escaped(home: Home, capsys: Captured) -> None:
    root = make_run(PIPELINE, RunKind.PIPELINE, folder="", experiment="e" * 255, name="n\x1b[2J\n" + "x" * 200)
    home.store.create([root], folder="long", spec={}).close()
    assert main(["runs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "e" * 39 + "…  " in lines[1]
    assert "  n\\x1b[2J\\nxxx" in lines[1]
    assert len(lines[1]) < 180


@pytest.mark.parametrize(
    ("error", "mark"),
    [(StoreDeniedError("no"), "unreadable"), (StoreBusyError("no"), "unreadable"), (StoreError("no"), "damaged")],
)
def test_what_may_not_be_opened_is_not_called_damaged(
    running: Home, capsys: Captured, monkeypatch: pytest.MonkeyPatch, error: StoreError, mark: str
) -> None:
    def refuse(*_given: object) -> None:
        raise error

    monkeypatch.setattr(type(running.store.journal(PIPELINE)), "run", refuse)
    assert main(["runs", "--json"]) == 0
    (document,) = json.loads(capsys.readouterr().out)
    assert [key for key in ("damaged", "unreadable", "paused", "runner_gone") if document[key]] == [mark]
