"""Submitting a run, asking it to end, and telling whether anybody drives it."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from hyperstep.codec import to_json
from hyperstep.digest import Json, digest_bytes
from hyperstep.errors import ConflictError, DiskFullError, StoreError, means_no_room
from hyperstep.pipeline.graph import check_graph, check_types, topological_order
from hyperstep.pipeline.model_file import check_model_outputs
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.pipeline.template import TemplateParameter
from hyperstep.records.run import RunError, RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.cores import usable_cores
from hyperstep.runtime.environments.preflight import PROPERTY, check_environment
from hyperstep.runtime.guarding import start_runner
from hyperstep.runtime.home import Home
from hyperstep.runtime.interactive import end_run
from hyperstep.runtime.liveness import is_elsewhere, live_owner, lives_here, may_be_starting
from hyperstep.runtime.planning import is_planning, plan_and_end, plan_step_and_end
from hyperstep.runtime.reuse_options import reuse_rules, warn_of_unknown_steps

SUBMISSION_VARIABLE = "HYPERSTEP_SUBMISSION"
"""Set by ``hyperstep run``, so that it finds what its script submits."""

_CANCEL_PATIENCE_S = 10.0
_SHORT = 8
"""Characters of an id in a folder's name."""

_logger = logging.getLogger("hyperstep")
_ABANDONED = "The process that started this run is gone, and did not call complete() or fail()."


class Label(Struct, frozen=True):
    """How a submitted run is found again."""

    workspace: str
    experiment: str
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    run_id: str = ""
    """The id to give the run; one is made without it."""
    parent_id: str = ""
    """The run that it is shown below, though it is driven by a runner of its own; empty for none."""


def submit_pipeline(
    home: Home, spec: PipelineSpec, label: Label, parameters: Sequence[TemplateParameter] = ()
) -> RunRecord:
    """Record a pipeline run with its step runs and start its runner; returns the pipeline run at once.

    Args:
        home: Where.
        spec: The pipeline.
        label: How it is found again.
        parameters: Where values of parameters go in ``spec``: kept, so that the run can be published.

    Raises:
        InvalidInputError: The graph has a cycle (the message names it), an output name is used twice, an input has no
            producer, a sweep's config breaks a rule, a value has a wrong type, or a model output can never be written.
            Nothing is recorded then.
    """
    _check(home, spec)
    plan_and_end(home, spec, label)
    root = root_run(label, RunKind.PIPELINE, label.run_id or str(uuid.uuid4()), label.name or label.experiment)
    steps = [_step_run(root, step, number) for number, step in enumerate(topological_order(spec))]
    envelope: dict[str, Json] = {"kind": "pipeline", "spec": to_json(spec), "parameters": to_json(parameters)}
    runs = _record(home, [root, *steps], envelope, spec.steps)
    from hyperstep.runtime.runner.reuse.whole_reuse import reuse_whole  # noqa: PLC0415 - it is recorded by then, come what may

    if not reuse_whole(home, runs, spec, reuse_rules(home.settings)):
        _hand_over(home, root.id)
    return runs[0]


def submit_step(home: Home, step: StepSpec, label: Label, rules: ReuseRules | None = None) -> RunRecord:
    """The same for one step on its own: the root is a sweep when the step tunes, else a script run.

    ``rules`` say what its trials may take over; those of the settings and variables without them.
    """
    _check(home, PipelineSpec(steps=(step,)))
    plan_step_and_end(home, step, label.workspace, label.experiment, rules)
    kind = RunKind.SWEEP if step.tuning else RunKind.SCRIPT
    run_id = label.run_id or f"{'HD_' if step.tuning else ''}{uuid.uuid4()}"
    root = root_run(label, kind, run_id, label.name or step.name)
    root = replace(root, script=step.code.script, arguments=step.code.arguments, target=step.target)
    run = _record(home, [root], {"kind": "step", "spec": to_json(step)}, [step], rules)[0]
    _hand_over(home, run.id)
    return run


