"""The contract of file storages: inherit, and say how to make an empty one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

import pytest

from hyperstep.azureml_v1.data.file_storage import FileStorage


class FileStorageContract(ABC):
    """What every file storage does."""

    @abstractmethod
    def make_storage(self, folder: Path) -> FileStorage:
        """An empty storage that may use ``folder``."""

    @pytest.fixture
    def storage(self, tmp_path: Path) -> FileStorage:
        """An empty storage."""
        folder = tmp_path / "storage"
        folder.mkdir()
        return self.make_storage(folder)

    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        """A local file that says ``one``."""
        path = tmp_path / "source.txt"
        path.write_text("one", encoding="utf-8")
        return path

    def test_an_empty_storage_has_no_names(self, storage: FileStorage) -> None:
        """Nothing is there before something was put."""
        assert storage.names() == []

    def test_what_was_put_is_got(self, storage: FileStorage, source: Path, tmp_path: Path) -> None:
        """The content is the same, and folders above the target are made."""
        assert storage.put(source, "a/b.txt", overwrite=False)
        assert storage.get("a/b.txt", tmp_path / "deep/down/b.txt", overwrite=False)
        assert (tmp_path / "deep/down/b.txt").read_text(encoding="utf-8") == "one"

    def test_a_prefix_is_text_and_no_folder(self, storage: FileStorage, source: Path) -> None:
        """Names are sorted and chosen by how they begin."""
        for name in ("a/bc/2", "a/b/1", "b"):
            storage.put(source, name, overwrite=False)
        assert storage.names("a/b") == ["a/b/1", "a/bc/2"]
        assert storage.names() == ["a/b/1", "a/bc/2", "b"]

    def test_what_is_there_stays_unless_overwritten(self, storage: FileStorage, source: Path, tmp_path: Path) -> None:
        """Both ways."""
        storage.put(source, "a", overwrite=False)
        source.write_text("two", encoding="utf-8")
        assert not storage.put(source, "a", overwrite=False)
        target = tmp_path / "target"
        storage.get("a", target, overwrite=False)
        assert target.read_text(encoding="utf-8") == "one"
        assert storage.put(source, "a", overwrite=True)
        assert not storage.get("a", target, overwrite=False)
        assert storage.get("a", target, overwrite=True)
        assert target.read_text(encoding="utf-8") == "two"

    def test_a_name_that_is_not_there_is_an_error(self, storage: FileStorage, tmp_path: Path) -> None:
        """And nothing is left at the target."""
        with pytest.raises(FileNotFoundError):
            storage.get("none", tmp_path / "target", overwrite=False)
        assert not (tmp_path / "target").exists()
