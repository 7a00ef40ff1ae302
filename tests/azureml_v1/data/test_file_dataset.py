"""File datasets: paths, files, registration."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.dataset import Dataset
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.azure_storage_datastore import AbstractAzureStorageDatastore
from hyperstep.azureml_v1.data.datacache import DatacacheStore
from hyperstep.azureml_v1.data.datapath import DataPath
from hyperstep.azureml_v1.data.file_dataset import FileDataset
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


def test_a_link_to_a_folder_is_named_where_there_is_no_file_but_behind_it(
    datastore: AbstractAzureStorageDatastore,
) -> None:
    (datastore.folder / "linked").mkdir()
    (datastore.folder / "linked" / "l").symlink_to(Path("data").absolute())
    with pytest.raises(UserErrorException, match=r"Links to folders are not followed: .*/linked/l; give their own"):
        Dataset.File.from_files((datastore, "linked"))


@pytest.mark.parametrize("given", ["https://example.com/", "abfss://a/b.csv", 3, [], None])
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


def test_parts_of_a_dataset_are_folders_of_files(datastore: AbstractAzureStorageDatastore) -> None:
    dataset = Dataset.File.from_files((datastore, "d"))
    assert dataset.take(1).to_path() == ["/a.txt"]
    assert dataset.skip(1).to_path() == ["/b.csv"]
    assert dataset.take(9).to_path() == ["/a.txt", "/sub/b.csv"]
    with dataset.take(1).mount() as mounted:
        assert Path(mounted.mount_point, "a.txt").read_text(encoding="utf-8") == "1"
    with pytest.raises(UserErrorException, match="whole number"):
        dataset.take(-1)


def test_a_split_puts_each_file_on_one_side(datastore: AbstractAzureStorageDatastore) -> None:
    for number in range(20):
        (datastore.folder / f"d/{number}.txt").write_text("x", encoding="utf-8")
    dataset = Dataset.File.from_files((datastore, "d"))
    first, second = dataset.random_split(0.5, seed=3)
    again, _ = dataset.random_split(0.5, seed=3)
    assert first.to_path() == again.to_path()
    assert 0 < len(first.to_path()) < 22
    names = [Path(path).name for part in (first, second) for path in part.to_path()]
    assert sorted(names) == sorted(Path(path).name for path in dataset.to_path())
    assert set(dataset.take_sample(0.5, seed=3).to_path()) == set(first.to_path())
    with pytest.raises(UserErrorException, match="between 0 and 1"):
        dataset.random_split(50)


def test_files_are_filtered_by_size_time_and_partition(datastore: AbstractAzureStorageDatastore) -> None:
    (datastore.folder / "d/sub/big.csv").write_text("0" * 100, encoding="utf-8")
    dataset = Dataset.File.from_files((datastore, "d"), partition_format="/{kind}/*.csv", validate=False)
    everything = Dataset.File.from_files((datastore, "d"))
    assert everything.filter(everything.file_metadata("Size") > 50).to_path() == ["/big.csv"]
    assert (
        everything.filter(everything.file_metadata("LastModifiedTime") < datetime.fromisoformat("2000-01-01")).to_path()
        == []
    )
    folders = Dataset.File.from_files((datastore, "d/sub"), partition_format="/{name}.csv")
    assert folders.filter((folders["name"] == "b") | (folders["name"] == "x")).to_path() == ["/b.csv"]
    assert folders.partition_keys == ["name"]
    assert folders.get_partition_key_values() == [{"name": "b"}, {"name": "big"}]
    assert dataset.partition_keys == ["kind"]
    with pytest.raises(UserErrorException, match="file_metadata"):
        everything.file_metadata("Owner")
    with pytest.raises(UserErrorException, match="condition"):
        everything.filter(everything["x"])
    with pytest.raises(UserErrorException, match="columns that exist"):
        everything.filter(everything["x"] == 1)
    with pytest.raises(UserErrorException, match="Partition keys"):
        everything.get_partition_key_values(["name"])


def test_the_newest_file_says_when_data_changed(datastore: AbstractAzureStorageDatastore) -> None:
    os.utime(datastore.folder / "d/a.txt", (1e9, 1e9))
    dataset = Dataset.File.from_files((datastore, "d/a.txt"))
    assert dataset.data_changed_time == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)
    assert Dataset.File.from_files((datastore, "none"), validate=False).data_changed_time is None


@pytest.mark.parametrize("use", [lambda d: d.as_hdfs(), lambda d: d.as_cache("s"), lambda d: d.hydrate("s")])
def test_what_needs_a_cluster_is_refused(
    datastore: AbstractAzureStorageDatastore, use: Callable[[FileDataset], object]
) -> None:
    with pytest.raises(UserErrorException, match=r"[Mm]ount"):
        use(Dataset.File.from_files((datastore, "d")))


def test_caches_are_refused_when_made(workspace: Workspace) -> None:
    with pytest.raises(UserErrorException, match="'near'"):
        DatacacheStore(workspace, "near")


@pytest.mark.parametrize(
    "use",
    [
        lambda: Dataset("x"),
        lambda: Dataset.from_delimited_files("x"),
        lambda: Dataset.auto_read_files("x"),
        lambda: Dataset.from_parquet_files("x"),
        lambda: Dataset.from_json_files("x"),
        lambda: Dataset.from_pandas_dataframe(None),
        lambda: Dataset.get(None, "x"),
        lambda: Dataset.list(None),
        lambda: Dataset.from_excel_files("x"),
        lambda: Dataset.from_binary_files("x"),
        lambda: Dataset.from_sql_query("x", "y"),
    ],
)
def test_the_oldest_forms_name_the_newer_ones(use: Callable[[], object]) -> None:
    with pytest.raises(UserErrorException, match=r"Dataset\.(Tabular|File|get)"):
        use()


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("archive", 0),
        ("compare_profiles", 1),
        ("create_snapshot", 1),
        ("delete_snapshot", 1),
        ("deprecate", 1),
        ("diff", 1),
        ("generate_profile", 0),
        ("get_all_snapshots", 0),
        ("get_definition", 0),
        ("get_definitions", 0),
        ("get_profile", 0),
        ("get_snapshot", 1),
        ("head", 1),
        ("reactivate", 0),
        ("sample", 2),
        ("to_pandas_dataframe", 0),
        ("to_spark_dataframe", 0),
        ("update_definition", 2),
    ],
)
def test_the_oldest_methods_name_the_newer_ones(name: str, count: int) -> None:
    with pytest.raises(UserErrorException, match=rf"{name}\(\) is an older form"):
        getattr(Dataset, name)(None, *[None] * count)


@pytest.mark.parametrize(("name", "count"), [("get_by_name", 2), ("list", 1), ("register", 8), ("update", 2)])
def test_caches_can_be_named_only(name: str, count: int) -> None:
    with pytest.raises(UserErrorException, match="Mount the dataset"):
        getattr(DatacacheStore, name)(*[None] * count)