def request_cancel(home: Home, run_id: str, reason: str) -> None:
    """Ask the runner of ``run_id`` (a root run, a step, a sweep or a trial) to end it.

    Returns as soon as the runner has taken it up, not when the processes are gone. When no runner lives, one is
    started to do it. While a plan is made nothing is asked for: the run goes on.

    Raises:
        StoreError: The runner refused, for example because that step is not under way, or could not be asked.
    """
    root_id = home.store.root_of(run_id)
    root = home.store.journal(root_id).run(root_id)
    if root.status.is_terminal:
        return
    if is_planning():
        _logger.warning("A plan ends nothing: run %s goes on.", run_id)
        return
    if root.kind is RunKind.INTERACTIVE:
        end_run(home, run_id, RunStatus.CANCELED, reason=reason)
        return
    from hyperstep.runtime.inbox import post, wait_for_answer  # noqa: PLC0415 - who submits asks for nothing

    try:
        request = post(home.root_folder(root_id), "cancel", {"run_id": run_id, "reason": reason})
    except OSError as error:
        raise _not_asked(run_id, error) from error
    ensure_runner(home, root_id)
    with contextlib.suppress(ConflictError):  # the request stays: a busy runner takes it up later
        wait_for_answer(home, root_id, request, timeout_s=_CANCEL_PATIENCE_S)


def _not_asked(run_id: str, error: OSError) -> StoreError:
    rule = f"Who cancels a run leaves a file in its folder, which failed ({error.strerror}): it was not asked to end."
    kind = DiskFullError if means_no_room(error) else StoreError
    return kind(rule, received=run_id, remedy="Free some space (`hyperstep gc` shows what can go), then try again.")


def ensure_runner(home: Home, root_id: str, *, force: bool = False) -> bool:
    """Start a runner for a run that has not ended and that nobody drives; returns whether one was started.

    An interactive run has no runner: it ends Failed when the process that started it is gone. For a run whose owner is
    on another machine the runner first waits whether that one gives a sign of life, and leaves when it does.

    Args:
        home: The home.
        root_id: The root run.
        force: Start one although a runner lives, which is stopped or stuck: it can write and command no more.
    """
    run = home.store.journal(root_id).run(root_id)
    if home.base is not None:  # a look-alike of the home: the run is the other's
        return False
    if run.status.is_terminal:
        home.store.update_root(run)  # its last owner may have died before it could
        return False
    if live_owner(home, root_id) is not None and not (force and run.kind is not RunKind.INTERACTIVE):
        return False
    if run.kind is RunKind.INTERACTIVE:
        _end_abandoned(home, root_id)
        return False
    return start_runner(home, root_id, force=force)


def is_abandoned(home: Home, root_id: str) -> bool:
    """Whether a run has lost its runner, or never got one as its submitter died, and this machine can tell."""
    journal = home.store.journal(root_id)
    run, owner = journal.run(root_id), journal.owner()
    if run.status.is_terminal or run.kind is RunKind.INTERACTIVE:
        return False
    if owner is None:
        return not may_be_starting(run.created_at, time.time())
    return not is_elsewhere(owner) and not lives_here(owner)


def _end_abandoned(home: Home, root_id: str) -> None:
    """Fail an interactive run whose process is gone; one of another machine is left alone."""
    journal = home.store.journal(root_id)
    owner = journal.owner()
    if owner is None and may_be_starting(journal.run(root_id).created_at, time.time()):
        return
    if owner is None or not is_elsewhere(owner):
        end_run(home, root_id, RunStatus.FAILED, error=RunError("SystemError", _ABANDONED))


def _check(home: Home, spec: PipelineSpec) -> None:
    check_types(spec)
    check_graph(spec)
    _check_warm(home, spec)
    for step in spec.steps:
        if step.tuning:
            from hyperstep.sweep.config import SweepConfig  # noqa: PLC0415 - where there is a sweep

            config = SweepConfig.from_json(dict(step.tuning.config))
            check_model_outputs(step, config.limits.max_total)


