"""Local folders as file storages."""

from __future__ import annotations

from pathlib import Path

from hyperstep.azureml_v1.data.file_storage import FileStorage, FolderStorage
from hyperstep.testing.file_storage import FileStorageContract


class TestFolderStorage(FileStorageContract):
    """A folder keeps the contract."""

    def make_storage(self, folder: Path) -> FileStorage:
        """The folder itself."""
        return FolderStorage(folder)
