"""The pipeline graph: soundness, order, cycles."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.graph import check_graph, distinct_names, find_cycle, step_labels, topological_order
from hyperstep.pipeline.spec import (
    CodeSpec,
    DataMode,
    InputSpec,
    OutputSpec,
    PipelineSpec,
    StepOutput,
    StepSpec,
)

CODE = CodeSpec(snapshot="0" * 64, script="s.py")


def output(name: str, pipeline_output_name: str = "") -> OutputSpec:
    return OutputSpec(name, "store", DataMode.MOUNT, f"${name}", name, pipeline_output_name)


def step(name: str, *after: str, outputs: tuple[OutputSpec, ...] = (), source: StepOutput | None = None) -> StepSpec:
    inputs = (InputSpec("data", source, DataMode.MOUNT, "$data", "data"),) if source else ()
    return StepSpec(id=name, name=name, code=CODE, inputs=inputs, outputs=outputs, run_after=after)


def test_a_cycle_is_named_step_by_step() -> None:
    spec = PipelineSpec(steps=(step("prep", "register"), step("tune", "prep"), step("register", "tune")))
    with pytest.raises(InvalidInputError) as caught:
        check_graph(spec)
    names = str(caught.value)
    assert "prep" in names
    assert "tune" in names
    assert "register" in names
    assert "run_after" in names


def test_a_step_waiting_for_itself_is_a_cycle() -> None:
    assert find_cycle({"a": ["a"]}) == ["a", "a"]


def test_the_cycle_follows_the_direction_of_work() -> None:
    assert find_cycle({"a": ["c"], "b": ["a"], "c": ["b"]}) == ["a", "b", "c", "a"]


def test_an_output_name_used_twice_in_the_pipeline_is_refused() -> None:
    spec = PipelineSpec(steps=(step("a", outputs=(output("x", "m"),)), step("b", outputs=(output("y", "m"),))))
    with pytest.raises(InvalidInputError, match="pipeline_output_name"):
        check_graph(spec)


def test_an_input_from_an_output_that_does_not_exist_is_refused() -> None:
    spec = PipelineSpec(steps=(step("a", outputs=(output("x"),)), step("b", source=StepOutput("a", "y"))))
    with pytest.raises(InvalidInputError, match="'a' does not have"):
        check_graph(spec)


def test_a_step_that_waits_for_an_unknown_one_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="not in the pipeline"):
        check_graph(PipelineSpec(steps=(step("a", "ghost"),)))


def test_order_follows_data_and_run_after_and_otherwise_the_list() -> None:
    spec = PipelineSpec(
        steps=(
            step("register", "tune"),
            step("tune", source=StepOutput("prep", "x")),
            step("prep", outputs=(output("x"),)),
            step("report"),
        )
    )
    check_graph(spec)
    assert [s.name for s in topological_order(spec)] == ["prep", "tune", "register", "report"]


def test_steps_of_one_name_are_told_apart_by_their_order() -> None:
    names = ["train", "train #2", "train", "eval", "train"]
    assert distinct_names(names) == ["train", "train #2", "train #3", "eval", "train #4"]
    spec = PipelineSpec(steps=(replace(step("b", "a"), name="train"), replace(step("a"), name="train")))
    assert step_labels(spec) == {"a": "train", "b": "train #2"}


@given(st.dictionaries(st.integers(0, 12), st.lists(st.integers(0, 12), max_size=4), max_size=13))
def test_a_found_cycle_is_one_and_none_is_missed(graph: dict[int, list[int]]) -> None:
    upstream = {str(k): [str(v) for v in vs if v in graph] for k, vs in graph.items()}
    cycle = find_cycle(upstream)
    if cycle:
        assert cycle[0] == cycle[-1]
        assert all(before in upstream[after] for before, after in itertools.pairwise(cycle))
    else:
        spec = PipelineSpec(steps=tuple(step(k, *vs) for k, vs in upstream.items()))
        seen: set[str] = set()
        for placed in topological_order(spec):
            assert seen.issuperset(placed.upstream)
            seen.add(placed.id)
