"""Runs that a script opens below its own are recorded by its runner, once, however often it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hyperstep.errors import InvalidInputError, NotFoundError
from hyperstep.records import RunKind, RunRecord, RunStatus
from hyperstep.runtime.home import Home
from hyperstep.runtime.inbox import pending, post
from hyperstep.runtime.runner.child_requests import CHILD_REQUESTS
from hyperstep.runtime.runner.context import Envelope, RunnerContext
from hyperstep.runtime.runner.ownership import this_process
from hyperstep.runtime.runner.requests import answer_requests
from hyperstep.settings import Settings

CHILDREN: list[Any] = [{"id": "a", "name": "fold 1", "tags": {"k": "v"}, "started": True}, {"id": "b", "name": ""}]


@pytest.fixture
def context(tmp_path: Path) -> Iterator[RunnerContext]:
    """A runner of the script run ``root``."""
    home = Home.open(Settings(home=tmp_path / "home"))
    root = RunRecord("root", "root", RunKind.SCRIPT, "train.py", "local", "e", RunStatus.RUNNING, 1.0)
    journal = home.store.create([root], folder="f", spec={})
    owner = journal.acquire(this_process())
    yield RunnerContext(home, journal, owner.epoch, Envelope("python", 1, 1.0))
    home.close()


def _ask(context: RunnerContext, kind: str, **body: Any) -> Any:
    """Twice, as after a takeover."""
    first = CHILD_REQUESTS[kind](context, body)
    assert CHILD_REQUESTS[kind](context, body) == first
    return first


def test_children_are_made_once(context: RunnerContext) -> None:
    assert _ask(context, "create_children", parent_id="root", children=CHILDREN) == ["a", "b"]
    made = context.journal.runs(parent_id="root")
    assert [(run.id, run.name, run.status, run.number) for run in made] == [
        ("a", "train.py>fold 1", RunStatus.RUNNING, 0),
        ("b", "train.py", RunStatus.NOT_STARTED, 1),
    ]
    assert made[0].tags == {"k": "v"}
    assert len({run.folder for run in made}) == 2
    assert context.home.store.root_of("b") == "root"


def test_children_begin_and_end_and_take_those_below_along(context: RunnerContext) -> None:
    _ask(context, "create_children", parent_id="root", children=CHILDREN)
    _ask(context, "create_children", parent_id="b", children=[{"id": "c", "name": "inner", "started": True}])
    _ask(context, "start_run", run_id="b")
    assert context.runs["b"].started_at is not None
    error = {"code": "UserError", "message": "bad"}
    _ask(context, "end_run", run_id="b", status="Failed", error=error, reason="")
    ended = context.journal.run("b")
    assert (ended.status, ended.error and ended.error.message) == (RunStatus.FAILED, "bad")
    assert context.journal.run("c").status is RunStatus.FAILED
    assert context.journal.run("a").status is RunStatus.RUNNING


def test_files_are_recorded_with_a_child(context: RunnerContext) -> None:
    _ask(context, "create_children", parent_id="root", children=CHILDREN)
    _ask(context, "add_files", run_id="a", files=[{"path": "x.txt", "digest": "0" * 64, "size": 3}])
    assert [file.path for file in context.journal.artifacts("a")] == ["x.txt"]


def test_what_a_script_never_ended_ends_with_the_run_above(context: RunnerContext) -> None:
    _ask(context, "create_children", parent_id="root", children=CHILDREN)
    _ask(context, "create_children", parent_id="b", children=[{"id": "c", "name": "inner", "started": True}])
    with context.transaction() as unit:
        unit.change_run("root", status=RunStatus.COMPLETED)  # whoever sees this sees the others ended too
    assert [run.status for run in context.journal.runs()] == [RunStatus.COMPLETED] * 4
    assert "root" in context.journal.run("a").reason
    assert "above, b" in context.journal.run("c").reason


def test_what_was_not_written_ends_nothing(context: RunnerContext) -> None:
    _ask(context, "create_children", parent_id="root", children=CHILDREN)

    def fail_and_break() -> None:
        with context.transaction() as unit:
            unit.change_run("root", status=RunStatus.FAILED)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_and_break()
    assert [context.runs[run_id].status for run_id in ("root", "a")] == [RunStatus.RUNNING] * 2


def test_a_run_that_a_runner_drives_is_not_ended_by_request(context: RunnerContext) -> None:
    with pytest.raises(InvalidInputError, match="root, which is a script"):
        CHILD_REQUESTS["end_run"](context, {"run_id": "root", "status": "Completed"})
    with pytest.raises(NotFoundError):
        CHILD_REQUESTS["create_children"](context, {"parent_id": "none", "children": CHILDREN})


def test_a_child_that_was_submitted_is_not_submitted_again(context: RunnerContext) -> None:
    other = RunRecord("given", "given", RunKind.SCRIPT, "n", "local", "e", RunStatus.RUNNING, 1.0, parent_id="root")
    context.home.store.create([other], folder="g", spec={})
    assert CHILD_REQUESTS["submit_child"](context, {"run_id": "given", "parent_id": "root"}) == "given"


def test_requests_arrive_through_the_inbox(context: RunnerContext) -> None:
    folder = context.home.root_folder("root")
    post(folder, "create_children", {"parent_id": "root", "children": CHILDREN})
    post(folder, "no_such_kind", {})
    kinds = [request.kind for request in pending(folder)]
    assert kinds == ["create_children", "no_such_kind"]
    answer_requests(context, lambda _run_id, _reason: None)
    assert list(pending(folder)) == []
    answers = sorted(path.read_text(encoding="utf-8") for path in (folder / "inbox").glob("*.answer.json"))
    assert '"result": ["a", "b"]' in answers[1]
    assert "submit_child" in answers[0]


def test_a_step_of_wrong_types_is_refused_and_its_runner_goes_on(context: RunnerContext) -> None:
    step = {"id": "s", "name": "a.py", "code": {"snapshot": "0" * 64, "script": "a.py", "max_duration_s": "1 h"}}
    body = {"parent_id": "root", "run_id": "x", "name": "a", "tags": {}, "properties": {}, "step": step}
    with pytest.raises(InvalidInputError, match=r"Expected `float \| null`, got `str` - at `\$.code.max_duration_s`"):
        CHILD_REQUESTS["submit_child"](context, body)
    assert [run.id for run in context.home.store.roots()] == ["root"]
    assert context.journal.run("root").properties == {}
