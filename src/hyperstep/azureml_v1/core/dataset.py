"""Dataset: making datasets, and finding registered ones."""

from __future__ import annotations

from typing import Any, NoReturn

from hyperstep.azureml_v1.data.abstract_dataset import AbstractDataset
from hyperstep.azureml_v1.data.dataset_factory import FileDatasetFactory
from hyperstep.azureml_v1.data.tabular_factory import TabularDatasetFactory
from hyperstep.azureml_v1.exceptions import UserErrorException


class Dataset(AbstractDataset):
    """Makes datasets (``Dataset.File.from_files``, ``Dataset.Tabular.from_...``) and finds registered ones.

    Args:
        *args: Refused.
        **kwargs: Refused.

    Raises:
        UserErrorException: Always: datasets are made by ``Dataset.File`` and ``Dataset.Tabular``.
    """

    File = FileDatasetFactory
    Tabular = TabularDatasetFactory

    def __init__(self, *args: object, **kwargs: object) -> None:
        del args, kwargs
        _refuse("Dataset(...)", "Make one with Dataset.File.from_files or Dataset.Tabular.from_delimited_files.")

    @staticmethod
    def from_delimited_files(path: object, **kwargs: Any) -> NoReturn:  # noqa: ANN401 - refused whatever is given
        """Refused: the form before Dataset.Tabular."""
        del path, kwargs
        _refuse("Dataset.from_delimited_files", "Use Dataset.Tabular.from_delimited_files.")

    @staticmethod
    def auto_read_files(path: object, **kwargs: Any) -> NoReturn:  # noqa: ANN401 - refused whatever is given
        """Refused: the form before Dataset.Tabular."""
        del path, kwargs
        _refuse("Dataset.auto_read_files", "Use Dataset.Tabular.from_delimited_files or from_parquet_files.")

    @staticmethod
    def from_parquet_files(path: object, **kwargs: Any) -> NoReturn:  # noqa: ANN401 - refused whatever is given
        """Refused: the form before Dataset.Tabular."""
        del path, kwargs
        _refuse("Dataset.from_parquet_files", "Use Dataset.Tabular.from_parquet_files.")

    @staticmethod
    def from_json_files(path: object, **kwargs: Any) -> NoReturn:  # noqa: ANN401 - refused whatever is given
        """Refused: the form before Dataset.Tabular."""
        del path, kwargs
        _refuse("Dataset.from_json_files", "Use Dataset.Tabular.from_json_lines_files.")

    @staticmethod
    def from_pandas_dataframe(dataframe: object, **kwargs: Any) -> NoReturn:  # noqa: ANN401 - refused whatever is given
        """Refused: the form before Dataset.Tabular."""
        del dataframe, kwargs
        _refuse("Dataset.from_pandas_dataframe", "Use Dataset.Tabular.register_pandas_dataframe.")

    @staticmethod
    def get(workspace: object, name: str | None = None, id: str | None = None) -> NoReturn:  # noqa: A002 - the v1 signature
        """Refused: the form before get_by_name."""
        del workspace, name, id
        _refuse("Dataset.get", "Use Dataset.get_by_name(workspace, name) or Dataset.get_by_id(workspace, id).")

    @staticmethod
    def list(workspace: object) -> NoReturn:
        """Refused: the form before get_all."""
        del workspace
        _refuse("Dataset.list", "Use Dataset.get_all(workspace).")


def _refuse(what: str, remedy: str) -> NoReturn:
    message = f"{what} is not built. {remedy}"
    raise UserErrorException(message)
