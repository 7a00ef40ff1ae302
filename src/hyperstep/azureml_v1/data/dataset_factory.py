"""FileDatasetFactory: what ``Dataset.File`` is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.data.datapath import DataPath
from hyperstep.azureml_v1.data.dataset_paths import (
    matched_files,
    no_file_message,
    note_paths,
    parse_paths,
    parse_target,
)
from hyperstep.azureml_v1.data.file_dataset import FileDataset
from hyperstep.azureml_v1.data.partition_format import compile_partition_format
from hyperstep.azureml_v1.data.tabular_factory import TabularDatasetFactory
from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.data.azure_storage_datastore import AbstractAzureStorageDatastore
    from hyperstep.azureml_v1.data.data_reference import DataReference

__all__ = ["FileDatasetFactory", "TabularDatasetFactory"]


class FileDatasetFactory:
    """Makes file datasets."""

    @staticmethod
    def from_files(
        path: object,
        validate: bool = True,
        partition_format: str | None = None,
        is_file: bool = False,
    ) -> FileDataset:
        """A dataset of files and folders.

        Args:
            path: A ``(datastore, path)`` pair, a DataReference or DataPath, a local path, a web address (which is
                fetched once), or a list of these. Paths may hold the patterns ``*``, ``?`` and ``**``; a folder means
                everything in it.
            validate: Check that something is there.
            partition_format: Columns that the files' paths hold: ``/{city}/{day:yyyy/MM/dd}/*.jpg``.
            is_file: Accepted; files and folders are told apart by looking.

        Raises:
            UserErrorException: The path is of another type, or a web address that fails; nothing is there;
                a partition format without columns.
        """
        del is_file
        if partition_format:
            compile_partition_format(partition_format)
        paths, workspace = parse_paths(path)
        dataset = FileDataset(paths, workspace, partition_format or "")
        if validate and not matched_files(paths, workspace):
            note_paths(paths, workspace)
            raise UserErrorException(no_file_message(dataset, paths, workspace))
        return dataset

    @staticmethod
    def upload_directory(
        src_dir: str | os.PathLike[str],
        target: DataPath | DataReference | tuple[AbstractAzureStorageDatastore, str],
        pattern: str | None = None,
        overwrite: bool = False,
        show_progress: bool = True,
    ) -> FileDataset:
        """Copy a local folder into a datastore; returns the dataset of what lies there.

        Args:
            src_dir: The folder.
            target: Where to.
            pattern: Only files that match this pattern, relative to the folder; all without it.
            overwrite: Replace files that exist.
            show_progress: Say on standard error how many were copied.

        Raises:
            UserErrorException: ``src_dir`` is no folder.
        """
        datastore, place = parse_target(target)
        source = Path(src_dir)
        if pattern is None:
            datastore.upload(source, place, overwrite, show_progress)
        else:
            files = [path for path in sorted(source.glob(pattern)) if path.is_file()]
            datastore.upload_files(files, source, place, overwrite, show_progress)
        return FileDatasetFactory.from_files((datastore, place))
