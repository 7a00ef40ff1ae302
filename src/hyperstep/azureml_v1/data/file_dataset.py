"""FileDataset: files and folders in datastores."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self

from hyperstep.azureml_v1.core.reading import count_places
from hyperstep.azureml_v1.data import table_transforms as steps
from hyperstep.azureml_v1.data.abstract_dataset import AbstractDataset
from hyperstep.azureml_v1.data.datacache import refuse_cache
from hyperstep.azureml_v1.data.dataset_paths import LOCAL, DatasetPath
from hyperstep.azureml_v1.data.expressions import Expression, check_condition, column, evaluate
from hyperstep.azureml_v1.data.mounting import MountContext
from hyperstep.azureml_v1.data.partition_format import compile_partition_format
from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
    from hyperstep.digest import Json


METADATA = ("Size", "LastModifiedTime", "CreationTime")
"""What ``file_metadata`` knows of a file."""


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

    def take(self, count: int) -> FileDataset:
        """The first ``count`` files that there are now, by path."""
        return self._of(self._files()[: steps.take(count)["count"]])

    def skip(self, count: int) -> FileDataset:
        """All files that there are now, but the first ``count`` by path."""
        return self._of(self._files()[steps.skip(count)["count"] :])

    def take_sample(self, probability: float, seed: int | None = None) -> FileDataset:
        """Each of the files that there are now with that probability."""
        chosen = _drawn(self._files(), steps.sample(probability, 0)["probability"], seed)
        return self._of([file for file, is_chosen in chosen if is_chosen])

    def random_split(self, percentage: float, seed: int | None = None) -> tuple[FileDataset, FileDataset]:
        """Two datasets of the files that there are now: about that share (0 to 1), and the rest."""
        chosen = _drawn(self._files(), steps.split(percentage, 0)[0]["probability"], seed)
        return tuple(self._of([file for file, is_in in chosen if is_in is part]) for part in (True, False))  # type: ignore[return-value] # two

    def file_metadata(self, col: str) -> Expression:
        """What the file system knows of a file, to make a condition of for ``filter``.

        Args:
            col: ``Size`` (bytes), ``LastModifiedTime`` or ``CreationTime`` (UTC, without zone).

        Raises:
            UserErrorException: Another name.
        """
        if col not in METADATA:
            message = f"file_metadata() knows {', '.join(METADATA)}. Received: {col!r}."
            raise UserErrorException(message)
        return column(col)

    def filter(self, expression: Expression) -> FileDataset:
        """The files that there are now for which a condition holds, such as ``ds.file_metadata("Size") > 1000``.

        Columns of the partition format can be named too: ``ds["city"] == "Rome"``.

        Raises:
            UserErrorException: It is no condition, or names something else.
        """
        node = check_condition(expression).to_json()
        return self._of([(place, file) for place, file in self._files() if evaluate(node, self._facts(place, file))])

    def __getitem__(self, name: str) -> Expression:
        """A column of the partition format, to make a condition of for ``filter``."""
        return column(name)

    def as_hdfs(self) -> NoReturn:
        """Refused: there is no Spark here.

        Raises:
            UserErrorException: Always.
        """
        message = "Inputs of mode hdfs are not possible here. Use as_mount() or as_download()."
        raise UserErrorException(message)

    def as_cache(self, datacache_store: object) -> NoReturn:
        """Refused: there are no datacache stores here."""
        refuse_cache(f"as_cache({datacache_store!r})")

    def hydrate(self, datacache_store: object, replica_count: int | None = None) -> NoReturn:
        """Refused: there are no datacache stores here."""
        del replica_count
        refuse_cache(f"hydrate({datacache_store!r})")

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
        return MountContext(self._paths, self._workspace, Path(mount_point) if mount_point is not None else None)

    def _as_input(self) -> DatasetConsumptionConfig:
        return self.as_named_input(f"input__{self.id[:8]}")

    def _definition(self) -> dict[str, Json]:
        more: dict[str, Json] = {"partition_format": self._partition_format} if self._partition_format else {}
        return {**super()._definition(), **more}

    def _of(self, files: Sequence[tuple[str, Path]]) -> FileDataset:
        """The dataset of these files: a folder that holds them, also when it is only one."""
        roots = {path.datastore: self._root(path.datastore) for path in self._paths}
        paths = [_as_pattern(file, roots) for _, file in files]
        if self._workspace is not None:
            count_places(self._workspace.name, paths)  # they were noted with the files that they are of
        return FileDataset(paths, self._workspace, self._partition_format)

    def _root(self, datastore: str) -> Path | None:
        if not datastore or self._workspace is None:
            return None
        return self._workspace.home.datastore_folder(self._workspace.name, datastore)

    def _facts(self, place: str, file: Path) -> dict[str, Any]:
        """What a condition can ask about a file."""
        known = file.stat()
        facts: dict[str, Any] = {
            "Size": known.st_size,
            "LastModifiedTime": _time(known.st_mtime),
            "CreationTime": _time(known.st_ctime),
        }
        if self._partition_format:
            facts |= compile_partition_format(self._partition_format).values(f"/{place}")
        return facts

    def _with_paths(self, paths: Sequence[DatasetPath], workspace: Workspace) -> Self:
        return type(self)(paths, workspace, self._partition_format)


def _as_pattern(file: Path, roots: Mapping[str, Path | None]) -> DatasetPath:
    """A file as a pattern that only it matches: a dataset of one plain path would be the file, not a folder."""
    datastore, text = LOCAL, str(file)
    for name, root in roots.items():
        if root is not None and file.is_relative_to(root):
            datastore, text = name, file.relative_to(root).as_posix()
    start = next((i for i, letter in enumerate(text) if letter.isalnum()), 0)
    return DatasetPath(datastore, f"{escape(text[:start])}[{text[start]}]{escape(text[start + 1 :])}")


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _drawn(files: Sequence[tuple[str, Path]], share: float, seed: int | None) -> list[tuple[tuple[str, Path], bool]]:
    """Each file and whether it was drawn; the same for one seed as long as there are the same files."""
    generator = random.Random(seed)  # noqa: S311 - no secret
    return [(file, generator.random() < share) for file in files]
