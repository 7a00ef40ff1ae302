"""Source folders, scripts and arguments become code specs."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from hyperstep.artifact_store.snapshot import load_snapshot
from hyperstep.azureml_v1.core.code_translation import argument_text, translate_code
from hyperstep.azureml_v1.core.dataset import Dataset
from hyperstep.azureml_v1.core.environment import Environment
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.core.script_submission import script_step
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.data_reference import DataReference
from hyperstep.azureml_v1.data.datapath import DataPath
from hyperstep.azureml_v1.exceptions import SnapshotException, UserErrorException
from hyperstep.errors import InvalidInputError


@pytest.fixture
def source() -> Path:
    folder = Path("src")
    folder.mkdir()
    (folder / "train.py").write_text("print()", encoding="utf-8")
    return folder


def test_code_is_a_snapshot_with_a_script(workspace: Workspace, source: Path) -> None:
    environment = Environment("e")
    environment.environment_variables = {"A": "1", "B": "1"}
    code = translate_code(
        workspace.home, source, "./train.py", ["--x"], environment, environment_variables={"B": "2"}, max_duration_s=5
    )
    assert (code.script, code.arguments, code.max_duration_s, code.python) == ("train.py", ("--x",), 5, "")
    assert code.environment_variables == {"A": "1", "B": "2"}
    assert code.environment == environment.definition()
    assert [file.path for file in load_snapshot(code.snapshot, workspace.home.artifacts).files] == ["train.py"]


def test_a_missing_script_is_told_with_the_nearest_names(workspace: Workspace, source: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"trian\.py.*train\.py"):
        translate_code(workspace.home, source, "trian.py")


def test_an_ignored_script_is_told(workspace: Workspace, source: Path) -> None:
    (source / ".amlignore").write_text("train.py", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="ignore"):
        translate_code(workspace.home, source, "train.py")


@pytest.mark.parametrize("absolute", [True, False])
def test_a_script_that_is_not_named_from_its_folder_is_told_how_it_is(
    workspace: Workspace, source: Path, *, absolute: bool
) -> None:
    (source.parent / "train2.py").write_text("print()", encoding="utf-8")
    script = str(source.absolute() / "train.py") if absolute else "../train2.py"
    with pytest.raises(InvalidInputError, match=r"named from there.*Nearest there: train\.py"):
        translate_code(workspace.home, source, script)


def test_a_missing_folder_is_told(workspace: Workspace) -> None:
    with pytest.raises(InvalidInputError, match="nowhere"):
        translate_code(workspace.home, "nowhere", "train.py")


def test_a_folder_over_the_limit_is_told_with_its_files(workspace: Workspace, source: Path) -> None:
    home = replace(workspace.home, settings=replace(workspace.home.settings, snapshot_max_bytes=3))
    with pytest.raises(SnapshotException, match=r"train\.py"):
        translate_code(home, source, "train.py")


def test_a_command_needs_no_script(workspace: Workspace, source: Path) -> None:
    code = translate_code(workspace.home, source, None, command="python -c 'print(1)'")
    assert (code.script, code.command) == ("", ("python", "-c", "print(1)"))


def test_a_user_managed_interpreter_is_used(workspace: Workspace, source: Path) -> None:
    environment = Environment("e")
    environment.python.interpreter_path = "/usr/bin/python3"
    assert translate_code(workspace.home, source, "train.py", (), environment).python == ""
    environment.python.user_managed_dependencies = True
    assert translate_code(workspace.home, source, "train.py", (), environment).python == "/usr/bin/python3"


def test_a_script_run_config_is_a_step_with_inputs(workspace: Workspace, source: Path) -> None:
    datastore = workspace.get_default_datastore()
    (datastore.folder / "d").mkdir()
    (datastore.folder / "d/a.txt").write_text("1", encoding="utf-8")
    dataset = Dataset.File.from_files((datastore, "d"))
    config = ScriptRunConfig(
        source,
        "train.py",
        [
            "--data",
            dataset.as_named_input("digits").as_mount(),
            "--ref",
            DataReference(datastore, "ref", "d"),
            "--n",
            3,
        ],
        resume_from=DataPath(datastore, "d"),
    )
    config.run_config.data_references = {"more": DataReference(datastore, "more", "d").to_config()}
    step = script_step(config, workspace)
    assert step.code.arguments == (
        "--data",
        "DatasetConsumptionConfig:digits",
        "--ref",
        "$AZUREML_DATAREFERENCE_ref",
        "--n",
        "3",
        "--resume-from",
        "$AZUREML_DATAREFERENCE_MODEL_LOCATION",
    )
    assert [port.name for port in step.inputs] == ["digits", "ref", "MODEL_LOCATION", "more"]


def test_a_bare_dataset_is_no_argument(workspace: Workspace) -> None:
    Path("x.txt").write_text("x", encoding="utf-8")
    del workspace
    with pytest.raises(UserErrorException, match="as_named_input"):
        argument_text(Dataset.File.from_files("x.txt"))
    assert argument_text(0.5) == "0.5"
