"""The libraries that tables need, loaded when a table is first read."""

from __future__ import annotations

import importlib
from typing import Any

from hyperstep.azureml_v1.exceptions import UserErrorException


def load_pandas() -> Any:  # noqa: ANN401 - a module that may be absent
    """Pandas.

    Raises:
        UserErrorException: It is not installed; the message says how.
    """
    return _load("pandas", "Tabular datasets")


def load_parquet() -> Any:  # noqa: ANN401 - a module that may be absent
    """Pyarrow's parquet module.

    Raises:
        UserErrorException: It is not installed; the message says how.
    """
    return _load("pyarrow.parquet", "Parquet files")


def _load(module: str, what: str) -> Any:  # noqa: ANN401 - a module
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        message = f"{what} need {module.partition('.')[0]}, which is not installed: pip install 'hyperstep[data]'."
        raise UserErrorException(message) from error
