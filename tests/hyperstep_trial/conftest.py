"""A job to log from: in this process, and in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import hyperstep_trial.run
from hyperstep_trial.run import Run

Records = list[dict[str, Any]]


@pytest.fixture
def attempt_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "attempt"
    folder.mkdir()
    return folder


@pytest.fixture
def job(attempt_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The run of this process, as if it were a job."""
    monkeypatch.setenv("AZUREML_RUN_ID", "HD_1_0")
    monkeypatch.setenv("AZUREML_ARM_PROJECT_NAME", "digits")
    monkeypatch.setenv("HYPERSTEP_ATTEMPT_FOLDER", str(attempt_folder))
    monkeypatch.delenv("HYPERSTEP_DOORBELL", raising=False)
    monkeypatch.setattr(hyperstep_trial.run, "_runs", {})
    run = Run.get_context()
    assert isinstance(run, Run)
    return run


@pytest.fixture
def written(attempt_folder: Path) -> Callable[[], Records]:
    """Reads all records of the attempt, without their times."""

    def read() -> Records:
        file = attempt_folder / "records.jsonl"
        if not file.exists():
            return []
        records = [json.loads(line) for line in file.read_text().splitlines() if line]
        for record in records:
            record.pop("time", None)
        return records

    return read


@pytest.fixture
def start(attempt_folder: Path, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a script as a job, in a process of its own; whatever still lives at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start_script(source: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        script = tmp_path / f"script{len(started)}.py"
        script.write_text(source)
        variables = {"AZUREML_RUN_ID": "HD_1_0", "HYPERSTEP_ATTEMPT_FOLDER": str(attempt_folder), **(env or {})}
        process = subprocess.Popen(
            [sys.executable, str(script)],
            env={**os.environ, **variables},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start_script
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def finish(start: Callable[..., subprocess.Popen[str]]) -> Callable[..., str]:
    """Runs a script as a job to its end, which must be a good one; gives its output."""

    def run_script(source: str, env: Mapping[str, str] | None = None) -> str:
        process = start(source, env)
        output, errors = process.communicate()
        assert process.returncode == 0, errors
        return str(output)

    return run_script
