"""Preparing an attempt: its working folder from the snapshot, its arguments, its environment."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from hyperstep.artifact_store.snapshot import load_snapshot, remove_snapshot, write_snapshot
from hyperstep.pipeline.spec import DataMode, StepSpec
from hyperstep.records.attempt import Attempt
from hyperstep.records.run import RunRecord
from hyperstep.runtime.runner import job_environment as environment
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.data_paths import output_path
from hyperstep.runtime.runner.job_arguments import fill_placeholders


@dataclass(frozen=True, slots=True)
class Workplace:
    """What the processes of one step have in common."""

    step: StepSpec
    inputs: Mapping[str, str]
    """What each input's variable is set to."""
    outputs: Mapping[str, Mapping[str, str]]
    """Where each output lies: datastore and path below it."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    processes: int = 1
    """How many of them run at one time, to share the cores."""


def prepare_attempt(
    context: RunnerContext, place: Workplace, run: RunRecord, number: int, extra: tuple[str, ...] = ()
) -> Attempt:
    """Make the folders of an attempt and say what is to be started.

    Args:
        context: The runner's.
        place: What the step's processes have in common.
        run: The trial or step run that the process is to be.
        number: Of the attempt, from 0.
        extra: Arguments after the step's own: the hyperparameters.
    """
    attempt = context.home.attempt(run, number)
    work = attempt.work_folder
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    write_snapshot(load_snapshot(place.step.code.snapshot, context.home.artifacts), context.home.artifacts, work)
    for name in ("outputs", "logs"):
        (work / name).mkdir(exist_ok=True)
    outputs = {o.name: str(_output_for_process(context, place, run, attempt, o.name)) for o in place.step.outputs}
    return replace(
        attempt,
        argv=_command(context, place, outputs, extra),
        env=_environment(context, place, run, attempt, outputs),
    )


def clear_workplace(context: RunnerContext, place: Workplace, attempt: Attempt) -> None:
    """Remove the snapshot's files from an ended attempt; what the process wrote stays."""
    remove_snapshot(load_snapshot(place.step.code.snapshot, context.home.artifacts), attempt.work_folder)


def store_uploads(context: RunnerContext, place: Workplace, run: RunRecord, attempt: Attempt) -> None:
    """Bring outputs of mode ``upload`` to their datastore."""
    for output in place.step.outputs:
        source = attempt.folder / "upload" / output.name
        if output.mode is not DataMode.UPLOAD or not source.exists():
            continue
        target = output_path(context.home, run.workspace, place.outputs[output.name])
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(source, target)


def _output_for_process(context: RunnerContext, place: Workplace, run: RunRecord, attempt: Attempt, name: str) -> Path:
    """The path that the process writes to; its parent exists."""
    output = next(o for o in place.step.outputs if o.name == name)
    path = output_path(context.home, run.workspace, place.outputs[name])
    path.parent.mkdir(parents=True, exist_ok=True)
    if output.mode is DataMode.UPLOAD:
        path = attempt.folder / "upload" / name
    (path if output.is_directory else path.parent).mkdir(parents=True, exist_ok=True)
    return path


def _command(
    context: RunnerContext, place: Workplace, outputs: Mapping[str, str], extra: tuple[str, ...]
) -> tuple[str, ...]:
    step = place.step
    values = {port.placeholder: place.inputs[port.name] for port in step.inputs}
    values |= {output.placeholder: outputs[output.name] for output in step.outputs}
    values |= {f"$AML_PARAMETER_{name}": place.parameters[name] for name in step.parameters}
    own = [fill_placeholders(text, values) for text in (step.code.command or step.code.arguments)]
    if step.code.command:
        return tuple(own)
    return (step.code.python or context.envelope.python, step.code.script, *own, *extra)


def _environment(
    context: RunnerContext, place: Workplace, run: RunRecord, attempt: Attempt, outputs: Mapping[str, str]
) -> dict[str, str]:
    base = {**environment.user_environment(), **place.step.code.environment_variables}
    return environment.with_azureml(
        {
            **environment.thread_share(base, os.cpu_count() or 1, place.processes),
            **base,
            **environment.data_variables(place.step, place.inputs, outputs),
            **environment.parameter_variables(place.step, place.parameters),
            **environment.run_variables(context.home, run, attempt),
        }
    )
