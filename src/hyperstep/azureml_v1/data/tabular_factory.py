"""TabularDatasetFactory: what ``Dataset.Tabular`` is."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn

from hyperstep.azureml_v1.data.data_type import DataType, column_types, header_mode
from hyperstep.azureml_v1.data.dataset_paths import (
    matched_files,
    no_file_message,
    note_paths,
    parse_paths,
    parse_target,
)
from hyperstep.azureml_v1.data.partition_format import compile_partition_format
from hyperstep.azureml_v1.data.table_format import DELIMITED, JSON_LINES, PARQUET, TableFormat, check_encoding
from hyperstep.azureml_v1.data.table_writing import save_parquet
from hyperstep.azureml_v1.data.tabular_dataset import TabularDataset
from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from pandas import DataFrame

    from hyperstep.azureml_v1.data.data_type import PromoteHeadersBehavior

Types = Mapping[str, DataType] | None


class TabularDatasetFactory:
    """Makes tabular datasets. Paths are given as for ``Dataset.File.from_files``."""

    @staticmethod
    def from_delimited_files(
        path: object,
        validate: bool = True,
        include_path: bool = False,
        infer_column_types: bool = True,
        set_column_types: Types = None,
        separator: str = ",",
        header: bool | PromoteHeadersBehavior = True,
        partition_format: str | None = None,
        support_multi_line: bool = False,
        empty_as_string: bool = False,
        encoding: str = "utf8",
    ) -> TabularDataset:
        """A table of delimited files.

        Args:
            path: Files, folders, patterns.
            validate: See that the first rows can be read.
            include_path: Add a column ``Path`` that says which file a row is from.
            infer_column_types: Recognize numbers, truth values and ISO times; otherwise every column is text.
            set_column_types: Types of columns.
            separator: Between columns; with more than one character, quotes have no meaning.
            header: True for all files, False for none, or a PromoteHeadersBehavior.
            partition_format: Columns from the files' paths: ``/{city}/{day:yyyy/MM/dd}/*.csv``.
            support_multi_line: Accepted; quoted line breaks are always part of the value.
            empty_as_string: Empty texts stay texts; they are missing values otherwise.
            encoding: ``utf8``, ``iso88591``, ``latin1``, ``ascii``, ``utf16``, ``utf32``, ``utf8bom``, ``windows1252``.

        Raises:
            UserErrorException: An argument breaks its rule, nothing is there, or the first rows cannot be read.
        """
        del support_multi_line
        if not separator:
            message = f"separator is a text of at least one character. Received: {separator!r}."
            raise UserErrorException(message)
        how = TableFormat(
            DELIMITED,
            separator=separator,
            header=header_mode(header).value,
            encoding=check_encoding(encoding),
            infer_types=bool(infer_column_types),
            empty_as_string=bool(empty_as_string),
            include_path=bool(include_path),
            partition_format=_partition(partition_format),
            column_types=column_types(set_column_types),
        )
        return _make(path, how, validate=validate)

    @staticmethod
    def from_parquet_files(
        path: object,
        validate: bool = True,
        include_path: bool = False,
        set_column_types: Types = None,
        partition_format: str | None = None,
    ) -> TabularDataset:
        """A table of parquet files.

        Raises:
            UserErrorException: An argument breaks its rule, nothing is there, or the first rows cannot be read.
        """
        how = TableFormat(
            PARQUET,
            include_path=bool(include_path),
            partition_format=_partition(partition_format),
            column_types=column_types(set_column_types),
        )
        return _make(path, how, validate=validate)

    @staticmethod
    def from_json_lines_files(
        path: object,
        validate: bool = True,
        include_path: bool = False,
        set_column_types: Types = None,
        partition_format: str | None = None,
        invalid_lines: str = "error",
        encoding: str = "utf8",
    ) -> TabularDataset:
        """A table of files with one JSON object a line.

        Args:
            path: Files, folders, patterns.
            validate: See that the first rows can be read.
            include_path: Add a column ``Path`` that says which file a row is from.
            set_column_types: Types of columns.
            partition_format: Columns from the files' paths.
            invalid_lines: ``error``, or ``drop`` for lines that are no JSON object.
            encoding: As for delimited files.

        Raises:
            UserErrorException: An argument breaks its rule, nothing is there, or the first rows cannot be read.
        """
        if invalid_lines not in ("error", "drop"):
            message = f"invalid_lines is 'error' or 'drop'. Received: {invalid_lines!r}."
            raise UserErrorException(message)
        how = TableFormat(
            JSON_LINES,
            encoding=check_encoding(encoding),
            skip_invalid_lines=invalid_lines == "drop",
            include_path=bool(include_path),
            partition_format=_partition(partition_format),
            column_types=column_types(set_column_types),
        )
        return _make(path, how, validate=validate)

    @staticmethod
    def from_sql_query(
        query: object, validate: bool = True, set_column_types: Types = None, query_timeout: int = 30
    ) -> NoReturn:
        """Refused: no databases are reached.

        Raises:
            UserErrorException: Always.
        """
        del query, validate, set_column_types, query_timeout
        message = (
            "from_sql_query() is not built: no databases are reached. Read the rows with pandas.read_sql and give them "
            "to Dataset.Tabular.register_pandas_dataframe."
        )
        raise UserErrorException(message)

    @staticmethod
    def register_pandas_dataframe(
        dataframe: DataFrame,
        target: object,
        name: str,
        description: str | None = None,
        tags: Mapping[str, object] | None = None,
        show_progress: bool = True,
        row_group_size: int | None = None,
        make_target_path_unique: bool = True,
    ) -> TabularDataset:
        """Write a table into a datastore as a parquet file, and register it as a new version.

        Args:
            dataframe: The table; its row numbers are left out.
            target: A DataPath, a datastore, or a ``(datastore, path)`` pair.
            name: To register under.
            description: Of the dataset.
            tags: Of the dataset.
            show_progress: Print what is done.
            row_group_size: Rows in a group of the file.
            make_target_path_unique: Write into a new folder below the target.

        Raises:
            UserErrorException: The target is none of these.
        """
        datastore, place = parse_target(target)
        parts = [place.strip("/"), str(uuid.uuid4()) if make_target_path_unique else ""]
        path = "/".join(part for part in parts if part)
        folder = datastore.folder / path
        folder.mkdir(parents=True, exist_ok=True)
        save_parquet(dataframe, folder / "part-00000.parquet", row_group_size)
        if show_progress:
            print(f"Wrote {len(dataframe)} rows to {datastore.name}/{path}")  # noqa: T201 - v1 prints its progress
        dataset = TabularDatasetFactory.from_parquet_files((datastore, path or "part-00000.parquet"))
        return dataset.register(datastore.workspace, name, description, tags, create_new_version=True)

    @staticmethod
    def register_spark_dataframe(
        dataframe: object,
        target: object,
        name: str,
        description: str | None = None,
        tags: Mapping[str, object] | None = None,
        show_progress: bool = True,
    ) -> NoReturn:
        """Refused: there is no Spark here.

        Raises:
            UserErrorException: Always.
        """
        del dataframe, target, name, description, tags, show_progress
        message = "There is no Spark here. Use register_pandas_dataframe(dataframe.toPandas(), ...)."
        raise UserErrorException(message)

    @staticmethod
    def register_dask_dataframe(
        dataframe: object,
        target: object,
        name: str,
        description: str | None = None,
        tags: Mapping[str, object] | None = None,
        show_progress: bool = True,
    ) -> NoReturn:
        """Refused: there is no Dask here.

        Raises:
            UserErrorException: Always.
        """
        del dataframe, target, name, description, tags, show_progress
        message = "There is no Dask here. Use register_pandas_dataframe(dataframe.compute(), ...)."
        raise UserErrorException(message)


def _make(path: object, how: TableFormat, *, validate: bool) -> TabularDataset:
    paths, workspace = parse_paths(path)
    dataset = TabularDataset(paths, workspace, how)
    if not validate:
        return dataset
    if not matched_files(paths, workspace):
        note_paths(paths, workspace)
        raise UserErrorException(no_file_message(dataset, paths, workspace))
    dataset.take(1).to_pandas_dataframe()
    return dataset


def _partition(given: str | None) -> str:
    if given:
        compile_partition_format(given)
    return given or ""
