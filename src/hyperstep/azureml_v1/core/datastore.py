"""Datastore: finding a workspace's datastores by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.data.azure_storage_datastore import (
    AbstractAzureStorageDatastore,
    AzureBlobDatastore,
    AzureFileDatastore,
)
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.runtime.home import DEFAULT_DATASTORES

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace

_KIND = "datastore"
_DEFAULT_KIND = "default_datastore"
_FILE_SHARES = frozenset({"workspacefilestore"})


class Datastore:
    """Finds datastores: ``Datastore(workspace, name)`` is one of the classes of ``azureml.data``."""

    def __new__(cls, workspace: Workspace, name: str | None = None) -> AbstractAzureStorageDatastore:  # type: ignore[misc]
        """The datastore of that name, the default one without a name."""
        return default_datastore(workspace) if name is None else find_datastore(workspace, name)

    @staticmethod
    def get(workspace: Workspace, datastore_name: str) -> AbstractAzureStorageDatastore:
        """The datastore of that name.

        Raises:
            UserErrorException: There is none; the message lists those there are.
        """
        return find_datastore(workspace, datastore_name)

    @staticmethod
    def get_default(workspace: Workspace) -> AbstractAzureStorageDatastore:
        """The datastore that is used where none is named."""
        return default_datastore(workspace)


def find_datastore(workspace: Workspace, name: str) -> AbstractAzureStorageDatastore:
    """The datastore of that name.

    Raises:
        UserErrorException: There is none; the message lists those there are.
    """
    if name in DEFAULT_DATASTORES:
        return _make(workspace, name, "AzureFile" if name in _FILE_SHARES else "AzureBlob")
    record = registry.find_named(workspace.home, workspace.name, _KIND, name)
    if record is None:
        known = ", ".join(all_datastores(workspace))
        message = f"Workspace {workspace.name!r} has no datastore {name!r}. It has: {known}."
        raise UserErrorException(message)
    return _make(workspace, name, str(record.body.get("type", "AzureBlob")))


def all_datastores(workspace: Workspace) -> dict[str, AbstractAzureStorageDatastore]:
    """All datastores of a workspace by name, those that every workspace has first."""
    registered = [record.name for record in registry.newest_named(workspace.home, workspace.name, _KIND)]
    return {name: find_datastore(workspace, name) for name in dict.fromkeys([*DEFAULT_DATASTORES, *registered])}


def default_datastore(workspace: Workspace) -> AbstractAzureStorageDatastore:
    """The chosen default, else ``workspaceblobstore``."""
    record = registry.find_named(workspace.home, workspace.name, _DEFAULT_KIND, "default")
    return find_datastore(workspace, str(record.body["name"]) if record else DEFAULT_DATASTORES[0])


def choose_default(workspace: Workspace, name: str) -> None:
    """Make a datastore the one that is used where none is named.

    Raises:
        UserErrorException: There is no such datastore.
    """
    find_datastore(workspace, name)
    registry.put_named(workspace.home, workspace.name, _DEFAULT_KIND, "default", {"name": name})


def forget(workspace: Workspace, name: str) -> None:
    """Remove a registered datastore; its files stay.

    Raises:
        UserErrorException: It is one of the two that every workspace has.
    """
    if name in DEFAULT_DATASTORES:
        message = f"Datastore {name!r} belongs to every workspace and stays."
        raise UserErrorException(message)
    registry.refuse_in_job("Removing a datastore")
    workspace.home.store.remove_named(workspace.name, _KIND, name)


def _make(workspace: Workspace, name: str, datastore_type: str) -> AbstractAzureStorageDatastore:
    kind = AzureFileDatastore if datastore_type == "AzureFile" else AzureBlobDatastore
    return kind(workspace, name, container_name=name, account_name=workspace.name)
