"""Taking what a process wrote into the records: lines while it runs, files when it has ended."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from hyperstep.artifact_store.base import ArtifactStore
from hyperstep.artifact_store.copied_files import Mark, is_untouched
from hyperstep.file_tree import GONE, files_under
from hyperstep.records.artifact import ArtifactRecord
from hyperstep.records.attempt import Attempt
from hyperstep.records.names import LOG_NAMES
from hyperstep.records.run import NAMING, RunRecord
from hyperstep.runtime.runner.context import RunnerContext, Unit
from hyperstep.runtime.runner.records_file import METRIC_KINDS, Line, ScalarLine, TrialLine
from hyperstep.runtime.runner.reuse.step_reads import with_read
from hyperstep.runtime.runner.run_marks import may_set_property

_SHOWN_NAME = 200
_COLLECTED = ("logs", "outputs")


def record_lines(context: RunnerContext, unit: Unit, attempt: Attempt, lines: list[Line]) -> None:
    """Write a trial's new lines into the store: metrics, tags, properties, uploaded files."""
    key = attempt.key
    scalars = ((s.sequence, s.name, s.value, s.step, s.time) for s in lines if isinstance(s, ScalarLine))
    unit.writer.add_scalars(key.run_id, key.number, scalars)
    others = [line for line in lines if isinstance(line, TrialLine)]
    if not others:
        return
    unit.writer.add_metrics([line.as_metric(key) for line in others if line.kind in METRIC_KINDS])
    before = run = context.runs[key.run_id]
    for line in others:
        run = _with_line(run, line)
        if line.kind == "upload":
            _record_upload(context, unit, attempt, str(line.body["name"]))
        elif not line.kind:
            context.note(f"{run.id}: line {line.sequence} of its records cannot be read and is left out")
    if run is not before:
        unit.put_run(run)


def collect_artifacts(artifacts: ArtifactStore, attempt: Attempt, copied: Mapping[str, Mark]) -> list[ArtifactRecord]:
    """Store an ended attempt's files: ``outputs/``, ``logs/``, uploads, and its log under both of v1's names.

    Args:
        artifacts: Where.
        attempt: That one.
        copied: What the snapshot had in these folders: nothing that the attempt made, unless it wrote it again.
    """
    run_id = attempt.key.run_id
    found = [_stored(artifacts, run_id, name, path) for name, path in _files(attempt, copied)]
    if attempt.log_file.exists():
        log = _stored(artifacts, run_id, LOG_NAMES[0], attempt.log_file)
        found += [replace(log, path=name) for name in LOG_NAMES]
    return sorted(found, key=lambda artifact: artifact.path)


def _stored(artifacts: ArtifactStore, run_id: str, name: str, path: Path) -> ArtifactRecord:
    return ArtifactRecord(run_id, name, artifacts.put_file(path), path.stat().st_size)


def _files(attempt: Attempt, copied: Mapping[str, Mark]) -> Iterator[tuple[str, Path]]:
    for folder in _COLLECTED:
        for name, path in _below(attempt.work_folder / folder, attempt.work_folder):
            if name not in copied or not is_untouched(path, copied[name]):
                yield name, path
    yield from _below(attempt.uploads_folder, attempt.uploads_folder)


def _below(folder: Path, root: Path) -> Iterator[tuple[str, Path]]:
    if not _has_entries(folder):
        return
    for path in files_under(folder):
        yield path.relative_to(root).as_posix(), path


def _has_entries(folder: Path) -> bool:
    """Most folders hold nothing: a walk costs more than this look."""
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except GONE:
        return False


def _record_upload(context: RunnerContext, unit: Unit, attempt: Attempt, name: str) -> None:
    path = attempt.uploads_folder / name
    if not os.path.isfile(path):  # noqa: PTH113 - Path.is_file() raises for a name that is too long
        context.note(f"{attempt.key.run_id}: uploaded file '{name[:_SHOWN_NAME]}' is not there")
        return
    digest = context.home.artifacts.put_file(path)
    unit.writer.add_artifact(ArtifactRecord(attempt.key.run_id, name, digest, path.stat().st_size))


def _with_line(run: RunRecord, line: TrialLine) -> RunRecord:
    """The run's record after a line that is about the run itself."""
    name, value = str(line.body.get("name", "")), line.body.get("value")
    if line.kind == "tag":
        return replace(run, tags={**run.tags, name: "" if value is None else str(value)})
    if line.kind == "untag":
        return replace(run, tags={key: text for key, text in run.tags.items() if key != name})
    if line.kind == "property":
        if not may_set_property(run, name, str(value)):
            return run
        return replace(run, properties={**run.properties, name: str(value)})
    if line.kind == "read":
        return replace(run, properties=with_read(run, line.body["value"]))
    return replace(run, properties={**run.properties, line.kind: str(value)}) if line.kind in NAMING else run
