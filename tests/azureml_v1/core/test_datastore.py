"""Datastores are found by name."""

from __future__ import annotations

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
