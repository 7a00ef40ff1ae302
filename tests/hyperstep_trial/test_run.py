"""The run as a training script sees it."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from hyperstep_trial.errors import RunEnvironmentException, UserErrorException
from hyperstep_trial.offline import _OfflineRun
from hyperstep_trial.run import Run
from hyperstep_trial.run_logger import RunLogger

Written = Callable[[], list[dict[str, Any]]]

_ENDS_INSIDE_WITH = """
import sys
from hyperstep_trial import Run
with Run.get_context() as run:
    run.log("acc", 1)
    {ending}
"""


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Stands where the engine's reading side is, and counts how often it is asked for."""
    seen = SimpleNamespace(attached=[], tags={"colour": "red", "size": "1"}, parent="the sweep", description="told")

    def attach(run: Run) -> SimpleNamespace:
        seen.attached.append(run.id)
        return seen

    module = ModuleType("hyperstep.azureml_v1.core.attached")
    module.attach = attach  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return seen


def test_a_process_has_one_object_for_its_run(job: Run) -> None:
    assert Run.get_context() is job
    assert Run.get_context(allow_offline=False) is Run.get_submitted_run() is job
    assert job.id == "HD_1_0"
    assert "HD_1_0" in repr(job)
    assert "digits" in repr(job)


def test_copies_and_pickles_are_the_run_of_the_process_that_opens_them(job: Run) -> None:
    assert copy.deepcopy({"run": job})["run"] is job
    assert pickle.loads(pickle.dumps(job)) is job  # noqa: S301 - made one line before


@pytest.mark.parametrize("missing", ["AZUREML_RUN_ID", "HYPERSTEP_ATTEMPT_FOLDER"])
@pytest.mark.usefixtures("job")
def test_a_process_without_an_attempt_is_offline(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(missing)
    assert isinstance(Run.get_context(), _OfflineRun)
    with pytest.raises(RunEnvironmentException, match="no job"):
        Run.get_context(allow_offline=False)


def test_tags_properties_and_names_are_recorded_as_text(job: Run, written: Written) -> None:
    job.tag("phase", 2)
    job.tag("empty")
    job.set_tags({"a": 1.5, "b": "x"})
    job.remove_tags(["a", "b"])
    job.remove_tags("phase")
    job.add_properties({"rows": 10})
    job.display_name = "first try"
    job.description = "with more rows"
    assert written() == [
        {"kind": "tag", "name": "phase", "value": "2"},
        {"kind": "tag", "name": "empty", "value": ""},
        {"kind": "tag", "name": "a", "value": "1.5"},
        {"kind": "tag", "name": "b", "value": "x"},
        {"kind": "untag", "name": "a"},
        {"kind": "untag", "name": "b"},
        {"kind": "untag", "name": "phase"},
        {"kind": "property", "name": "rows", "value": "10"},
        {"kind": "display_name", "value": "first try"},
        {"kind": "description", "value": "with more rows"},
    ]
    assert (job.display_name, job.description) == ("first try", "with more rows")


def test_a_property_is_written_once(job: Run, written: Written) -> None:
    job.add_properties({"rows": 10})
    job.add_properties({"rows": 10})
    with pytest.raises(UserErrorException, match="can not be changed"):
        job.add_properties({"rows": 11})
    assert {record["value"] for record in written()} == {"10"}


@pytest.mark.parametrize("call", ["set_tags", "add_properties"])
def test_tags_and_properties_come_as_a_dict(call: str, job: Run) -> None:
    with pytest.raises(UserErrorException, match="takes a dict"):
        getattr(job, call)(["a"])


@pytest.mark.usefixtures("engine")
def test_what_was_set_here_is_read_over_what_the_engine_knows(job: Run) -> None:
    job.tag("colour", "blue")
    job.remove_tags("size")
    assert job.tags == {"colour": "blue"}
    assert job.description == "told"


def test_the_reading_side_is_loaded_once_and_only_when_touched(job: Run, engine: SimpleNamespace) -> None:
    job.log("acc", 1)
    job.complete()
    assert engine.attached == []
    assert job.parent == job.parent == "the sweep"
    assert engine.attached == ["HD_1_0"]


def test_private_names_never_load_the_reading_side(job: Run, engine: SimpleNamespace) -> None:
    assert not hasattr(job, "_repr_html_")
    assert not hasattr(job, "__array__")
    assert engine.attached == []


def test_the_class_stands_for_the_engine_class(monkeypatch: pytest.MonkeyPatch) -> None:
    class EngineRun(RunLogger):
        def __init__(self, experiment: object, run_id: str) -> None:
            self.made_of = (experiment, run_id)

        @staticmethod
        def get(workspace: object, run_id: str) -> str:
            return f"{run_id} of {workspace}"

    module = ModuleType("hyperstep.azureml_v1.core.run")
    module.Run = EngineRun  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    make: Any = Run
    made = make("experiment", "HD_1")
    assert isinstance(made, EngineRun)
    assert isinstance(made, Run)
    assert issubclass(EngineRun, Run)
    assert Run.get("local", "HD_1") == "HD_1 of local"
    assert not hasattr(Run, "_private")


def test_files_are_uploaded_by_name(job: Run, written: Written, tmp_path: Path, attempt_folder: Path) -> None:
    folder = tmp_path / "made"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "sub" / "b.txt").write_text("b")
    job.upload_file("model.txt", folder / "a.txt")
    job.upload_files(["x", "y"], [str(folder / "a.txt"), str(folder / "sub" / "b.txt")])
    job.upload_folder("all", str(folder))
    names = ["model.txt", "x", "y", "all/a.txt", "all/sub/b.txt"]
    assert written() == [{"kind": "upload", "name": name} for name in names]
    assert [(attempt_folder / "uploads" / name).read_text() for name in names] == ["a", "a", "b", "a", "b"]


