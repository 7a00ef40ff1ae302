"""The forms of ``Dataset`` before ``Dataset.File`` and ``Dataset.Tabular``: each names the newer one."""

from __future__ import annotations

from typing import NoReturn

from hyperstep.azureml_v1.exceptions import UserErrorException


class OldestForms:
    """Methods that v1 had given up itself."""

    @staticmethod
    def get(workspace: object, name: object = None, id: object = None) -> NoReturn:  # noqa: A002 - the v1 signature
        """Refused: use get_by_name or get_by_id.

        Raises:
            UserErrorException: Always.
        """
        del workspace, name, id
        refuse("Dataset.get", "Use Dataset.get_by_name(workspace, name) or Dataset.get_by_id(workspace, id).")

    @staticmethod
    def list(workspace: object) -> NoReturn:
        """Refused: use get_all.

        Raises:
            UserErrorException: Always.
        """
        del workspace
        refuse("Dataset.list", "Use Dataset.get_all(workspace).")

    @staticmethod
    def from_pandas_dataframe(dataframe: object, path: object = None, in_memory: object = False) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del dataframe, path, in_memory
        refuse("Dataset.from_pandas_dataframe", "Use Dataset.Tabular.register_pandas_dataframe.")

    @staticmethod
    def from_delimited_files(
        path: object,
        separator: object = ",",
        header: object = None,
        encoding: object = None,
        quoting: object = False,
        infer_column_types: object = True,
        skip_rows: object = 0,
        skip_mode: object = None,
        comment: object = None,
        include_path: object = False,
        archive_options: object = None,
        partition_format: object = None,
    ) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del path, separator, header, encoding, quoting, infer_column_types
        del skip_rows, skip_mode, comment, include_path, archive_options, partition_format
        refuse("Dataset.from_delimited_files", "Use Dataset.Tabular.from_delimited_files.")

    @staticmethod
    def auto_read_files(path: object, include_path: object = False, partition_format: object = None) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del path, include_path, partition_format
        refuse("Dataset.auto_read_files", "Use Dataset.Tabular.from_delimited_files or from_parquet_files.")

    @staticmethod
    def from_parquet_files(path: object, include_path: object = False, partition_format: object = None) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del path, include_path, partition_format
        refuse("Dataset.from_parquet_files", "Use Dataset.Tabular.from_parquet_files.")

    @staticmethod
    def from_excel_files(
        path: object,
        sheet_name: object = None,
        use_column_headers: object = False,
        skip_rows: object = 0,
        include_path: object = False,
        infer_column_types: object = True,
        partition_format: object = None,
    ) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del path, sheet_name, use_column_headers, skip_rows, include_path, infer_column_types
        del partition_format
        refuse(
            "Dataset.from_excel_files",
            "Read it with pandas.read_excel, and use Dataset.Tabular.register_pandas_dataframe.",
        )

    @staticmethod
    def from_binary_files(path: object) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del path
        refuse("Dataset.from_binary_files", "Use Dataset.File.from_files.")

    @staticmethod
    def from_sql_query(data_source: object, query: object) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del data_source, query
        refuse(
            "Dataset.from_sql_query",
            "Read the rows with pandas.read_sql, and use Dataset.Tabular.register_pandas_dataframe.",
        )

    @staticmethod
    def from_json_files(
        path: object,
        encoding: object = None,
        flatten_nested_arrays: object = False,
        include_path: object = False,
        partition_format: object = None,
    ) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del path, encoding, flatten_nested_arrays, include_path, partition_format
        refuse("Dataset.from_json_files", "Use Dataset.Tabular.from_json_lines_files.")


def refuse(what: str, remedy: str) -> NoReturn:
    """Say what to use instead.

    Raises:
        UserErrorException: Always.
    """
    message = f"{what} is not built. {remedy}"
    raise UserErrorException(message)
