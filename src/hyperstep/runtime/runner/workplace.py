"""Preparing an attempt: its working folder from the snapshot, its arguments, its environment."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from hyperstep.artifact_store.copied_files import Mark, mark_copies, marks_of
from hyperstep.artifact_store.snapshot import (
    KEPT_FOLDERS,
    Snapshot,
    load_snapshot,
    write_snapshot,
)
from hyperstep.pipeline.spec import DataMode, OutputSpec, StepSpec
from hyperstep.records.attempt import Attempt
from hyperstep.records.run import RunRecord
from hyperstep.runtime.cores import usable_cores
from hyperstep.runtime.home import make_folder
from hyperstep.runtime.runner import job_environment as environment
from hyperstep.runtime.runner.commands import command_path, command_texts
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.data_paths import output_path
from hyperstep.runtime.runner.job_arguments import fill_placeholders
from hyperstep.runtime.runner.path_globs import matches_glob
from hyperstep.runtime.runner.resumed_files import RESUME_VARIABLE, hand_over
from hyperstep.runtime.runner.reuse.step_facts import TuningFacts

CHECKPOINT_VARIABLE = "HYPERSTEP_CHECKPOINT_DIR"
"""Names the folder that every attempt of a run finds as the one before left it."""
CHECKPOINT_FOLDER = "checkpoint"


class Workplace(Struct, frozen=True):
    """What the processes of one step have in common."""

    step: StepSpec
    inputs: Mapping[str, str]
    """What each input's variable is set to."""
    outputs: Mapping[str, Mapping[str, str]]
    """Where each output lies: datastore and path below it."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    processes: int = 1
    """How many of them run at one time, to share the cores."""
    facts: TuningFacts | None = None
    """Of a tuning step: what finished trials of other sweeps are looked up by; None where none are."""


def prepare_attempt(
    context: RunnerContext,
    place: Workplace,
    run: RunRecord,
    number: int,
    extra: tuple[str, ...] = (),
    resumed_files: Mapping[str, str] | None = None,
) -> Attempt:
    """Make the folders of an attempt and say what is to be started.

    Args:
        context: The runner's.
        place: What the step's processes have in common.
        run: The trial or step run that the process is to be.
        number: Of the attempt, from 0.
        extra: Arguments after the step's own: the hyperparameters.
        resumed_files: What an earlier trial wrote, digest by path, when this one takes it up.
    """
    attempt = context.home.attempt(run, number)
    _make_work_folder(context, place, attempt)
    outputs = {o.name: str(_output_for_process(context, place, run, attempt, o.name)) for o in place.step.outputs}
    checkpoint = checkpoint_folder(context, run)
    checkpoint.mkdir(exist_ok=True)
    resumed = _resumed_folder(context, attempt, resumed_files)
    extra = tuple(fill_placeholders(text, {f"${name}": path for name, path in resumed.items()}) for text in extra)
    return replace(
        attempt,
        argv=_command(context, place, outputs, extra),
        env={**_environment(context, place, run, attempt, outputs), **resumed, CHECKPOINT_VARIABLE: str(checkpoint)},
        max_duration_s=place.step.code.max_duration_s,
        stop_grace_s=context.envelope.stop_grace_s,
    )


def checkpoint_folder(context: RunnerContext, run: RunRecord) -> Path:
    """What a run's attempts hand on to the next one: it stands beside them."""
    return context.home.run_folder(run) / CHECKPOINT_FOLDER


def store_uploads(context: RunnerContext, place: Workplace, run: RunRecord, attempt: Attempt) -> None:
    """Bring outputs of mode ``upload`` to their datastore."""
    for output in place.step.outputs:
        source = _upload_source(output, attempt)
        if output.mode is not DataMode.UPLOAD or not source.exists():
            continue
        target = output_path(context.home, run.workspace, place.outputs[output.name])
        if source.is_dir():
            _store_folder(source, target, output)
        else:
            _copy_whole(source, target / source.name if output.is_directory else target)


def copied_files(context: RunnerContext, place: Workplace) -> Mapping[str, Mark]:
    """What the snapshot has in ``outputs/`` and ``logs/``, which a process finds there and need not have written."""
    digest = place.step.code.snapshot
    return context.once(f"copied files {digest}", lambda: marks_of(_snapshot_of(context, digest)))


