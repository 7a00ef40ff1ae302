"""Datastores: named folders that stand for a blob container or a file share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core.reading import note_places, note_upload
from hyperstep.azureml_v1.data.data_reference import DataReference, path_inside
from hyperstep.azureml_v1.data.file_storage import FileStorage, FolderStorage
from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace


class AbstractDatastore:
    """What every datastore has.

    Args:
        workspace: Whose.
        name: Its name.
        datastore_type: ``AzureBlob`` or ``AzureFile``.
    """

    def __init__(self, workspace: Workspace, name: str, datastore_type: str) -> None:
        self._workspace = workspace
        self._name = name
        self._datastore_type = datastore_type

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name!r} of workspace {self._workspace.name!r} at {self.folder}>"

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @property
    def workspace(self) -> Workspace:
        """Whose it is."""
        return self._workspace

    @property
    def datastore_type(self) -> str:
        """``AzureBlob`` or ``AzureFile``."""
        return self._datastore_type

    @property
    def folder(self) -> Path:
        """The local folder that it is (no part of the v1 API)."""
        return self._workspace.home.datastore_folder(self._workspace.name, self._name)

    def set_as_default(self) -> None:
        """Use it where no datastore is named."""
        self._workspace.set_default_datastore(self._name)

    def unregister(self) -> None:
        """Forget it; its files stay.

        Raises:
            UserErrorException: It is one of the two that every workspace has.
        """
        from hyperstep.azureml_v1.core.datastore import forget  # noqa: PLC0415 - it knows us already

        forget(self._workspace, self._name)


class AbstractAzureStorageDatastore(AbstractDatastore):
    """A datastore whose files can be uploaded and downloaded.

    Args:
        workspace: Whose.
        name: Its name.
        datastore_type: ``AzureBlob`` or ``AzureFile``.
        container_name: Name of the container that it stands for.
        account_name: Name of the storage account that it stands for.
        sas_token: Not used, since there is nothing to sign in to.
        account_key: Not used.
        protocol: Kept; ``file`` without it.
        endpoint: Kept; ``local`` without it.
    """

    def __init__(
        self,
        workspace: Workspace,
        name: str,
        datastore_type: str,
        container_name: str,
        account_name: str,
        sas_token: str | None = None,
        account_key: str | None = None,
        protocol: str | None = None,
        endpoint: str | None = None,
    ) -> None:
        super().__init__(workspace, name, datastore_type)
        self.container_name = container_name
        self.account_name = account_name
        self.protocol = protocol or "file"
        self.endpoint = endpoint or "local"
        self.account_key = account_key
        self.sas_token = sas_token

    @property
    def is_sas(self) -> bool:
        """Whether it was made with a token."""
        return self.sas_token is not None

    def path(self, path: str | None = None, data_reference_name: str | None = None) -> DataReference:
        """A reference to a path below it; to all of it without ``path``."""
        return DataReference(self, data_reference_name, path)

    def as_mount(self) -> DataReference:
        """A reference to all of it, read in place."""
        return DataReference(self, mode="mount")

    def as_download(self, path_on_compute: str | None = None) -> DataReference:
        """A reference to all of it, copied before the job starts."""
        return DataReference(self, mode="download", path_on_compute=path_on_compute)

    def as_upload(self, path_on_compute: str | None = None) -> DataReference:
        """A reference to all of it, written by the job."""
        return DataReference(self, mode="upload", path_on_compute=path_on_compute)

    def upload(
        self,
        src_dir: str | os.PathLike[str],
        target_path: str | None = None,
        overwrite: bool = False,
        show_progress: bool = True,
    ) -> DataReference:
        """Copy a local folder's files into it, keeping their tree; files that exist are skipped unless ``overwrite``.

        Raises:
            UserErrorException: ``src_dir`` is no folder.
        """
        source = Path(src_dir)
        if not source.is_dir():
            message = f"src_dir must be a folder that exists. Received: {str(src_dir)!r} (in {Path.cwd()})."
            raise UserErrorException(message)
        files = sorted(path for path in source.rglob("*") if path.is_file())
        self._copy_in(((path, path.relative_to(source).as_posix()) for path in files), target_path, overwrite)
        _report(len(files), "to", self._name, show_progress)
        return self.path(target_path)

    def upload_files(
        self,
        files: Sequence[str | os.PathLike[str]],
        relative_root: str | os.PathLike[str] | None = None,
        target_path: str | None = None,
        overwrite: bool = False,
        show_progress: bool = True,
    ) -> DataReference:
        """Copy local files into it.

        Args:
            files: Which.
            relative_root: The folder below which their tree is kept; the deepest folder common to all without it.
            target_path: Folder below the datastore.
            overwrite: Replace files that exist; else they are skipped.
            show_progress: Say on standard error how many were copied.

        Raises:
            UserErrorException: A file is not there, or not below ``relative_root``.
        """
        paths = [Path(file).resolve() for file in files]
        for path in paths:
            if not path.is_file():
                message = f"Each of files must be a file that exists. Received: {str(path)!r}."
                raise UserErrorException(message)
        root = Path(relative_root).resolve() if relative_root is not None else _common_folder(paths)
        self._copy_in([(path, _below(path, root)) for path in paths], target_path, overwrite)
        _report(len(paths), "to", self._name, show_progress)
        return self.path(target_path)

    def download(
        self,
        target_path: str | os.PathLike[str],
        prefix: str | None = None,
        overwrite: bool = False,
        show_progress: bool = True,
    ) -> int:
        """Copy its files below ``target_path``, under their full names; returns how many were written.

        Args:
            target_path: Local folder.
            prefix: Only files whose name begins with this text (``a/b`` takes ``a/bc`` too); all without it.
            overwrite: Replace files that exist; else they are skipped and not counted.
            show_progress: Say on standard error how many were copied.
        """
        note_places(self._workspace.home, self._workspace.name, [(self._name, _pattern(prefix))])
        storage = self._storage()
        names = storage.names((prefix or "").lstrip("/"))
        count = sum(storage.get(name, Path(target_path) / name, overwrite=overwrite) for name in names)
        _report(count, "from", self._name, show_progress)
        return count

    def _copy_in(self, files: Iterable[tuple[Path, str]], target_path: str | None, overwrite: bool) -> None:
        storage, place = self._storage(), path_inside(target_path or "", "target_path must stay inside the datastore.")
        for source, name in files:
            stored = f"{place}/{name}".lstrip("/")
            if storage.put(source, stored, overwrite=overwrite) and overwrite:
                note_upload(self._workspace.name, self._name, stored)

    def _storage(self) -> FileStorage:
        return FolderStorage(self.folder)


class AzureBlobDatastore(AbstractAzureStorageDatastore):
    """Stands for a blob container.

    Args:
        workspace: Whose.
        name: Its name.
        container_name: Name of the container that it stands for.
        account_name: Name of the storage account that it stands for.
        sas_token: Not used, since there is nothing to sign in to.
        account_key: Not used.
        protocol: Kept; ``file`` without it.
        endpoint: Kept; ``local`` without it.
        request_session: Not used.
        workspace_msi_has_access: Not used.
        subscription_id: Kept.
        resource_group: Kept.
        service_data_access_auth_identity: Not used.
    """

    def __init__(
        self,
        workspace: Workspace,
        name: str,
        container_name: str,
        account_name: str,
        sas_token: str | None = None,
        account_key: str | None = None,
        protocol: str | None = None,
        endpoint: str | None = None,
        request_session: object = None,
        workspace_msi_has_access: bool = False,
        subscription_id: str | None = None,
        resource_group: str | None = None,
        service_data_access_auth_identity: object = None,
    ) -> None:
        del request_session, workspace_msi_has_access, service_data_access_auth_identity
        super().__init__(
            workspace, name, "AzureBlob", container_name, account_name, sas_token, account_key, protocol, endpoint
        )
        self.subscription_id = subscription_id
        self.resource_group = resource_group


class AzureFileDatastore(AbstractAzureStorageDatastore):
    """Stands for a file share.

    Args:
        workspace: Whose.
        name: Its name.
        container_name: Name of the file share that it stands for.
        account_name: Name of the storage account that it stands for.
        sas_token: Not used, since there is nothing to sign in to.
        account_key: Not used.
        protocol: Kept; ``file`` without it.
        endpoint: Kept.
        request_session: Not used.
    """

    def __init__(
        self,
        workspace: Workspace,
        name: str,
        container_name: str,
        account_name: str,
        sas_token: str | None = None,
        account_key: str | None = None,
        protocol: str | None = None,
        endpoint: str | None = "core.windows.net",
        request_session: object = None,
    ) -> None:
        del request_session
        super().__init__(
            workspace, name, "AzureFile", container_name, account_name, sas_token, account_key, protocol, endpoint
        )


def _pattern(prefix: str | None) -> str:
    """Of all files whose names begin with this text."""
    start = (prefix or "").lstrip("/")
    return f"{escape(start)}*" if start else ""


def _common_folder(paths: Sequence[Path]) -> Path:
    return Path(os.path.commonpath([path.parent for path in paths])) if paths else Path.cwd()


def _below(path: Path, root: Path) -> str:
    if not path.is_relative_to(root):
        message = f"Each file must lie below relative_root ({root}). Received: {str(path)!r}."
        raise UserErrorException(message)
    return path.relative_to(root).as_posix()


def _report(count: int, way: str, name: str, show_progress: bool) -> None:
    if show_progress:
        sys.stderr.write(f"Copied {count} files {way} datastore {name}\n")
