"""Data references and data paths."""

from __future__ import annotations

import pytest

from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.data_reference import DataReference
from hyperstep.azureml_v1.data.datapath import DataPath, DataPathComputeBinding
from hyperstep.azureml_v1.exceptions import UserErrorException


def test_a_reference_is_its_placeholder_as_text(workspace: Workspace) -> None:
    reference = DataReference(workspace.get_default_datastore(), "digits", "a/b")
    assert str(reference) == "$AZUREML_DATAREFERENCE_digits"
    assert str(reference.as_download()) == str(reference)


def test_a_reference_with_a_path_but_no_name_gets_a_name_that_follows_from_the_path(workspace: Workspace) -> None:
    datastore = workspace.get_default_datastore()
    first, second, other = datastore.path("a"), datastore.path("a"), datastore.path("b")
    assert first.data_reference_name == second.data_reference_name
    assert first.data_reference_name != other.data_reference_name
    assert first.data_reference_name.isidentifier()


def test_paths_below_a_reference_are_joined(workspace: Workspace) -> None:
    assert workspace.get_default_datastore().path("a/").path("b").path_on_datastore == "a/b"


def test_an_unknown_mode_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UserErrorException, match="mount, download, upload"):
        DataReference(workspace.get_default_datastore(), mode="direct")
    with pytest.raises(UserErrorException):
        DataPathComputeBinding(mode="direct")


def test_a_name_that_cannot_be_a_variable_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UserErrorException, match="my-data"):
        DataReference(workspace.get_default_datastore(), "my-data")


def test_a_data_path_becomes_a_reference_and_back(workspace: Workspace) -> None:
    path = DataPath(workspace.get_default_datastore(), "a/b", "data")
    reference = path.create_data_reference(datapath_compute_binding=DataPathComputeBinding("download"))
    assert (reference.data_reference_name, reference.mode) == ("data", "download")
    assert DataPath.create_from_data_reference(reference).path_on_datastore == "a/b"
    assert DataPathComputeBinding.create_from_data_reference(reference).mode == "download"


def test_a_reference_as_configuration_keeps_its_place(workspace: Workspace) -> None:
    config = DataReference(workspace.get_default_datastore(), "digits", "a/b", "download").to_config()
    assert (config.datastore_name, config.path_on_datastore, config.mode) == ("workspaceblobstore", "a/b", "download")
