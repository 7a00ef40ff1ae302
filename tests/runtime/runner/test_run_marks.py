"""What people and scripts may give a run."""

from __future__ import annotations

import pytest

from hyperstep.errors import InvalidInputError
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.runner.reuse.given_marks import given_marks
from hyperstep.runtime.runner.run_marks import marked

FIRST = {"display_name": "first", "p": "1"}
RUN = RunRecord(
    "r", "r", RunKind.PIPELINE, "r", "local", "e", RunStatus.RUNNING, 1.0, tags={"a": "1"}, properties=FIRST
)


def asked(
    tags: dict[str, str | None], properties: dict[str, str] | None = None, *, by_job: bool = False
) -> dict[str, object]:
    return {"tags": tags, "properties": properties or {}, "by_job": by_job}


def test_a_tag_is_added_replaced_and_taken_away() -> None:
    assert marked(RUN, asked({"a": "2", "b": "3"})).tags == {"a": "2", "b": "3"}
    assert marked(RUN, asked({"a": None})).tags == {}


def test_a_name_for_people_may_be_given_anew() -> None:
    assert marked(RUN, asked({}, {"display_name": "second"})).properties == {**FIRST, "display_name": "second"}


@pytest.mark.parametrize("name", ["p", "outputs", "hyperstep.given"])
def test_a_property_is_set_once_and_those_of_the_engine_never(name: str) -> None:
    assert marked(RUN, asked({}, {"p": "1"})).properties == FIRST
    with pytest.raises(InvalidInputError, match="set once"):
        marked(RUN, asked({}, {name: "2"}))


def test_what_a_step_gives_the_pipelines_run_is_told_from_what_others_gave() -> None:
    by_step = marked(RUN, asked({"b": "2"}, by_job=True))
    assert given_marks(by_step) == (RUN.tags, FIRST)
    both = marked(by_step, asked({"c": "3"}))
    assert both.tags == {"a": "1", "b": "2", "c": "3"}
    assert given_marks(both) == ({"a": "1", "c": "3"}, FIRST)
