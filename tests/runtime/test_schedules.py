"""The look at schedules: each cause once, whatever is broken off, and how many times were missed."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from msgspec.structs import replace

from hyperstep.digest import Json
from hyperstep.errors import LaunchError
from hyperstep.pipeline.recurrence import Frequency, Recurrence
from hyperstep.pipeline.spec import CodeSpec, DataMode, DatastorePaths, InputSpec, PipelineSpec, StepSpec
from hyperstep.pipeline.template import ParameterKind, PipelineTemplate, TemplateParameter
from hyperstep.run_store.base import NamedRecord
from hyperstep.runtime import publishing, schedules
from hyperstep.runtime.home import Home
from hyperstep.runtime.publishing import Request, publish, published_pipelines, runs_with
from hyperstep.runtime.schedules import (
    SCHEDULE_PROPERTY,
    ScheduleRecord,
    Watch,
    add_schedule,
    look,
    next_due,
    restart_schedule,
    scheduled_workspaces,
)
from hyperstep.runtime.schedules import schedules as kept_schedules

_BORN = 1_700_000_000.0
_HOUR = 3600.0


@pytest.fixture
def pipeline_id(home: Home) -> str:
    """A published pipeline with an input that follows a parameter."""
    port = InputSpec("data", DatastorePaths((("workspaceblobstore", "in"),)), DataMode.MOUNT, "$D", "D")
    step = StepSpec(id="a", name="train", code=CodeSpec("s", "train.py"), inputs=(port,))
    parameter = TemplateParameter("data", ParameterKind.DATA_PATH, "in", inputs=(("a", "data"),))
    return publish(home, "local", "p", PipelineTemplate(PipelineSpec((step,)), (parameter,))).id


def _hourly(home: Home, pipeline_id: str) -> ScheduleRecord:
    recurrence = Recurrence(Frequency.HOUR, 1)
    record = ScheduleRecord("s1", "hourly", "e", pipeline_id, recurrence=recurrence, created_at=_BORN, since=_BORN)
    return add_schedule(home, "local", record)


def _runs(home: Home) -> list[str]:
    return [run.id for run in runs_with(home, "local", SCHEDULE_PROPERTY, "s1")]


def test_each_due_time_is_submitted_once_and_missed_ones_are_counted(home: Home, pipeline_id: str) -> None:
    _hourly(home, pipeline_id)
    [first] = look(home, _BORN + 1)
    assert (first.due_at, first.missed, first.run_id) == (_BORN, 0, _runs(home)[0])
    assert list(look(home, _BORN + _HOUR - 1)) == []
    [later] = look(home, _BORN + 5.5 * _HOUR)
    assert (later.due_at, later.missed) == (_BORN + 5 * _HOUR, 4)
    assert len(_runs(home)) == 2


def test_a_look_that_is_broken_off_after_submitting_does_not_submit_again(
    home: Home, pipeline_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hourly(home, pipeline_id)

    def broken(_home: Home, _workspace: str, _state: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(schedules, "_set_state", broken)
        with pytest.raises(KeyboardInterrupt):
            list(look(home, _BORN + 1))
    woken: list[str] = []
    monkeypatch.setattr(schedules, "ensure_runner", lambda _home, run_id: woken.append(run_id))
    [again] = look(home, _BORN + 2)
    assert _runs(home) == [again.run_id] == woken
    assert list(look(home, _BORN + 3)) == []


def test_two_that_look_at_one_time_submit_one_run(
    home: Home, pipeline_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hourly(home, pipeline_id)
    answers = itertools.chain([False], itertools.repeat(True))
    real = schedules._exists
    [first] = look(home, _BORN + 1)
    home.store.remove_named("local", "schedule_state", "s1")  # the other one has not seen it yet
    monkeypatch.setattr(schedules, "_exists", lambda h, r: next(answers) and real(h, r))
    [second] = look(home, _BORN + 1)
    assert (second.run_id, second.error, len(_runs(home))) == (first.run_id, "", 1)


def test_what_cannot_be_submitted_is_told_once(home: Home, pipeline_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _hourly(home, pipeline_id)

    def refuse(*_: object) -> None:
        rule = "It cannot be."
        raise LaunchError(rule)

    monkeypatch.setattr(schedules, "submit_published", refuse)
    [fired] = look(home, _BORN + 1)
    assert (fired.run_id, fired.error) == ("", "It cannot be.")
    assert list(look(home, _BORN + 2)) == []


def test_a_disabled_schedule_or_pipeline_submits_nothing(home: Home, pipeline_id: str) -> None:
    record = _hourly(home, pipeline_id)
    assert next_due(record, _BORN) == _BORN + _HOUR
    disabled = kept_schedules.change(home, "local", replace(record, active=False))
    assert next_due(disabled, _BORN) is None
    assert list(look(home, _BORN + 1)) == []
    restart_schedule(home, "local", record)
    published_pipelines.change(
        home, "local", replace(published_pipelines.find(home, "local", pipeline_id), active=False)
    )
    [fired] = look(home, kept_schedules.find(home, "local", "s1").since + 2 * _HOUR)
    assert "disabled" in fired.error


def test_a_restarted_schedule_makes_up_for_nothing(home: Home, pipeline_id: str) -> None:
    record = restart_schedule(home, "local", _hourly(home, pipeline_id))
    assert list(look(home, record.since)) == []
    [fired] = look(home, record.since + _HOUR)
    assert fired.missed == 0


def test_a_watch_sees_new_and_changed_files_only(home: Home, pipeline_id: str) -> None:
    folder: Path = home.datastore_folder("local", "workspaceblobstore") / "in"
    folder.mkdir()
    (folder / "old").write_text("old", encoding="utf-8")
    watch = Watch("workspaceblobstore", "in", 2, "data")
    add_schedule(home, "local", ScheduleRecord("s1", "watching", "e", pipeline_id, watch=watch, since=_BORN))
    assert next_due(kept_schedules.find(home, "local", "s1"), _BORN) is None
    assert list(look(home, _BORN + 121)) == []
    (folder / "old").write_text("changed", encoding="utf-8")
    (folder / "new").write_text("new", encoding="utf-8")
    fired = list(look(home, _BORN + 300))
    assert sorted(one.run_id for one in fired) == sorted(_runs(home))
    sources = set()
    for one in fired:
        spec: Json = home.store.journal(one.run_id).spec()
        sources.add(str(spec["spec"]["steps"][0]["inputs"][0]["source"]["paths"]))  # type: ignore[index,call-overload]
    assert {"in/new" in source for source in sources} == {True, False}
    assert len(sources) == 2


def test_a_watch_without_a_parameter_submits_once_for_all(home: Home, pipeline_id: str) -> None:
    folder: Path = home.datastore_folder("local", "workspaceblobstore")
    watch = Watch("workspaceblobstore", "", 1)
    add_schedule(home, "local", ScheduleRecord("s1", "watching", "e", pipeline_id, watch=watch, since=_BORN))
    for name in ("a", "b"):
        (folder / name).write_text(name, encoding="utf-8")
    assert len(list(look(home, _BORN + 60))) == 1


def test_the_workspaces_of_schedules_are_known(home: Home, pipeline_id: str) -> None:
    assert scheduled_workspaces(home) == []
    _hourly(home, pipeline_id)
    assert scheduled_workspaces(home) == ["local"]
    assert isinstance(home.store.named("local", "schedule", "s1"), NamedRecord)


def test_a_request_says_more_than_the_template(home: Home, pipeline_id: str) -> None:
    request = Request("e", continue_on_step_failure=True, regenerate_outputs=True, tags={"a": "b"})
    run = publishing.submit_published(home, "local", pipeline_id, request)
    assert (run.tags, run.properties[publishing.PIPELINE_PROPERTY]) == ({"a": "b"}, pipeline_id)
    template = publishing.submitted_template(home, run.id)
    assert (template.spec.continue_on_step_failure, template.spec.regenerate_outputs) == (True, True)
    assert [parameter.name for parameter in template.parameters] == ["data"]


def test_a_file_that_vanishes_and_a_link_to_nowhere_are_no_trouble(home: Home, pipeline_id: str) -> None:
    folder: Path = home.datastore_folder("local", "workspaceblobstore")
    watch = Watch("workspaceblobstore", "", 1)
    add_schedule(home, "local", ScheduleRecord("s1", "watching", "e", pipeline_id, watch=watch, since=_BORN))
    (folder / "link").symlink_to(folder / "nowhere")
    assert list(look(home, _BORN + 60)) == []


def test_the_trouble_of_one_schedule_is_not_anothers(
    home: Home, pipeline_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch("workspaceblobstore", "", 1)
    add_schedule(home, "local", ScheduleRecord("s0", "watching", "e", pipeline_id, watch=watch, since=_BORN))
    _hourly(home, pipeline_id)

    def broken(*_: object) -> dict[str, str]:
        raise PermissionError

    monkeypatch.setattr(schedules, "_listing", broken)
    fired = list(look(home, _BORN + 61))
    assert [(one.schedule.name, bool(one.run_id)) for one in fired] == [("watching", False), ("hourly", True)]
    assert fired[0].error == "PermissionError"
    assert list(look(home, _BORN + 62)) == []
