"""What ``get_details`` says of a run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hyperstep.azureml_v1.core.run_inputs import input_datasets, run_data
from hyperstep.azureml_v1.core.run_source import DRIVER_LOG, STD_LOG, SWEEP_LOG, RunSource
from hyperstep.records.run import NAMING, RunKind, RunRecord
from hyperstep.runtime.runner.reuse.given_marks import GIVEN_PROPERTY

HIDDEN_PROPERTIES = NAMING | {GIVEN_PROPERTY}
"""Kept among a run's properties, and shown as attributes of their own, or not at all."""

_LOG_FOLDERS = ("azureml-logs/", "user_logs/", "logs/", "system_logs/")


def details(source: RunSource) -> dict[str, Any]:
    """A run's details under v1's keys; times are ISO 8601 in UTC."""
    run = source.record()
    result: dict[str, Any] = {
        "runId": run.id,
        "target": run.target,
        "status": run.status.value,
        "startTimeUtc": _time(run.started_at),
        "endTimeUtc": _time(run.ended_at),
        "services": {},
        "properties": visible_properties(run),
        "inputDatasets": input_datasets(source),
        "outputDatasets": [],
        "runDefinition": _definition(run, source.code()) | {"data": run_data(source)},
        "logFiles": log_files(source, run),
        "submittedBy": _user(),
    }
    if run.error is not None:
        result["error"] = _error(run)
    if run.reason:
        result["warnings"] = [{"source": "hyperstep", "message": run.reason}]
    return result


def visible_properties(run: RunRecord) -> dict[str, str]:
    """A run's properties without those that are attributes of their own."""
    return {key: value for key, value in run.properties.items() if key not in HIDDEN_PROPERTIES}


def log_files(source: RunSource, run: RunRecord) -> dict[str, str]:
    """The run's logs by name, each with its path on this machine; while it runs, the file that grows."""
    names = [a.path for a in source.journal.artifacts(run.id) if a.path.startswith(_LOG_FOLDERS)]
    growing = source.log_file()
    if growing is not None:
        names += [SWEEP_LOG] if run.kind is RunKind.SWEEP else [DRIVER_LOG, STD_LOG]
    return {name: str(_log_path(source, run, name) or "") for name in sorted(set(names))}


def log_text(source: RunSource, name: str) -> str:
    """A log's text, from the records once the run has ended, else from the growing file; empty when there is none."""
    run = source.record()
    for artifact in source.journal.artifacts(run.id):
        if artifact.path == name:
            return source.home.artifacts.read_bytes(artifact.digest).decode("utf-8", errors="replace")
    path = _log_path(source, run, name)
    return path.read_text(encoding="utf-8", errors="replace") if path is not None else ""


def _log_path(source: RunSource, run: RunRecord, name: str) -> Path | None:
    candidates = [source.home.run_folder(run) / name]
    attempt = source.last_attempt()
    if attempt is not None:
        own = [attempt.log_file] if name in {STD_LOG, DRIVER_LOG} else []
        candidates += [*own, attempt.work_folder / name, attempt.uploads_folder / name]
    return next((path for path in candidates if path.is_file()), None)


def _definition(run: RunRecord, code: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "script": run.script or code.get("script", ""),
        "command": " ".join(code.get("command") or ()),
        "useAbsolutePath": False,
        "arguments": list(run.arguments),
        "sourceDirectoryDataStore": None,
        "framework": "Python",
        "communicator": "None",
        "target": run.target,
        "dataReferences": {},
        "outputData": {},
        "nodeCount": 1,
        "maxRunDurationSeconds": code.get("max_duration_s"),
        "environment": dict(code.get("environment") or {}),
        "environmentVariables": dict(code.get("environment_variables") or {}),
    }


def _error(run: RunRecord) -> dict[str, Any]:
    error = run.error
    if error is None:
        return {}
    inner: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "messageParameters": {},
        "details": [],
        "debugInfo": {"message": error.message, "stackTrace": error.details} if error.details else None,
    }
    return {"error": inner, "time": _time(run.ended_at)}


def _time(moment: float | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")


def _user() -> str:
    try:
        import getpass  # noqa: PLC0415 - loads the terminal too

        return getpass.getuser()
    except (KeyError, OSError):
        return ""