def test_uploads_that_break_a_rule_are_refused(job: Run, written: Written, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")
    with pytest.raises(TypeError, match="2 names, 1 paths"):
        job.upload_files(["a", "b"], [str(file)])
    with pytest.raises(UserErrorException, match="datastore_name='blobs'"):
        job.upload_file("a", str(file), datastore_name="blobs")
    job.upload_file("a", str(file))
    with pytest.raises(UserErrorException, match="used once"):
        job.upload_file("./a", str(file))
    assert len(written()) == 1


@pytest.mark.parametrize("call", ["child_run", "create_children", "submit_child"])
def test_runs_within_a_job_are_opened_by_the_engine(call: str, job: Run, engine: SimpleNamespace) -> None:
    setattr(engine, call, lambda name: f"{call} {name}")
    assert getattr(job, call)(name="fold 1") == f"{call} fold 1"


def test_fail_records_the_error_and_leaves_the_exit_code_alone(finish: Callable[..., str], written: Written) -> None:
    finish("from hyperstep_trial import Run\nRun.get_context().fail('no rows', 'NoData')\n")
    assert written() == [{"kind": "error", "code": "NoData", "message": "no rows"}]


def test_complete_and_flush_record_nothing(job: Run, written: Written) -> None:
    job.flush(timeout_seconds=1)
    job.complete()
    assert written() == []


def test_cancel_inside_a_job_only_warns(job: Run, written: Written) -> None:
    with pytest.warns(UserWarning, match="end the process instead"):
        job.cancel()
    assert written() == []


@pytest.mark.parametrize(
    ("ending", "exit_code", "messages"),
    [
        ("pass", 0, []),
        ("sys.exit(0)", 0, []),
        ("sys.exit(3)", 3, ["SystemExit: 3"]),
        ("raise ValueError('no rows')", 1, ["ValueError: no rows"]),
    ],
)
def test_a_with_block_records_the_exception_that_leaves_it(
    ending: str,
    exit_code: int,
    messages: list[str],
    start: Callable[..., subprocess.Popen[str]],
    written: Written,
) -> None:
    process = start(_ENDS_INSIDE_WITH.format(ending=ending))
    process.communicate()
    assert process.returncode == exit_code
    assert [record["message"] for record in written() if record["kind"] == "error"] == messages


def test_run_class_is_the_light_one_in_a_job(finish: Callable[..., str]) -> None:
    source = "from hyperstep_trial.run_class import Run\nprint(Run.__module__)\n"
    assert finish(source) == "hyperstep_trial.run\n"
    assert "AZUREML_RUN_ID" not in os.environ
