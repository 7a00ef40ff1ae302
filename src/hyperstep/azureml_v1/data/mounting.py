"""Mounting a file dataset: a folder in which its files can be read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from hyperstep.azureml_v1.data.dataset_paths import DatasetPath, matched_files, note_paths, plain_path
from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace


class MountContext:
    """Makes a dataset's files readable in one folder: the folder itself, or a folder of links.

    Args:
        paths: Of the dataset.
        workspace: Whose datastores; None when all paths are local.
        mount_point: A folder to make the links in; without it the data's own folder, or a temporary one.
    """

    def __init__(self, paths: Sequence[DatasetPath], workspace: Workspace | None, mount_point: Path | None) -> None:
        self._paths = paths
        self._workspace = workspace
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
        note_paths(self._paths, self._workspace)
        plain = plain_path(self._paths, self._workspace)
        if plain is not None and self._given is None:
            self._point = plain
            return
        files = matched_files(self._paths, self._workspace)
        if not files:
            message = f"A dataset must match at least one file to be mounted. Received: {list(self._paths)}."
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
