"""The records that each ``log*`` call writes, and what it refuses."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hyperstep_trial.errors import AzureMLException, UserErrorException
from hyperstep_trial.run import Run

Written = Callable[[], list[dict[str, Any]]]
_PNG = b"\x89PNG\r\n\x1a\n...."


class _Plot:
    def savefig(self, file: str) -> None:
        Path(file).write_bytes(_PNG)


def _metric(kind: str, name: str, value: object, step: int | None = None) -> dict[str, object]:
    return {"kind": kind, "name": name, "value": value, "step": step}


def test_log_writes_one_scalar_with_its_step_and_time(job: Run, attempt_folder: Path) -> None:
    job.log("acc", 0.5, "a description", step=3)
    (line,) = (attempt_folder / "records.jsonl").read_text().splitlines()
    record = json.loads(line)
    assert isinstance(record.pop("time"), float)
    assert record == _metric("scalar", "acc", 0.5, 3)


@pytest.mark.parametrize("value", [math.nan, math.inf, None, "text", True])
def test_values_that_can_never_be_best_are_recorded_as_they_are(value: object, job: Run, written: Written) -> None:
    job.log("acc", value)
    assert repr(written()[0]["value"]) == repr(value)


@pytest.mark.parametrize(("step", "expected"), [(np.int64(2), 2), (2.0, 2), (None, None)])
def test_a_step_may_be_any_whole_number(step: Any, expected: int | None, job: Run, written: Written) -> None:
    job.log("acc", 1, step=step)
    assert written()[0]["step"] == expected


@pytest.mark.parametrize("step", ["2", 2.5, True])
def test_a_step_that_is_no_whole_number_is_refused(step: Any, job: Run, written: Written) -> None:
    with pytest.raises(UserErrorException, match="whole number"):
        job.log("acc", 1, step=step)
    assert written() == []


def test_a_list_is_one_record_and_an_empty_one_is_none(job: Run, written: Written) -> None:
    job.log_list("accs", [0.1, np.float32(0.5), None])
    job.log_list("accs", [])
    assert written() == [_metric("list", "accs", [0.1, 0.5, None])]


def test_a_row_keeps_its_columns_in_order(job: Run, written: Written) -> None:
    job.log_row("row", "a description", b=1, a=np.int64(2))
    job.log_row("row")
    assert written() == [_metric("row", "row", {"b": 1, "a": 2})]
    assert list(written()[0]["value"]) == ["b", "a"]


def test_a_row_takes_single_values_only(job: Run) -> None:
    with pytest.raises(UserErrorException):
        job.log_row("row", a=[1, 2])


def test_a_table_is_recorded_by_columns_and_one_without_rows_is_not(job: Run, written: Written) -> None:
    job.log_table("table", {"a": [1, 2], "b": ["x", "y"]})
    job.log_table("table", {"a": []})
    job.log_table("table", {})
    assert written() == [_metric("table", "table", {"a": [1, 2], "b": ["x", "y"]})]


def test_an_image_file_is_copied_and_then_named(
    job: Run, written: Written, tmp_path: Path, attempt_folder: Path
) -> None:
    image = tmp_path / "roc.png"
    image.write_bytes(_PNG)
    job.log_image("roc", path=image)
    job.log_image("roc", path=str(image))
    assert written() == [
        {"kind": "upload", "name": "roc.png"},
        _metric("image", "roc", "roc.png"),
        {"kind": "upload", "name": "roc_1.png"},
        _metric("image", "roc", "roc_1.png"),
    ]
    assert (attempt_folder / "uploads" / "roc_1.png").read_bytes() == _PNG


def test_a_plot_is_saved_under_its_name_and_the_time(job: Run, written: Written, attempt_folder: Path) -> None:
    job.log_image("plots/loss", plot=_Plot())
    _, metric = written()
    assert metric["kind"] == "image"
    assert metric["value"].startswith("plots/loss_")
    assert (attempt_folder / "uploads" / metric["value"]).read_bytes() == _PNG
    assert sorted(path.name for path in attempt_folder.iterdir()) == ["records.jsonl", "uploads"]


def test_an_image_comes_from_exactly_one_of_file_and_plot(job: Run, tmp_path: Path) -> None:
    with pytest.raises(AzureMLException, match="exactly one"):
        job.log_image("roc")
    with pytest.raises(AzureMLException, match="exactly one"):
        job.log_image("roc", path=str(tmp_path), plot=_Plot())


def test_what_is_no_image_or_no_plot_is_refused(job: Run, tmp_path: Path, written: Written) -> None:
    text = tmp_path / "roc.png"
    text.write_text("text")
    with pytest.raises(AzureMLException, match="PNG"):
        job.log_image("roc", path=str(text))
    with pytest.raises(AzureMLException, match="no image at"):
        job.log_image("roc", path=str(tmp_path / "missing.png"))
    with pytest.raises(AzureMLException, match="savefig"):
        job.log_image("roc", plot=object())
    assert written() == []


@pytest.mark.parametrize("call", ["log_confusion_matrix", "log_accuracy_table", "log_residuals", "log_predictions"])
@pytest.mark.parametrize("as_text", [True, False])
def test_documents_are_artifacts_named_like_the_metric(
    call: str, as_text: bool, job: Run, written: Written, attempt_folder: Path
) -> None:
    document = {"schema_type": "x", "data": {"matrix": [[1, 2], [3, 4]]}}
    getattr(job, call)("result", json.dumps(document) if as_text else document)
    assert written() == [{"kind": "upload", "name": "result"}, _metric("artifact", "result", "result")]
    assert json.loads((attempt_folder / "uploads" / "result").read_text()) == document


def test_documents_may_hold_arrays(job: Run, attempt_folder: Path) -> None:
    job.log_confusion_matrix("matrix", {"matrix": np.eye(2, dtype=int), "total": np.int64(2)})
    stored = json.loads((attempt_folder / "uploads" / "matrix").read_text())
    assert stored == {"matrix": [[1, 0], [0, 1]], "total": 2}


@pytest.mark.parametrize("value", ["{not json", "[1]", [1], 3, io.StringIO("{}")])
def test_a_document_that_is_no_dict_is_refused(value: object, job: Run, written: Written) -> None:
    with pytest.raises(UserErrorException, match="dict"):
        job.log_confusion_matrix("matrix", value)
    assert written() == []
