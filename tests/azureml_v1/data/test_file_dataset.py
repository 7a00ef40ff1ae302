"""File datasets: paths, files, registration."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.dataset import Dataset
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.azure_storage_datastore import AbstractAzureStorageDatastore
from hyperstep.azureml_v1.data.datapath import DataPath
from hyperstep.azureml_v1.exceptions import UserErrorException


@pytest.fixture
def datastore(workspace: Workspace) -> AbstractAzureStorageDatastore:
    Path("data/sub").mkdir(parents=True)
    Path("data/a.txt").write_text("1", encoding="utf-8")
    Path("data/sub/b.csv").write_text("2", encoding="utf-8")
    workspace.get_default_datastore().upload("data", "d", show_progress=False)
    return workspace.get_default_datastore()


def test_a_folder_means_all_in_it(datastore: AbstractAzureStorageDatastore) -> None:
    assert Dataset.File.from_files((datastore, "d")).to_path() == ["/a.txt", "/sub/b.csv"]


@pytest.mark.parametrize("pattern", ["d/**/*.csv", "d/*/b.csv", "d/sub/?.csv"])
def test_patterns_match_files_below_their_common_root(datastore: AbstractAzureStorageDatastore, pattern: str) -> None:
    assert Dataset.File.from_files((datastore, pattern)).to_path() == ["/b.csv"]


def test_every_way_to_say_a_path_means_the_same(datastore: AbstractAzureStorageDatastore) -> None:
    ways = [(datastore, "d"), [(datastore, "d")], datastore.path("d"), DataPath(datastore, "d"), (datastore, "/d/")]
    assert len({Dataset.File.from_files(way).id for way in ways}) == 1


def test_local_paths_are_taken(datastore: AbstractAzureStorageDatastore) -> None:
    del datastore
    assert Dataset.File.from_files("data").to_path() == ["/a.txt", "/sub/b.csv"]
    assert Dataset.File.from_files(["data/a.txt", "data/sub"]).to_path() == ["/a.txt", "/sub/b.csv"]


@pytest.mark.parametrize("given", ["https://example.com/a.csv", 3, [], None])
def test_other_paths_are_refused(workspace: Workspace, given: object) -> None:
    del workspace
    with pytest.raises(UserErrorException, match="Received"):
        Dataset.File.from_files(given)


def test_nothing_there_is_refused_unless_unvalidated(datastore: AbstractAzureStorageDatastore) -> None:
    with pytest.raises(UserErrorException, match="No file"):
        Dataset.File.from_files((datastore, "none"))
    assert Dataset.File.from_files((datastore, "none"), validate=False).to_path() == []


def test_a_path_out_of_the_datastore_is_refused(datastore: AbstractAzureStorageDatastore) -> None:
    with pytest.raises(UserErrorException, match="inside"):
        Dataset.File.from_files((datastore, "../x"))


def test_a_download_keeps_the_tree_and_replaces_nothing(datastore: AbstractAzureStorageDatastore) -> None:
    dataset = Dataset.File.from_files((datastore, "d"))
    written = dataset.download("out")
    assert [Path(path).name for path in written] == ["a.txt", "b.csv"]
    assert Path("out/sub/b.csv").read_text(encoding="utf-8") == "2"
    with pytest.raises(UserErrorException, match="overwrite"):
        dataset.download("out")
    assert dataset.download("out", overwrite=True) == written


def test_a_download_without_a_target_goes_to_a_folder_of_its_own(datastore: AbstractAzureStorageDatastore) -> None:
    paths = Dataset.File.from_files((datastore, "d/a.txt")).download()
    assert Path(paths[0]).read_text(encoding="utf-8") == "1"


def test_a_mounted_folder_is_read_in_place(datastore: AbstractAzureStorageDatastore) -> None:
    with Dataset.File.from_files((datastore, "d")).mount() as mounted:
        assert (Path(mounted.mount_point) / "sub/b.csv").read_text(encoding="utf-8") == "2"


def test_a_mounted_pattern_is_a_folder_of_its_files_that_goes_away(datastore: AbstractAzureStorageDatastore) -> None:
    with Dataset.File.from_files((datastore, "d/**/*.csv")).mount() as mounted:
        assert [path.name for path in Path(mounted.mount_point).iterdir()] == ["b.csv"]
    assert not Path(mounted.mount_point).exists()


def test_an_id_follows_the_definition_and_finds_the_dataset(
    datastore: AbstractAzureStorageDatastore, workspace: Workspace
) -> None:
    dataset = Dataset.File.from_files((datastore, "d"))
    assert dataset.id == Dataset.File.from_files((datastore, "d")).id
    assert dataset.id != Dataset.File.from_files((datastore, "d/sub")).id
    assert Dataset.get_by_id(workspace, dataset.id).to_path() == dataset.to_path()
    with pytest.raises(UserErrorException, match="unknown-id"):
        Dataset.get_by_id(workspace, "unknown-id")


def test_a_registered_dataset_is_found_by_name_and_version(
    datastore: AbstractAzureStorageDatastore, workspace: Workspace
) -> None:
    first = Dataset.File.from_files((datastore, "d")).register(workspace, "digits", "words", {"a": 1})
    second = Dataset.File.from_files((datastore, "d/sub")).register(workspace, "digits", create_new_version=True)
    assert (first.version, second.version) == (1, 2)
    assert Dataset.get_by_name(workspace, "digits").version == 2
    found = Dataset.get_by_name(workspace, "digits", "1")
    assert (found.description, found.tags, found.id) == ("words", {"a": "1"}, first.id)
    assert list(workspace.datasets) == ["digits"]


def test_a_taken_name_needs_create_new_version(datastore: AbstractAzureStorageDatastore, workspace: Workspace) -> None:
    dataset = Dataset.File.from_files((datastore, "d")).register(workspace, "digits")
    assert Dataset.File.from_files((datastore, "d")).register(workspace, "digits").version == dataset.version
    with pytest.raises(UserErrorException, match="create_new_version"):
        Dataset.File.from_files((datastore, "d/sub")).register(workspace, "digits")


@pytest.mark.parametrize("version", [7, "7", "newest", None])
def test_a_version_that_is_not_there_is_refused(
    datastore: AbstractAzureStorageDatastore, workspace: Workspace, version: str
) -> None:
    Dataset.File.from_files((datastore, "d")).register(workspace, "digits")
    with pytest.raises(UserErrorException, match="version"):
        Dataset.get_by_name(workspace, "digits", version)


def test_tags_of_a_registration_change(datastore: AbstractAzureStorageDatastore, workspace: Workspace) -> None:
    dataset = Dataset.File.from_files((datastore, "d"))
    with pytest.raises(UserErrorException, match="registered"):
        dataset.add_tags({"a": 1})
    dataset.register(workspace, "digits").add_tags({"a": 1, "b": 2}).remove_tags(["a"])
    assert Dataset.get_by_name(workspace, "digits").tags == {"b": "2"}
    dataset.unregister_all_versions()
    assert dict(workspace.datasets) == {}


def test_a_folder_is_uploaded_as_a_dataset(workspace: Workspace) -> None:
    Path("src").mkdir()
    Path("src/x.txt").write_text("x", encoding="utf-8")
    target = DataPath(workspace.get_default_datastore(), "up")
    assert Dataset.File.upload_directory("src", target, show_progress=False).to_path() == ["/x.txt"]
