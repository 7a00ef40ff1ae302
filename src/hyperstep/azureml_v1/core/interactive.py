"""Interactive runs: ``Experiment.start_logging``, and the runs that scripts open below others."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from hyperstep.azureml_v1.core.code_translation import snapshot_of
from hyperstep.azureml_v1.core.registry import refuse_in_job
from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.run_changes import RunChanges
from hyperstep.azureml_v1.core.run_source import RunSource
from hyperstep.azureml_v1.core.session import in_job
from hyperstep.azureml_v1.exceptions import AzureMLException, SnapshotException, UserErrorException
from hyperstep.errors import HyperstepError
from hyperstep.file_tree import files_under
from hyperstep.records.artifact import ArtifactRecord
from hyperstep.records.run import RunError, RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime import interactive
from hyperstep.runtime.submission import SUBMISSION_VARIABLE, Label, request_cancel, root_run, run_folder_name

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.digest import Json

_logger = logging.getLogger("hyperstep.azureml")
_outputs: dict[str, Path] = {}
"""Folders whose files are kept when the run of that id completes."""
_started: dict[str, tuple[int, Run]] = {}
"""Root runs that this process started, by id, with the process that did: a forked child has inherited the others'."""


class Wanted(Struct, frozen=True):
    """A child run to be made."""

    name: str = ""
    run_id: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


def start_logging(
    experiment: Experiment,
    *,
    outputs: str | bool | None = None,
    snapshot_directory: str | os.PathLike[str] | None = ".",
    display_name: str | None = None,
    name: str | None = None,
    run_id: str | None = None,
) -> Run:
    """A run that this process drives itself, Running until ``complete()``, ``fail()`` or the end of the process.

    Args:
        experiment: Its experiment.
        outputs: Folder whose files are kept when it completes; True for ``./outputs``.
        snapshot_directory: Folder to keep a snapshot of; None for none.
        display_name: The name shown to people.
        name: Its name.
        run_id: The id to give it; one is made without it.

    Raises:
        SnapshotException: The folder is over a limit; the current folder, taken by default, is left out instead.
        UserErrorException: This process is a job.
    """
    refuse_in_job("Experiment.start_logging()")
    workspace = experiment.workspace
    code = _snapshot(experiment, snapshot_directory)
    properties = {"ContentSnapshotId": str(code["snapshot"])} if code else {}
    if display_name:
        properties["display_name"] = display_name
    label = Label(workspace.name, experiment.name, properties=properties)
    root = root_run(label, RunKind.INTERACTIVE, run_id or str(uuid.uuid4()), name or experiment.name)
    submission = os.environ.get(SUBMISSION_VARIABLE, "")
    interactive.start_run(workspace.home, root, run_folder_name(root), code, submission)
    run = Run(experiment, root.id)
    watch_outputs(run, outputs)
    _started[root.id] = (os.getpid(), run)
    return run


def watch_outputs(run: Run, outputs: str | bool | None) -> None:
    """Keep the files of a folder when the run completes: True for ``./outputs``, nothing for None and False."""
    if outputs:
        _outputs[run.id] = Path("outputs" if outputs is True else outputs).absolute()


def add_children(parent: Run, wanted: Sequence[Wanted], *, started: bool) -> list[Run]:
    """Make runs below a run: through the runner that drives it, else by ourselves.

    Raises:
        UserErrorException: The run above is a pipeline or a sweep.
    """
    source = parent._source  # noqa: SLF001 - one area
    entries: list[dict[str, Json]] = [
        {"id": w.run_id or str(uuid.uuid4()), "name": w.name, "tags": dict(w.tags), "started": started} for w in wanted
    ]
    body = {"parent_id": parent.id, "children": entries}
    try:
        if not RunChanges(source).ask("create_children", body):
            interactive.change_runs(source.home, source.journal, lambda: _children(source, entries))
    except HyperstepError as error:
        raise UserErrorException(str(error)) from error
    return [Run(parent.experiment, str(entry["id"])) for entry in entries]


def _children(source: RunSource, entries: Sequence[Mapping[str, Json]]) -> list[RunRecord]:
    children = interactive.new_children(source.journal, source.run_id, entries, time.time())
    for child in children:
        source.home.store.register_run(child.id, child.root_id)
    return children


