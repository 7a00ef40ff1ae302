"""From within a job, changes to the records go through its runner."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hyperstep.azureml_v1.core.registry import put_named, refuse_in_job
from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.session import close_homes
from hyperstep.azureml_v1.exceptions import ServiceException, UserErrorException
from hyperstep.errors import StoreError


class Runner:
    """Stands for the runner at the other end of the inbox."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Mapping[str, Any]]] = []
        self.refusal = ""

    def ask(self, home: object, root_id: str, kind: str, body: Mapping[str, Any]) -> int:
        del home
        if self.refusal:
            raise StoreError(self.refusal)
        self.asked.append((root_id, kind, body))
        return 7


@pytest.fixture
def runner(recorder: Any, monkeypatch: pytest.MonkeyPatch) -> Runner:
    """The runner of the run that this process is from now on: ``root_0``, a child of ``root``."""
    recorder.child(recorder.root(), "root_0")
    runner = Runner()
    close_homes()
    monkeypatch.setattr("hyperstep.runtime.inbox.ask", runner.ask)
    monkeypatch.setenv("AZUREML_RUN_ID", "root_0")
    Path("f").mkdir()
    monkeypatch.setenv("HYPERSTEP_ATTEMPT_FOLDER", "f")
    monkeypatch.setenv("HYPERSTEP_ROOT_ID", "root")
    return runner


def test_a_metric_of_the_parent_is_logged_by_the_runner(recorder: Any, runner: Runner) -> None:
    parent = Run(recorder.experiment, "root_0").parent
    assert parent is not None
    parent.log("best", 1)
    ((root, kind, body),) = runner.asked
    assert (root, kind, body["run_id"]) == ("root", "log", "root")
    assert [(line["kind"], line["name"], line["value"]) for line in body["records"]] == [("scalar", "best", 1)]


def test_tags_of_the_parent_are_set_by_the_runner(recorder: Any, runner: Runner) -> None:
    run = Run(recorder.experiment, "root")
    run.set_tags({"a": 1})
    run.remove_tags(["b"])
    run.add_properties({"p": 2})
    assert [body for _, _, body in runner.asked] == [
        {"run_id": "root", "tags": {"a": "1"}, "properties": {}, "by_job": True},
        {"run_id": "root", "tags": {"b": None}, "properties": {}, "by_job": True},
        {"run_id": "root", "tags": {}, "properties": {"p": "2"}, "by_job": True},
    ]


def test_what_the_runner_refuses_is_raised(recorder: Any, runner: Runner) -> None:
    runner.refusal = "no such run"
    with pytest.raises(ServiceException, match="no such run"):
        Run(recorder.experiment, "root").tag("a")


def test_named_things_are_added_by_the_runner_and_never_removed(recorder: Any, runner: Runner) -> None:
    workspace = recorder.experiment.workspace
    assert put_named(workspace.home, "local", "model", "digits", {"a": 1}) == 7
    assert runner.asked == [
        ("root", "put_named", {"workspace": "local", "kind": "model", "name": "digits", "body": {"a": 1}})
    ]
    with pytest.raises(UserErrorException, match="job"):
        refuse_in_job("Removing a model")


@pytest.mark.parametrize("name", ["p", "outputs", "hyperstep.given", "hyperstep.reads"])
def test_of_an_ended_run_too_a_property_is_set_once_and_those_of_the_engine_never(recorder: Any, name: str) -> None:
    run = recorder.experiment.start_logging(snapshot_directory=None)
    run.complete()
    run.add_properties({"p": "1"})
    run.add_properties({"p": "1"})
    with pytest.raises((ServiceException, UserErrorException), match=r"set once|once it is added"):
        run.add_properties({name: "2"})
    assert {key: value for key, value in run.get_properties().items() if key in {"p", name}} == {"p": "1"}


def test_a_name_for_people_may_be_given_anew(recorder: Any) -> None:
    run = recorder.experiment.start_logging(snapshot_directory=None)
    for name in ("first", "second"):
        run.display_name = name
    run.complete()
    run.display_name = "third"
    assert run.display_name == "third"
