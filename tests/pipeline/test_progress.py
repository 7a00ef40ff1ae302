"""Where a pipeline stands: what may start, what never will, how it ends."""

from __future__ import annotations

from hyperstep.pipeline.progress import hopeless_steps, pipeline_outcome, ready_steps
from hyperstep.pipeline.spec import CodeSpec, PipelineSpec, StepSpec
from hyperstep.records.status import RunStatus as S

CODE = CodeSpec(snapshot="0" * 64, script="s.py")


def diamond(*, go_on: bool = False) -> PipelineSpec:
    steps = (
        StepSpec("a", "a", CODE),
        StepSpec("b", "b", CODE, run_after=("a",)),
        StepSpec("c", "c", CODE, run_after=("a",)),
        StepSpec("d", "d", CODE, run_after=("b", "c")),
        StepSpec("e", "e", CODE),
    )
    return PipelineSpec(steps=steps, continue_on_step_failure=go_on)


def statuses(**given: S) -> dict[str, S]:
    return dict.fromkeys("abcde", S.NOT_STARTED) | given


def names(steps: list[StepSpec]) -> str:
    return "".join(s.id for s in steps)


def test_steps_without_upstream_are_ready_at_once() -> None:
    assert names(ready_steps(diamond(), statuses())) == "ae"


def test_a_step_is_ready_only_when_all_upstream_completed() -> None:
    assert names(ready_steps(diamond(), statuses(a=S.COMPLETED, b=S.COMPLETED, c=S.RUNNING, e=S.RUNNING))) == ""
    assert names(ready_steps(diamond(), statuses(a=S.COMPLETED, b=S.COMPLETED, c=S.COMPLETED, e=S.RUNNING))) == "d"


def test_after_a_failure_nothing_new_starts() -> None:
    now = statuses(a=S.COMPLETED, b=S.FAILED)
    assert ready_steps(diamond(), now) == []
    assert [(s.id, why) for s, why in hopeless_steps(diamond(), now)] == [
        ("c", "not started: step 'b' failed"),
        ("d", "not started: step 'b' failed"),
        ("e", "not started: step 'b' failed"),
    ]


def test_with_continue_only_what_depends_on_the_failure_is_hopeless() -> None:
    now = statuses(a=S.COMPLETED, b=S.FAILED)
    assert names(ready_steps(diamond(go_on=True), now)) == "ce"
    assert names([s for s, _ in hopeless_steps(diamond(go_on=True), now)]) == "d"


def test_the_outcome_waits_for_all_and_failure_outweighs_cancel() -> None:
    done = dict.fromkeys("abcde", S.COMPLETED)
    assert pipeline_outcome(diamond(), done, cancel_requested=False) is S.COMPLETED
    assert pipeline_outcome(diamond(), done | {"d": S.RUNNING}, cancel_requested=True) is None
    assert pipeline_outcome(diamond(), done | {"d": S.CANCELED}, cancel_requested=False) is S.CANCELED
    assert pipeline_outcome(diamond(), done | {"d": S.CANCELED, "e": S.FAILED}, cancel_requested=True) is S.FAILED


def test_hopelessness_goes_down_a_whole_chain() -> None:
    steps = tuple(StepSpec(name, name, CODE, run_after=tuple(up)) for name, up in (("c", "b"), ("b", "a"), ("a", "")))
    spec = PipelineSpec(steps=steps, continue_on_step_failure=True)
    now = {"a": S.FAILED, "b": S.NOT_STARTED, "c": S.NOT_STARTED}
    assert [(s.id, why) for s, why in hopeless_steps(spec, now)] == [
        ("b", "not started: step 'a' failed"),
        ("c", "not started: step 'b' did not run"),
    ]
