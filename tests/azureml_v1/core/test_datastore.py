"""Datastores are found by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.datastore import Datastore
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.azure_storage_datastore import AzureBlobDatastore, AzureFileDatastore
from hyperstep.azureml_v1.exceptions import UserErrorException


def test_the_default_is_a_blob_datastore(workspace: Workspace) -> None:
    default = workspace.get_default_datastore()
    assert isinstance(default, AzureBlobDatastore)
    assert default.name == Datastore.get_default(workspace).name == "workspaceblobstore"
    assert default.folder.is_dir()


def test_every_workspace_has_a_file_share_too(workspace: Workspace) -> None:
    assert isinstance(Datastore.get(workspace, "workspacefilestore"), AzureFileDatastore)
    assert list(workspace.datastores) == ["workspaceblobstore", "workspacefilestore"]


def test_constructing_a_datastore_finds_it(workspace: Workspace) -> None:
    assert isinstance(Datastore(workspace, "workspacefilestore"), AzureFileDatastore)
    assert isinstance(Datastore(workspace), AzureBlobDatastore)


def test_an_unknown_datastore_is_told_with_the_known_ones(workspace: Workspace) -> None:
    with pytest.raises(UserErrorException, match="workspaceblobstore"):
        Datastore.get(workspace, "nope")


def test_the_default_can_be_chosen(workspace: Workspace) -> None:
    Datastore.get(workspace, "workspacefilestore").set_as_default()
    assert workspace.get_default_datastore().name == "workspacefilestore"
    with pytest.raises(UserErrorException):
        workspace.set_default_datastore("nope")


def test_the_two_that_every_workspace_has_stay(workspace: Workspace) -> None:
    with pytest.raises(UserErrorException, match="stays"):
        workspace.get_default_datastore().unregister()


def test_a_folder_is_registered_for_a_container(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "blob").mkdir()
    (tmp_path / "blob/a.txt").write_text("1", encoding="utf-8")
    made = Datastore.register_azure_blob_container(workspace, "blob", f"file://{tmp_path}/blob", "account")
    assert (made.name, made.datastore_type, made.account_name) == ("blob", "AzureBlob", "account")
    assert made.download(tmp_path / "got", show_progress=False) == 1
    assert Datastore.get(workspace, "blob").folder == tmp_path / "blob"
    again = Datastore.register_azure_blob_container(workspace, "blob", f"file://{tmp_path}/blob", "account")
    assert again.folder == made.folder
    with pytest.raises(UserErrorException, match="overwrite"):
        Datastore.register_azure_blob_container(workspace, "blob", "c", "account", endpoint=f"file://{tmp_path}")
    monkeypatch.setenv("HYPERSTEP_DATASTORE_SHARE", str(tmp_path / "share"))
    share = Datastore.register_azure_file_share(workspace, "share", "files", "account", create_if_not_exists=True)
    assert (share.datastore_type, share.container_name, share.folder) == ("AzureFile", "files", tmp_path / "share")
    share.set_as_default()
    assert workspace.get_default_datastore().name == "share"
    made.unregister()
    assert "blob" not in workspace.datastores


def test_a_container_that_no_folder_stands_for_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UserErrorException, match="HYPERSTEP_DATASTORE_BLOB"):
        Datastore.register_azure_blob_container(workspace, "blob", "container", "account", account_key="k")
    with pytest.raises(UserErrorException, match="exists"):
        Datastore.register_azure_blob_container(workspace, "blob", "file:///nowhere/at/all", "account")
    with pytest.raises(UserErrorException, match="letters"):
        Datastore.register_azure_blob_container(workspace, "../blob", "file:///tmp", "account")


@pytest.mark.parametrize(
    "use",
    [
        lambda w: Datastore.register_azure_data_lake(w, "name", "store"),
        lambda w: Datastore.register_azure_data_lake_gen2(w, "name", "files", "account"),
        lambda w: Datastore.register_azure_sql_database(w, "name", "server", "database"),
        lambda w: Datastore.register_azure_postgre_sql(w, "name", "server", "database", "user", "word"),
        lambda w: Datastore.register_azure_my_sql(w, "name", "server", "database", "user", "word"),
        lambda w: Datastore.register_dbfs(w, "name"),
        lambda w: Datastore.register_hdfs(w, "name", "https", "node", "certificate", "realm", "address", "principal"),
    ],
)
def test_other_services_are_refused_with_what_to_do(workspace: Workspace, use: Callable[[Workspace], object]) -> None:
    with pytest.raises(UserErrorException, match="register"):
        use(workspace)