def _check_warm(home: Home, spec: PipelineSpec) -> None:
    """Refuse what is to be warm always, and never can be."""
    if "always" in {home.settings.warm, *(step.tuning.warm for step in spec.steps if step.tuning)}:
        from hyperstep.runtime.runner.warm.demand import require_warm  # noqa: PLC0415 - where it is asked for
        from hyperstep.runtime.runner.warm.foreseeing import why_cold_again  # noqa: PLC0415

        require_warm(home.settings.warm, spec.steps, partial(why_cold_again, home))


def root_run(label: Label, kind: RunKind, run_id: str, name: str) -> RunRecord:
    """The record of a root run that is about to be created."""
    return RunRecord(
        id=run_id,
        root_id=run_id,
        kind=kind,
        name=name,
        workspace=label.workspace,
        experiment=label.experiment,
        status=RunStatus.NOT_STARTED,
        created_at=time.time(),
        parent_id=label.parent_id or None,
        properties=dict(label.properties),
        tags=dict(label.tags),
    )


def run_folder_name(root: RunRecord) -> str:
    """Name of a new root run's folder, for people to read."""
    moment = datetime.fromtimestamp(root.created_at, UTC).strftime("%Y%m%d-%H%M%S")
    return f"{moment}-{_slug(root.experiment)}-{_short_id(root.id)}"


def _step_run(root: RunRecord, step: StepSpec, number: int) -> RunRecord:
    return replace(
        root,
        id=str(uuid.uuid4()),
        kind=RunKind.STEP,
        name=step.name,
        parent_id=root.id,
        number=number,
        folder=f"{number + 1:02d}-{_slug(step.name)}",
        script=step.code.script,
        arguments=step.code.arguments,
        target=step.target,
        tags={"azureml.nodeid": step.id, "azureml.pipeline": root.id},
        properties={"StepType": step.kind, "azureml.nodeid": step.id, "ContentSnapshotId": step.code.snapshot},
    )


def _hand_over(home: Home, root_id: str) -> None:
    home.store.journal(root_id).close()
    start_runner(home, root_id)


def _record(
    home: Home,
    submitted: list[RunRecord],
    spec: dict[str, Json],
    steps: Sequence[StepSpec],
    rules: ReuseRules | None = None,
) -> list[RunRecord]:
    home.require_room()
    runs = _with_preflight(submitted, steps)
    root = runs[0]
    rules = rules or reuse_rules(home.settings)
    warn_of_unknown_steps(rules, {step.name for step in steps})
    envelope: dict[str, Json] = {
        **spec,
        "python": sys.executable,
        "slots": home.settings.slots or usable_cores(),
        "stop_grace_s": home.settings.stop_grace_s,
        "reuse": to_json(rules),
        "max_silence_s": home.settings.max_silence_s,
        "warm": home.settings.warm,
    }
    submission = os.environ.get(SUBMISSION_VARIABLE, "")
    home.store.create(runs, folder=run_folder_name(root), spec=envelope, submission=submission)
    return runs


def _with_preflight(runs: list[RunRecord], steps: Sequence[StepSpec]) -> list[RunRecord]:
    """Tell which packages are missing, once each text, and keep the text with the run that it concerns."""
    texts = {step.id: check_environment(step.code.environment) for step in steps if not step.code.python}
    for text in sorted({text for text in texts.values() if text}):
        _logger.warning("%s", text)
    single = next(iter(texts.values()), "") if len(runs) == 1 else ""
    found = [texts.get(run.properties.get("azureml.nodeid", ""), single) for run in runs]
    return [
        replace(run, properties={**run.properties, PROPERTY: text}) if text else run
        for run, text in zip(runs, found, strict=True)
    ]


def _short_id(run_id: str) -> str:
    """The beginning of an id that we made; of one that a user chose its words, and a digest to tell it from others."""
    beginning = run_id.removeprefix("HD_")[:_SHORT]
    if re.fullmatch(r"[0-9a-f]{8}", beginning):
        return beginning
    return f"{_slug(run_id)}-{digest_bytes(run_id.encode())[:_SHORT]}"


def _slug(text: str) -> str:
    """At most 20 characters that every file system takes."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")[:20] or "run"