def wanted_children(count: int | None, tag_key: str | None, tag_values: Sequence[str] | None) -> list[Wanted]:
    """What ``create_children`` is asked for.

    Raises:
        UserErrorException: Neither or both ways are used, or more than 100 are asked for.
    """
    by_tag = tag_key is not None and tag_values is not None
    if (count is None) == (not by_tag) or (count is not None and (tag_key or tag_values)):
        rule = "create_children() takes a count, or tag_key with tag_values."
        message = f"{rule} Received: {count!r}, {tag_key!r}, {tag_values!r}."
        raise UserErrorException(message)
    number = len(tag_values or ()) if count is None else count
    if not 1 <= number <= interactive.MAX_CHILDREN:
        message = f"create_children() makes 1 to {interactive.MAX_CHILDREN} runs in one call. Received: {number}."
        raise UserErrorException(message)
    if count is not None:
        return [Wanted() for _ in range(count)]
    return [Wanted(tags={str(tag_key): str(value)}) for value in tag_values or ()]


def begin(source: RunSource) -> None:
    """Make an interactive run that has not begun Running; others stay as they are."""
    run = source.record()
    if run.kind is not RunKind.INTERACTIVE or run.status is not RunStatus.NOT_STARTED:
        return
    if not RunChanges(source).ask("start_run", {"run_id": run.id}):
        interactive.change_runs(source.home, source.journal, lambda: _begun(source))


def _begun(source: RunSource) -> list[RunRecord]:
    run = source.record()
    if run.status is not RunStatus.NOT_STARTED:
        return []
    return [replace(run, status=RunStatus.RUNNING, started_at=time.time())]


def finish(source: RunSource, status: str, message: str = "", code: str = "", reason: str = "") -> None:
    """End an interactive run, its outputs folder kept first; for others say that it has no effect."""
    run = source.record()
    if run.status.is_terminal:
        return
    if run.kind is not RunKind.INTERACTIVE:
        _logger.warning("Run %s is %s when its own process ends; this call has no effect.", run.id, status)
        return
    keep_outputs(source)
    error = {"code": code, "message": message} if message else None
    body: dict[str, Any] = {"run_id": run.id, "status": status, "error": error, "reason": reason}
    if not RunChanges(source).ask("end_run", body):
        fault = RunError(code, message) if message else None
        interactive.end_run(source.home, run.id, RunStatus(status), error=fault, reason=reason)
    _started.pop(run.id, None)


def cancel(source: RunSource) -> None:
    """Ask for a run's end; an interactive one ends at once."""
    if source.record().kind is RunKind.INTERACTIVE:
        finish(source, "Canceled", reason="canceled by Run.cancel()")
    else:
        request_cancel(source.home, source.run_id, "canceled by Run.cancel()")


def keep_outputs(source: RunSource) -> None:
    """Keep the files of the folder that the run watches, under the folder's name; files uploaded before stay."""
    folder = _outputs.pop(source.run_id, None)
    if folder is None:
        return
    known = {artifact.path for artifact in source.journal.artifacts(source.run_id)}
    paths = {f"{folder.name}/{p.relative_to(folder).as_posix()}": p for p in sorted(files_under(folder))}
    artifacts = [
        ArtifactRecord(source.run_id, name, source.home.artifacts.put_file(path), path.stat().st_size)
        for name, path in paths.items()
        if name not in known
    ]
    RunChanges(source).add_artifacts(artifacts)


def _snapshot(experiment: Experiment, folder: str | os.PathLike[str] | None) -> dict[str, Json]:
    if folder is None:
        return {}
    try:
        return {"snapshot": snapshot_of(experiment.workspace.home, folder).digest}
    except SnapshotException as error:
        if folder != ".":
            raise
        _logger.warning("The run has no snapshot of the current folder: %s", error)
        return {}


def _end_started() -> None:
    """What this process started and did not end ends with it: Failed after an error that nobody caught."""
    error = getattr(sys, "last_value", None)
    for process, run in list(_started.values()):
        if process == os.getpid():
            try:
                _end_with_process(run._source, error)  # noqa: SLF001 - one area
            except (AzureMLException, HyperstepError, OSError) as refusal:
                _logger.warning("Run %s could not be ended with its process: %s", run.id, refusal)


def _end_with_process(source: RunSource, error: BaseException | None) -> None:
    if error is None:
        finish(source, "Completed", reason="its process ended without run.complete()")
    elif isinstance(error, KeyboardInterrupt):
        finish(source, "Canceled", reason="its process was interrupted")
    else:
        finish(source, "Failed", f"{type(error).__name__}: {error}", "UserError")


if not in_job():
    atexit.register(_end_started)
