"""FileDataset: files and folders in datastores."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from hyperstep.azureml_v1.data.abstract_dataset import AbstractDataset
from hyperstep.azureml_v1.data.dataset_paths import DatasetPath, matched_files, plain_path
from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
    from hyperstep.digest import Json


class FileDataset(AbstractDataset):
    """Files and folders in datastores. Made by ``Dataset.File.from_files``.

    Args:
        paths: Its files, folders and patterns.
        workspace: Whose datastores; None when all paths are local.
        partition_format: Columns that the files' paths hold.
    """

    _kind = "FileDataset"

    def to_path(self) -> list[str]:
        """Each file's place below their common root, with a leading slash."""
        return [f"/{place}" for place, _ in self._files()]

    def as_mount(self, path_on_compute: str | None = None) -> DatasetConsumptionConfig:
        """This dataset as an input that is read in place, named by its id."""
        return self._as_input().as_mount(path_on_compute)

    def as_download(self, path_on_compute: str | None = None) -> DatasetConsumptionConfig:
        """This dataset as an input that is copied before the job starts, named by its id."""
        return self._as_input().as_download(path_on_compute)

    def download(
        self,
        target_path: str | Path | None = None,
        overwrite: bool = False,
        ignore_not_found: bool = False,
    ) -> list[str]:
        """Copy its files into a folder; returns their paths.

        Args:
            target_path: The folder; a new temporary one without it.
            overwrite: Replace files that exist.
            ignore_not_found: Do not mind when nothing matches.

        Raises:
            UserErrorException: Nothing matches, or a file exists and ``overwrite`` is False.
        """
        files = self._files()
        if not files and not ignore_not_found:
            message = f"A dataset must match at least one file to be downloaded. Received: {self!r}."
            raise UserErrorException(message)
        folder = Path(target_path) if target_path is not None else Path(tempfile.mkdtemp(prefix="dataset-"))
        targets = [(source, (folder / place).absolute()) for place, source in files]
        existing = [str(target) for _, target in targets if target.exists()]
        if existing and not overwrite:
            message = f"download() replaces no files without overwrite=True. These exist: {', '.join(existing[:10])}."
            raise UserErrorException(message)
        for source, target in targets:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        return [str(target) for _, target in targets]

    def mount(self, mount_point: str | Path | None = None, **kwargs: object) -> MountContext:
        """A context in which its files can be read in one folder (a file, when it is made of one file)."""
        del kwargs
        return MountContext(self, Path(mount_point) if mount_point is not None else None)

    def _as_input(self) -> DatasetConsumptionConfig:
        return self.as_named_input(f"input__{self.id[:8]}")

    def _definition(self) -> dict[str, Json]:
        more: dict[str, Json] = {"partition_format": self._partition_format} if self._partition_format else {}
        return {**super()._definition(), **more}

    def _with_paths(self, paths: Sequence[DatasetPath], workspace: Workspace) -> Self:
        return type(self)(paths, workspace, self._partition_format)


class MountContext:
    """Makes a dataset's files readable in one folder: the folder itself, or a folder of links.

    Args:
        dataset: The dataset.
        mount_point: A folder to make the links in; without it the data's own folder, or a temporary one.
    """

    def __init__(self, dataset: FileDataset, mount_point: Path | None) -> None:
        self._dataset = dataset
        self._given = mount_point
        self._temporary: Path | None = None
        self._links: list[Path] = []
        self._point: Path | None = None if mount_point is None else mount_point.absolute()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def mount_point(self) -> str:
        """Where the files are, once started."""
        return str(self._point) if self._point is not None else ""

    def start(self) -> None:
        """Make the files readable.

        Raises:
            UserErrorException: Nothing matches.
        """
        plain = plain_path(self._dataset.paths, self._dataset._workspace)  # noqa: SLF001 - a part of it
        if plain is not None and self._given is None:
            self._point = plain
            return
        files = matched_files(self._dataset.paths, self._dataset._workspace)  # noqa: SLF001
        if not files:
            message = f"A dataset must match at least one file to be mounted. Received: {self._dataset!r}."
            raise UserErrorException(message)
        if self._given is None:
            self._temporary = self._point = Path(tempfile.mkdtemp(prefix="mount-"))
        for place, source in files:
            self._link(source, Path(self.mount_point) / place)

    def stop(self) -> None:
        """Take the links away again."""
        for link in self._links:
            link.unlink(missing_ok=True)
        self._links.clear()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def _link(self, source: Path, link: Path) -> None:
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(source)
        self._links.append(link)