def _snapshot_of(context: RunnerContext, digest: str) -> Snapshot:
    return context.once(f"snapshot {digest}", lambda: load_snapshot(digest, context.home.artifacts))


def _make_work_folder(context: RunnerContext, place: Workplace, attempt: Attempt) -> None:
    """A new one, with the snapshot's files; what an earlier owner left there is gone."""
    work = attempt.work_folder
    shutil.rmtree(work, ignore_errors=True)
    attempt.folder.parent.mkdir(parents=True, exist_ok=True)
    attempt.folder.mkdir(exist_ok=True)
    write_snapshot(_snapshot_of(context, place.step.code.snapshot), context.home.artifacts, work)
    mark_copies(copied_files(context, place), work)
    for name in KEPT_FOLDERS:
        (work / name).mkdir(exist_ok=True)


def _resumed_folder(context: RunnerContext, attempt: Attempt, files: Mapping[str, str] | None) -> dict[str, str]:
    """The variable that names the folder with an earlier trial's files; empty when there is none."""
    if files is None:
        return {}
    folder = attempt.folder / "resume-from"
    shutil.rmtree(folder, ignore_errors=True)
    hand_over(context.home.artifacts, files, folder)
    return {RESUME_VARIABLE: str(folder)}


def _output_for_process(context: RunnerContext, place: Workplace, run: RunRecord, attempt: Attempt, name: str) -> Path:
    """The path that the process writes to; its parent exists."""
    output = next(o for o in place.step.outputs if o.name == name)
    if output.mode is DataMode.DIRECT:
        return Path(place.outputs[name]["path"])
    path = output_path(context.home, run.workspace, place.outputs[name])
    make_folder(path.parent)
    if output.mode is DataMode.UPLOAD:
        path = _upload_source(output, attempt)
    make_folder(path if output.is_directory else path.parent)
    return path


def _upload_source(output: OutputSpec, attempt: Attempt) -> Path:
    """Where a process writes what is stored when it ends."""
    return attempt.work_folder / output.source if output.source else attempt.folder / "upload" / output.name


def _store_folder(source: Path, target: Path, output: OutputSpec) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        place = file.relative_to(source).as_posix()
        if output.source_globs and not any(matches_glob(place, glob) for glob in output.source_globs):
            continue
        if output.overwrite or not (target / place).exists():
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            _copy_whole(file, target / place)


def _copy_whole(source: Path, target: Path) -> None:
    """Copy by temporary file and rename: whoever finds the file finds all of it, whatever happens meanwhile."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    shutil.copyfile(source, temporary)
    temporary.replace(target)


def _command(
    context: RunnerContext, place: Workplace, outputs: Mapping[str, str], extra: tuple[str, ...]
) -> tuple[str, ...]:
    step = place.step
    values = {port.placeholder: place.inputs[port.name] for port in step.inputs}
    values |= {output.placeholder: outputs[output.name] for output in step.outputs}
    values |= {f"$AML_PARAMETER_{name}": place.parameters[name] for name in step.parameters}
    python = step.code.python or context.envelope.python
    if step.code.command:
        return command_texts(step.code.command, values, python)
    own = [fill_placeholders(text, values) for text in step.code.arguments]
    return (python, step.code.script, *own, *extra)


def _environment(
    context: RunnerContext, place: Workplace, run: RunRecord, attempt: Attempt, outputs: Mapping[str, str]
) -> dict[str, str]:
    code = place.step.code
    base = {**context.once("user's environment", environment.user_environment), **code.environment_variables}
    base |= command_path(base, code.python or context.envelope.python) if code.command else {}
    return environment.with_azureml(
        {
            **environment.thread_share(base, context.once("cores", usable_cores), place.processes),
            **base,
            **environment.data_variables(place.step, place.inputs, outputs),
            **environment.parameter_variables(place.step, place.parameters),
            **context.once("run's variables", lambda: environment.root_variables(context.home, run)),
            **environment.attempt_variables(run, attempt),
        }
    )
