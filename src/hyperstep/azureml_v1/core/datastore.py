"""Datastore: registering a workspace's datastores, and finding them by name."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.core.datastore_refusals import UnbuiltDatastores
from hyperstep.azureml_v1.data.azure_storage_datastore import (
    AbstractAzureStorageDatastore,
    AbstractDatastore,
    AzureBlobDatastore,
    AzureFileDatastore,
)
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.runtime.datastore_names import DEFAULT_DATASTORES

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.digest import Json

_KIND = "datastore"
_DEFAULT_KIND = "default_datastore"
FOLDER_VARIABLE = "HYPERSTEP_DATASTORE_"
"""Before a datastore's name in capitals: the variable that names its folder when it is registered."""

_ADDRESS = "file://"
_NAME = re.compile(r"\w+", re.ASCII)
_FILE_SHARES = frozenset({"workspacefilestore"})


class Datastore(UnbuiltDatastores):
    """Finds datastores: ``Datastore(workspace, name)`` is one of the classes of ``azureml.data``."""

    set_as_default = AbstractDatastore.set_as_default
    unregister = AbstractDatastore.unregister

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

    @staticmethod
    def register_azure_blob_container(
        workspace: Workspace,
        datastore_name: str,
        container_name: str,
        account_name: str,
        sas_token: str | None = None,
        account_key: str | None = None,
        protocol: str | None = None,
        endpoint: str | None = None,
        overwrite: bool = False,
        create_if_not_exists: bool = False,
        skip_validation: bool = False,
        blob_cache_timeout: int | None = None,
        grant_workspace_access: bool = False,
        subscription_id: str | None = None,
        resource_group: str | None = None,
    ) -> AzureBlobDatastore:
        """Give a local folder that stands for a blob container a name.

        The folder is what ``HYPERSTEP_DATASTORE_<NAME>`` names, or ``container_name`` or ``endpoint`` where it is a
        ``file://`` address.

        Args:
            workspace: Where.
            datastore_name: The name: letters, digits and underscores.
            container_name: Name of the container, or the folder as ``file:///path``.
            account_name: Name of the storage account.
            sas_token: Not used, since there is nothing to sign in to.
            account_key: Not used.
            protocol: Not used.
            endpoint: Where the folder is, as ``file:///path``.
            overwrite: Replace a datastore of that name.
            create_if_not_exists: Make the folder.
            skip_validation: Do not ask whether the folder is there.
            blob_cache_timeout: Not used.
            grant_workspace_access: Not used.
            subscription_id: Not used.
            resource_group: Not used.

        Raises:
            UserErrorException: No folder stands for the container, it is not there, or the name is taken.
        """
        del sas_token, account_key, protocol, blob_cache_timeout, grant_workspace_access
        del subscription_id, resource_group
        given = _Given(datastore_name, "AzureBlob", container_name, account_name, endpoint)
        register_folder(workspace, given, overwrite=overwrite, make=create_if_not_exists, unseen=skip_validation)
        return find_datastore(workspace, datastore_name)  # type: ignore[return-value] # of that type

    @staticmethod
    def register_azure_file_share(
        workspace: Workspace,
        datastore_name: str,
        file_share_name: str,
        account_name: str,
        sas_token: str | None = None,
        account_key: str | None = None,
        protocol: str | None = None,
        endpoint: str | None = None,
        overwrite: bool = False,
        create_if_not_exists: bool = False,
        skip_validation: bool = False,
    ) -> AzureFileDatastore:
        """Give a local folder that stands for a file share a name; see ``register_azure_blob_container``.

        Raises:
            UserErrorException: No folder stands for the share, it is not there, or the name is taken.
        """
        del sas_token, account_key, protocol
        given = _Given(datastore_name, "AzureFile", file_share_name, account_name, endpoint)
        register_folder(workspace, given, overwrite=overwrite, make=create_if_not_exists, unseen=skip_validation)
        return find_datastore(workspace, datastore_name)  # type: ignore[return-value] # of that type


class _Given(NamedTuple):
    """What a datastore is registered with."""

    name: str
    type: str
    container: str
    account: str
    endpoint: str | None


def register_folder(workspace: Workspace, given: _Given, *, overwrite: bool, make: bool, unseen: bool) -> None:
    """Record a datastore that is a local folder.

    Args:
        workspace: Where.
        given: What it is registered with.
        overwrite: Replace a datastore of that name.
        make: Make the folder.
        unseen: Do not ask whether the folder is there.

    Raises:
        UserErrorException: No folder is named, it is not there, or the name is taken.
    """
    folder = _folder(given)
    if make:
        folder.mkdir(parents=True, exist_ok=True)
    if not unseen and not folder.is_dir():
        message = (
            f"Datastore {given.name!r} is a folder that exists, or create_if_not_exists is True. Received: {folder}."
        )
        raise UserErrorException(message)
    body: dict[str, Json] = {
        "type": given.type,
        "folder": str(folder),
        "container_name": given.container,
        "account_name": given.account,
    }
    known = registry.find_named(workspace.home, workspace.name, _KIND, given.name)
    if known is not None and dict(known.body) == body:
        return
    if given.name in DEFAULT_DATASTORES or (known is not None and not overwrite):
        message = f"Datastore {given.name!r} is there already. Give overwrite=True, or another name."
        raise UserErrorException(message)
    registry.put_named(workspace.home, workspace.name, _KIND, given.name, body)


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
    return _make(workspace, name, str(record.body.get("type", "AzureBlob")), record.body)


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


def _make(
    workspace: Workspace, name: str, datastore_type: str, body: Mapping[str, Json] | None = None
) -> AbstractAzureStorageDatastore:
    details = {} if body is None else body
    kind = AzureFileDatastore if datastore_type == "AzureFile" else AzureBlobDatastore
    container = str(details.get("container_name") or name)
    return kind(workspace, name, container, str(details.get("account_name") or workspace.name), endpoint="local")


def _folder(given: _Given) -> Path:
    if not _NAME.fullmatch(given.name):
        message = f"A datastore's name consists of letters, digits and underscores. Received: {given.name!r}."
        raise UserErrorException(message)
    variable = f"{FOLDER_VARIABLE}{given.name.upper()}"
    addresses = [text for text in (given.container, given.endpoint) if text and text.startswith(_ADDRESS)]
    text = os.environ.get(variable) or (addresses[0].removeprefix(_ADDRESS) if addresses else "")
    if not text:
        message = (
            f"Containers are not reached; a local folder stands for each. Set {variable} to a folder with the "
            f"container's files, or give container_name='file:///path'. Received: {given.container!r}."
        )
        raise UserErrorException(message)
    return Path(text).expanduser().absolute()
