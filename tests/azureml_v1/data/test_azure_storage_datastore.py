"""Uploads to datastores and downloads from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.azure_storage_datastore import AbstractAzureStorageDatastore
from hyperstep.azureml_v1.exceptions import UserErrorException


@pytest.fixture
def datastore(workspace: Workspace) -> AbstractAzureStorageDatastore:
    Path("data/sub").mkdir(parents=True)
    Path("data/a.txt").write_text("1", encoding="utf-8")
    Path("data/sub/b.txt").write_text("2", encoding="utf-8")
    return workspace.get_default_datastore()


def test_a_folder_is_uploaded_with_its_tree(datastore: AbstractAzureStorageDatastore) -> None:
    reference = datastore.upload("data", "digits", show_progress=False)
    assert (datastore.folder / "digits/sub/b.txt").read_text(encoding="utf-8") == "2"
    assert reference.path_on_datastore == "digits"


def test_an_existing_file_is_kept_unless_overwritten(datastore: AbstractAzureStorageDatastore) -> None:
    datastore.upload("data", "digits", show_progress=False)
    Path("data/a.txt").write_text("new", encoding="utf-8")
    datastore.upload("data", "digits", show_progress=False)
    assert (datastore.folder / "digits/a.txt").read_text(encoding="utf-8") == "1"
    datastore.upload("data", "digits", overwrite=True, show_progress=False)
    assert (datastore.folder / "digits/a.txt").read_text(encoding="utf-8") == "new"


def test_a_file_of_equal_content_is_left_in_peace_when_it_is_overwritten(
    datastore: AbstractAzureStorageDatastore,
) -> None:
    datastore.upload("data", "digits", show_progress=False)
    stored = datastore.folder / "digits/a.txt"
    before = stored.stat()
    datastore.upload("data", "digits", overwrite=True, show_progress=False)
    after = stored.stat()
    assert (after.st_ino, after.st_ctime_ns) == (before.st_ino, before.st_ctime_ns)


def test_uploading_what_is_no_folder_is_refused(datastore: AbstractAzureStorageDatastore) -> None:
    with pytest.raises(UserErrorException, match="src_dir"):
        datastore.upload("data/a.txt")


def test_files_keep_their_tree_below_the_common_folder(datastore: AbstractAzureStorageDatastore) -> None:
    datastore.upload_files(["data/a.txt", "data/sub/b.txt"], target_path="t", show_progress=False)
    assert sorted(p.relative_to(datastore.folder).as_posix() for p in datastore.folder.rglob("*.txt")) == [
        "t/a.txt",
        "t/sub/b.txt",
    ]


def test_a_file_outside_the_given_root_is_refused(datastore: AbstractAzureStorageDatastore) -> None:
    with pytest.raises(UserErrorException, match="relative_root"):
        datastore.upload_files(["data/a.txt"], relative_root="data/sub")


def test_a_target_outside_the_datastore_is_refused(datastore: AbstractAzureStorageDatastore) -> None:
    with pytest.raises(UserErrorException, match="inside"):
        datastore.upload("data", "../../elsewhere")


def test_a_download_counts_what_it_wrote_and_takes_a_raw_prefix(datastore: AbstractAzureStorageDatastore) -> None:
    datastore.upload("data", "a/b", show_progress=False)
    datastore.upload("data", "a/bc", show_progress=False)
    assert datastore.download("out", prefix="a/b", show_progress=False) == 4
    assert datastore.download("out", prefix="a/b", show_progress=False) == 0
    assert datastore.download("out", prefix="a/bc", overwrite=True, show_progress=False) == 2
    assert datastore.download("out", prefix="none", show_progress=False) == 0
    assert Path("out/a/b/sub/b.txt").exists()


def test_progress_goes_to_standard_error(
    datastore: AbstractAzureStorageDatastore, capsys: pytest.CaptureFixture[str]
) -> None:
    datastore.upload("data")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "2 files" in captured.err


def test_references_to_all_of_it_have_its_name(datastore: AbstractAzureStorageDatastore) -> None:
    assert str(datastore.as_mount()) == "$AZUREML_DATAREFERENCE_workspaceblobstore"
    assert datastore.as_download().mode == "download"
    assert datastore.as_upload().mode == "upload"
