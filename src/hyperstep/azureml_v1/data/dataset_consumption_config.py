"""DatasetConsumptionConfig: a dataset as a named input of a job."""

from __future__ import annotations

import logging
from typing import Any

from hyperstep.azureml_v1.core.names import check_input_name
from hyperstep.azureml_v1.exceptions import UserErrorException

MODES = ("direct", "download", "mount", "hdfs")
_SHADOWING = frozenset({"path", "home", "user", "shell", "pwd", "lang", "tmpdir"})
_PAIR_SIZES = (2, 3)
_logger = logging.getLogger("hyperstep.azureml")


class DatasetConsumptionConfig:
    """A dataset as a named input of a job.

    Args:
        name: The input's name: ASCII letters, digits, underscore; also the variable that holds its path.
        dataset: A dataset, a ``(workspace, name[, version])`` tuple, or a pipeline parameter that holds a dataset.
        mode: ``direct`` (the script gets the id), ``download``, ``mount`` or ``hdfs``.
        path_on_compute: Where the data is to lie on the machine that runs the job.

    Raises:
        UserErrorException: The name cannot be a variable's, or the mode is unknown.
    """

    def __init__(
        self,
        name: str,
        dataset: Any,  # noqa: ANN401 - see the docstring
        mode: str = "direct",
        path_on_compute: str | None = None,
    ) -> None:
        if mode not in MODES:
            message = f"The mode of a dataset input is one of {', '.join(MODES)}. Received: {mode!r}."
            raise UserErrorException(message)
        self.name = name
        self.dataset = _resolve(dataset)
        if mode != "direct" and _is_table(self.dataset):
            message = f"A tabular dataset is an input of mode direct only: leave as_{mode}() out. Received: {name!r}."
            raise UserErrorException(message)
        self.mode = mode
        self.path_on_compute = path_on_compute

    def __repr__(self) -> str:
        return f"DatasetConsumptionConfig({self._name!r}, {self.dataset!r}, mode={self.mode!r})"

    @property
    def name(self) -> str:
        """The input's name."""
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self._name = check_input_name(value)
        if value.lower() in _SHADOWING:
            _logger.warning("The input name '%s' is that of a well-known environment variable, which it hides.", value)

    @property
    def placeholder(self) -> str:
        """The text that stands for its path in arguments (no part of the v1 API)."""
        return f"DatasetConsumptionConfig:{self._name}"

    def as_mount(self, path_on_compute: str | None = None) -> DatasetConsumptionConfig:
        """The same input, read in place."""
        return DatasetConsumptionConfig(self._name, self.dataset, "mount", path_on_compute)

    def as_download(self, path_on_compute: str | None = None) -> DatasetConsumptionConfig:
        """The same input, copied before the job starts."""
        return DatasetConsumptionConfig(self._name, self.dataset, "download", path_on_compute)

    def as_hdfs(self) -> DatasetConsumptionConfig:
        """Refused: there is no Spark cluster here.

        Raises:
            UserErrorException: Always.
        """
        message = "Inputs of mode hdfs are not possible here. Use as_mount() or as_download()."
        raise UserErrorException(message)


def _is_table(dataset: object) -> bool:
    from hyperstep.azureml_v1.data.tabular_dataset import TabularDataset  # noqa: PLC0415 - it knows us

    held = getattr(dataset, "default_value", dataset)
    return isinstance(held, TabularDataset)


def _resolve(dataset: Any) -> Any:  # noqa: ANN401 - see the class
    from hyperstep.azureml_v1.core.dataset import Dataset  # noqa: PLC0415 - it knows us

    if not isinstance(dataset, tuple):
        return dataset
    if len(dataset) not in _PAIR_SIZES:
        message = (
            f"A dataset given as a tuple is (workspace, name) or (workspace, name, version). Received: {dataset!r}."
        )
        raise UserErrorException(message)
    workspace, name, *version = dataset
    return Dataset.get_by_name(workspace, name, version[0] if version else "latest")
