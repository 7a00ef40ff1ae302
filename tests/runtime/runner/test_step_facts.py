"""Whether the inputs of a step stayed as they were from when it was identified until it begins."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from hyperstep.artifact_store.tree import Reading
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import CodeSpec, DataMode, DatastorePaths, InputSpec, PipelineSpec, StepSpec
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.data_paths import Found, content_digest, content_state
from hyperstep.runtime.runner.reuse.step_facts import StepQuestion, identify, states_at_start

STEP = StepSpec(
    "s",
    "s",
    CodeSpec("0" * 64, "train.py"),
    inputs=tuple(
        InputSpec(name, DatastorePaths((("store", name),)), DataMode.MOUNT, f"${name}", name) for name in ("a", "b")
    ),
)
RULES = ReuseRules(hash_limit_bytes=10)


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, Found]:
    """A folder with a large and a small file, and a set of two such files."""
    for place in ("a/large", "a/small", "large", "small"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text("x" * (100 if place.endswith("large") else 1))
    files = tuple((name, tmp_path / name) for name in ("large", "small"))
    return {"a": Found(tmp_path / "a"), "b": Found(None, files)}


def states(inputs: dict[str, Found]) -> dict[str, str]:
    return {name: content_state(found) for name, found in inputs.items()}


def test_that_another_reader_got_to_know_large_files_is_no_change(home: Home, inputs: dict[str, Found]) -> None:
    time.sleep(0.1)  # files that were just written are read again
    question = StepQuestion(home, "local", PipelineSpec((STEP,)), STEP, inputs, RULES)
    found = identify(question)
    assert found.unread == ("a", "b")
    for each in inputs.values():
        content_digest(each, Reading(home.path))
    assert identify(question).unread == ()
    assert states_at_start(question, found) == states(inputs)


def test_large_files_that_were_read_whole_although_they_are_young_have_not_changed(
    home: Home, inputs: dict[str, Found]
) -> None:
    question = StepQuestion(home, "local", PipelineSpec((STEP,)), STEP, inputs, RULES)
    found = identify(question, Reading(home.path, verify=True))
    assert states_at_start(question, found) == states(inputs)


@pytest.mark.parametrize(
    ("place", "changed"), [("a/large", "a"), ("a/small", "a"), ("a/new", "a"), ("large", "b"), ("small", "b")]
)
def test_what_changed_since_the_step_was_identified_has_no_state(
    home: Home, inputs: dict[str, Found], tmp_path: Path, place: str, changed: str
) -> None:
    question = StepQuestion(home, "local", PipelineSpec((STEP,)), STEP, inputs, RULES)
    found = identify(question)
    text = (tmp_path / place).read_text() if (tmp_path / place).exists() else ""
    (tmp_path / place).write_text("other")
    (tmp_path / place).write_text(text)
    assert states_at_start(question, found) == {**states(inputs), changed: ""}
