"""A script submitted by itself: its process, its files, its end."""

from __future__ import annotations

import json

import pytest
from tests.runtime.bench import Bench

from hyperstep.pipeline.spec import StepSpec
from hyperstep.records.status import RunStatus
from hyperstep.runtime.liveness import live_owner
from hyperstep.runtime.submission import Label, request_cancel, submit_step


def step(bench: Bench, script: str, *arguments: str) -> StepSpec:
    return StepSpec("s0000000", "script", bench.code(script, *arguments))


def test_a_script_completes_with_its_log_metrics_tags_and_files(bench: Bench, label: Label) -> None:
    script = """
import sys
from hyperstep_trial import Run
run = Run.get_context()
print("hello", sys.argv[1:])
run.log("acc", 0.5)
run.log("acc", 0.75)
run.tag("stage", "test")
open("outputs/model.txt", "w").write("weights")
"""
    run = submit_step(bench.home, step(bench, script, "--epochs", "3"), label)
    ended = bench.wait(run.id)
    assert ended.status is RunStatus.COMPLETED, ended.error
    assert ended.tags == {"stage": "test"}
    journal = bench.home.store.journal(run.id)
    assert [m.value for m in journal.metrics(run.id)] == [0.5, 0.75]
    files = {a.path: a.digest for a in journal.artifacts(run.id)}
    assert sorted(files) == ["azureml-logs/70_driver_log.txt", "outputs/model.txt", "user_logs/std_log.txt"]
    assert bench.home.artifacts.read_bytes(files["outputs/model.txt"]) == b"weights"
    assert bench.home.artifacts.read_bytes(files["user_logs/std_log.txt"]) == b"hello ['--epochs', '3']\n"
    work = bench.home.attempt(ended, 0).work_folder
    assert not (work / "train.py").exists()
    assert (work / "outputs/model.txt").exists()


def test_a_failing_script_says_why(bench: Bench, label: Label) -> None:
    run = submit_step(bench.home, step(bench, "print('start')\nraise ValueError('no data')"), label)
    ended = bench.wait(run.id)
    assert ended.status is RunStatus.FAILED
    assert ended.error is not None
    assert ended.error.message == "ValueError: no data (exit code 1)"
    assert "start" in ended.error.details


def test_the_environment_tells_the_run_and_keeps_the_users_own(
    bench: Bench, label: Label, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_SETTING", "kept")
    monkeypatch.setenv("HYPERSTEP_SUBMISSION", "token")
    script = "import json, os\njson.dump(dict(os.environ), open('outputs/env.json', 'w'))"
    run = submit_step(bench.home, step(bench, script), label)
    bench.wait(run.id)
    journal = bench.home.store.journal(run.id)
    digest = next(a.digest for a in journal.artifacts(run.id) if a.path == "outputs/env.json")
    environment = json.loads(bench.home.artifacts.read_bytes(digest))
    assert environment["AZUREML_RUN_ID"] == run.id
    assert environment["AZUREML_ARM_PROJECT_NAME"] == "experiment"
    assert environment["OMP_NUM_THREADS"].isdigit()
    assert environment["MY_SETTING"] == "kept"
    assert "HYPERSTEP_SUBMISSION" not in environment


def test_cancel_ends_the_process_and_the_run(bench: Bench, label: Label) -> None:
    run = submit_step(bench.home, step(bench, "import time\nprint('up', flush=True)\ntime.sleep(600)"), label)
    log = bench.home.attempt(bench.read(run.id), 0).log_file
    bench.wait_until(lambda: log.exists() and b"up" in log.read_bytes())
    assert live_owner(bench.home, run.id) is not None
    request_cancel(bench.home, run.id, "enough")
    ended = bench.wait(run.id)
    assert ended.status is RunStatus.CANCELED
    assert ended.reason == "enough"
    bench.wait_until(lambda: live_owner(bench.home, run.id) is None)
