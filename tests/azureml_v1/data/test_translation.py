"""Datasets and references become inputs of steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.dataset import Dataset
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.data_reference import DataReference
from hyperstep.azureml_v1.data.datapath import DataPath
from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
from hyperstep.azureml_v1.data.file_dataset import FileDataset
from hyperstep.azureml_v1.data.translation import translate_input
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.pipeline.spec import DataMode, DatastorePaths


@pytest.fixture
def dataset(workspace: Workspace) -> FileDataset:
    datastore = workspace.get_default_datastore()
    (datastore.folder / "d").mkdir()
    (datastore.folder / "d/a.txt").write_text("1", encoding="utf-8")
    return Dataset.File.from_files((datastore, "d"))


def test_a_dataset_input_has_v1s_placeholder_and_variable(workspace: Workspace, dataset: FileDataset) -> None:
    port = translate_input(workspace, dataset.as_named_input("digits").as_mount("there"))
    assert (port.name, port.variable, port.placeholder) == ("digits", "digits", "DatasetConsumptionConfig:digits")
    assert (port.mode, port.path_on_compute) == (DataMode.MOUNT, "there")
    assert port.source == DatastorePaths((("workspaceblobstore", "d"),), dataset.id)


def test_an_unnamed_dataset_input_is_named_by_its_id(dataset: FileDataset) -> None:
    assert dataset.as_mount().name == f"input__{dataset.id[:8]}"
    assert dataset.as_download().mode == "download"


def test_a_reference_input_has_v1s_placeholder_and_variable(workspace: Workspace) -> None:
    reference = DataReference(workspace.get_default_datastore(), "digits", "a/b", "download")
    port = translate_input(workspace, reference, name="other")
    assert port.name == "other"
    assert port.variable == "AZUREML_DATAREFERENCE_digits"
    assert port.placeholder == str(reference)
    assert port.mode is DataMode.DOWNLOAD


def test_a_data_path_is_an_input_too(workspace: Workspace) -> None:
    port = translate_input(workspace, DataPath(workspace.get_default_datastore(), "a"), name="data")
    assert port.source == DatastorePaths((("workspaceblobstore", "a"),))


def test_local_files_are_copied_by_content(workspace: Workspace) -> None:
    Path("local").mkdir()
    Path("local/x.txt").write_text("x", encoding="utf-8")
    config = Dataset.File.from_files("local").as_named_input("x").as_mount()
    first, again = translate_input(workspace, config).source, translate_input(workspace, config).source
    assert first == again
    assert isinstance(first, DatastorePaths)
    store, place = first.paths[0]
    assert (workspace.home.datastore_folder("local", store) / place / "x.txt").read_text(encoding="utf-8") == "x"
    Path("local/x.txt").write_text("changed", encoding="utf-8")
    assert translate_input(workspace, config).source != first


def test_one_local_file_stays_a_file(workspace: Workspace) -> None:
    Path("x.txt").write_text("x", encoding="utf-8")
    source = translate_input(workspace, Dataset.File.from_files("x.txt").as_mount()).source
    assert isinstance(source, DatastorePaths)
    assert source.paths[0][1].endswith("/x.txt")


@pytest.mark.parametrize("mode", ["copy", "", "MOUNT"])
def test_an_unknown_mode_is_refused(dataset: FileDataset, mode: str) -> None:
    with pytest.raises(UserErrorException, match="direct, download, mount, hdfs"):
        DatasetConsumptionConfig("digits", dataset, mode)


@pytest.mark.parametrize("name", ["1a", "a-b", "", "ä"])
def test_a_name_that_cannot_be_a_variable_is_refused(dataset: FileDataset, name: str) -> None:
    with pytest.raises(UserErrorException, match="name"):
        dataset.as_named_input(name)


def test_a_name_that_hides_a_variable_only_warns(dataset: FileDataset, caplog: pytest.LogCaptureFixture) -> None:
    dataset.as_named_input("home")
    assert "home" in caplog.text


def test_a_registered_name_can_stand_for_the_dataset(workspace: Workspace, dataset: FileDataset) -> None:
    dataset.register(workspace, "digits")
    port = translate_input(workspace, DatasetConsumptionConfig("d", (workspace, "digits", "latest"), "mount"))
    assert port.source == DatastorePaths((("workspaceblobstore", "d"),), dataset.id)


def test_what_is_no_input_is_refused(workspace: Workspace, dataset: FileDataset) -> None:
    with pytest.raises(UserErrorException, match="as_named_input"):
        translate_input(workspace, dataset)
    with pytest.raises(UserErrorException, match="int"):
        translate_input(workspace, 3)
    with pytest.raises(UserErrorException, match="hdfs"):
        translate_input(workspace, DatasetConsumptionConfig("d", dataset, "hdfs"))
    with pytest.raises(UserErrorException, match="str"):
        translate_input(workspace, DatasetConsumptionConfig("d", "text", "mount"))
