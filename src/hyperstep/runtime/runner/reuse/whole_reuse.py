"""A pipeline of which every step is reused ends where it is submitted: nothing starts, not even a runner."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial

from msgspec.structs import replace

from hyperstep.errors import USER_FAULTS, HyperstepError
from hyperstep.pipeline.graph import step_labels, topological_order
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.records.run import RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import Owner
from hyperstep.runtime.home import Home
from hyperstep.runtime.processes import machine_name
from hyperstep.runtime.runner.context import Envelope, RunnerContext
from hyperstep.runtime.runner.data_paths import Found, find_input
from hyperstep.runtime.runner.reuse.reused_steps import complete_reused
from hyperstep.runtime.runner.reuse.step_facts import Around, StepQuestion
from hyperstep.runtime.runner.reuse.step_reuse import ReuseAnswer, find_equal
from hyperstep.runtime.runner.reuse.step_sources import stand_in

_NOBODY = Owner(pid=0, pid_started_at=0.0, host=machine_name())
"""Who completes the run: not this process, which may go on for days, and would be asked for what its runner does.
Whoever looks before the run has ended, or after this has failed, takes it over, and fences us off."""

_READ_AT_ONCE_BYTES = 1 << 20
"""Larger files whose content is not known are left to a runner: who submits does not wait for them."""


def reuse_whole(home: Home, runs: list[RunRecord], spec: PipelineSpec, rules: ReuseRules) -> bool:
    """Complete a submitted pipeline run if an earlier run stands for each of its steps.

    Args:
        home: Where it was recorded; nobody drives it yet.
        runs: The pipeline run, then its step runs.
        spec: The pipeline.
        rules: Of the submission.

    Returns:
        Whether it has ended. If not, a runner goes on from what is recorded.
    """
    root, by_step = runs[0], {run.properties["azureml.nodeid"]: run for run in runs[1:]}
    try:
        answers = _answers(home, root, spec, rules) if spec.steps and not rules.verify else None
        if answers is None:
            return False
        owner = home.store.journal(root.id).acquire(_NOBODY, after=0)
        _complete(home, owner, root, by_step, rules, answers)
    except (HyperstepError, OSError):  # whatever it is, a runner meets it too and says so
        return False
    return True


def _answers(
    home: Home, root: RunRecord, spec: PipelineSpec, rules: ReuseRules
) -> list[tuple[StepSpec, ReuseAnswer]] | None:
    """The decision on each step in order; None as soon as one must run, or cannot be decided without much reading."""
    answers: list[tuple[StepSpec, ReuseAnswer]] = []
    producers: dict[str, RunRecord] = {}
    computed: dict[str, str] = {}
    quick = replace(rules, hash_limit_bytes=min(rules.hash_limit_bytes, _READ_AT_ONCE_BYTES))
    names, state, now = tuple(step.name for step in spec.steps), partial(_seen, root), time.time()
    around, labels = Around(names, computed, state, state), step_labels(spec)
    for step in topological_order(spec):
        inputs = _inputs(home, root, step, producers)
        if inputs is None:
            return None
        answer = find_equal(StepQuestion(home, root.workspace, spec, step, inputs, quick, around), now)
        if answer is None or answer.found.unread or answer.source is None:
            return None
        producers[step.id] = stand_in(home, answer.source)
        computed[labels[step.id]] = answer.source.run_id
        answers.append((step, answer))
    return answers


def _inputs(home: Home, root: RunRecord, step: StepSpec, producers: Mapping[str, RunRecord]) -> dict[str, Found] | None:
    try:
        return {port.name: find_input(home, root.workspace, port, producers) for port in step.inputs}
    except (*USER_FAULTS, OSError):
        return None


def _complete(
    home: Home,
    owner: Owner,
    root: RunRecord,
    by_step: Mapping[str, RunRecord],
    rules: ReuseRules,
    answers: list[tuple[StepSpec, ReuseAnswer]],
) -> None:
    context = RunnerContext(home, home.store.journal(root.id), owner.epoch, Envelope("", 1, 0.0, rules))
    with context.transaction() as unit:
        unit.change_run(root.id, status=RunStatus.RUNNING)
    for step, answer in answers:
        if answer.source is not None:
            complete_reused(context, step, by_step[step.id], answer, answer.source, _nothing)
    with context.transaction() as unit:
        unit.change_run(root.id, status=RunStatus.COMPLETED)


def _seen(root: RunRecord) -> str:
    from hyperstep.runtime.runner.reuse.seen_records import seen_as_given  # noqa: PLC0415 - few steps look there

    return seen_as_given(root)


def _nothing() -> None:
    """Nobody waits for a single step."""
