"""Waiting for runs whose records change, without processes."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.core import run_waiting
from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.exceptions import ActivityFailedException, ExperimentExecutionException
from hyperstep.records import MetricKind, RunError, RunStatus


def test_growing_output_is_printed_once_and_the_end_is_told(recorder: Any, capsys: pytest.CaptureFixture[str]) -> None:
    record = recorder.root()
    recorder.log(record, ("a", MetricKind.SCALAR, 1))
    log = recorder.home.attempt(record, 0).log_file
    log.parent.mkdir(parents=True)
    log.write_text("first\n", encoding="utf-8")
    printer = run_waiting.LogPrinter(Run(recorder.experiment, "root")._source)
    printer.print_new()
    with log.open("a", encoding="utf-8") as stream:
        stream.write("second\n")
    printer.print_new()
    printer.print_new()
    assert capsys.readouterr().out.splitlines()[-2:] == ["first", "second"]


def test_an_ended_run_is_told_at_once(recorder: Any, capsys: pytest.CaptureFixture[str]) -> None:
    recorder.root(status=RunStatus.CANCELED)
    assert Run(recorder.experiment, "root").wait_for_completion(show_output=True)["status"] == "Canceled"
    shown = capsys.readouterr().out
    assert shown.index("RunId: root") < shown.index("Web View: hyperstep show root") < shown.index("Execution Summary")


def test_a_failure_is_raised_or_shown(recorder: Any, capsys: pytest.CaptureFixture[str]) -> None:
    recorder.root(status=RunStatus.FAILED, error=RunError("UserError", "too bad"))
    run = Run(recorder.experiment, "root")
    with pytest.raises(ActivityFailedException, match="too bad"):
        run.wait_for_completion()
    run.wait_for_completion(show_output=True, raise_on_error=False)
    assert "Error: too bad" in capsys.readouterr().out


def test_waiting_can_end_before_the_run(recorder: Any) -> None:
    recorder.root()
    source = Run(recorder.experiment, "root")._source
    looks: list[int] = []
    record = run_waiting.wait_for_end(source, lambda: looks.append(1), done=lambda _: len(looks) > 1)
    assert record.status is RunStatus.RUNNING
    assert len(looks) == 2


def test_a_runner_that_ends_again_and_again_is_told(recorder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []

    def ensure_runner(_: object, root_id: str) -> bool:
        started.append(root_id)
        return True

    monkeypatch.setattr("hyperstep.runtime.submission.ensure_runner", ensure_runner)
    monkeypatch.setattr(run_waiting, "_CHECK_RUNNER_S", 0.0)
    recorder.root()
    with pytest.raises(ExperimentExecutionException, match=r"runner\.log"):
        Run(recorder.experiment, "root").wait_for_completion()
    assert started == ["root"] * 5
