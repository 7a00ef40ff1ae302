"""The run of a script that is no job."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hyperstep_trial.offline import _OfflineRun, offline_run


@pytest.fixture
def run() -> _OfflineRun:
    return _OfflineRun()


def test_its_id_is_random_and_says_that_it_is_offline(run: _OfflineRun) -> None:
    uuid4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert re.fullmatch(f"OfflineRun_{uuid4}", run.id)
    assert _OfflineRun().id != run.id


def test_a_process_has_one() -> None:
    assert offline_run() is offline_run()


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("log", "scalar"),
        ("log_list", "list"),
        ("log_table", "table"),
        ("log_image", "image"),
        ("log_residuals", "residual"),
        ("log_predictions", "predictions"),
        ("log_accuracy_table", "accuracy_table"),
        ("log_confusion_matrix", "confusion_matrix"),
    ],
)
def test_each_metric_is_a_line_with_kind_and_name_and_then_its_value(
    call: str, kind: str, run: _OfflineRun, capsys: pytest.CaptureFixture[str]
) -> None:
    getattr(run, call)("acc", 0.5, description="told")
    first, second = capsys.readouterr().out.splitlines()
    assert f" {kind} " in first
    assert " acc:" in first
    assert second == "0.5"


def test_a_row_shows_its_columns(run: _OfflineRun, capsys: pytest.CaptureFixture[str]) -> None:
    run.log_row("row", a=1)
    assert capsys.readouterr().out.splitlines()[1] == "{'a': 1}"


def test_other_calls_print_a_line_each(run: _OfflineRun, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run.tag("phase", "two")
    run.set_tags({"a": "1"})
    run.remove_tags("a")
    run.add_properties({"rows": "10"})
    run.upload_file("model.pkl", str(tmp_path / "missing"))
    run.upload_files(["a"], ["b"])
    run.upload_folder("all", str(tmp_path))
    run.flush()
    run.fail("no rows", "NoData")
    lines = capsys.readouterr().out.splitlines()
    words = ["phase: two", "{'a': '1'}", "removal", "rows", "model.pkl", "['b'] as ['a']", "folder", "flush", "no rows"]
    assert len(lines) == len(words)
    assert all(word in line for word, line in zip(words, lines, strict=True))


def test_ends_are_silent_and_a_with_block_says_start_and_stop(
    run: _OfflineRun, capsys: pytest.CaptureFixture[str]
) -> None:
    run.complete()
    run.cancel()
    assert capsys.readouterr().out == ""
    with run as entered:
        assert entered is run
    first, last = capsys.readouterr().out.splitlines()
    assert run.id in first
    assert "started" in first
    assert run.id in last
    assert "stopped" in last


def test_a_child_is_named_after_its_parent(run: _OfflineRun) -> None:
    assert run.child_run("fold").id == f"{run.id}.fold"


@pytest.mark.parametrize("name", ["experiment", "parent", "get_metrics", "input_datasets", "get_details"])
def test_it_has_no_reading_side(name: str, run: _OfflineRun) -> None:
    with pytest.raises(AttributeError):
        getattr(run, name)


def test_log_takes_no_step(run: _OfflineRun) -> None:
    with pytest.raises(TypeError):
        run.log("acc", 1, step=1)  # type: ignore[call-arg]
