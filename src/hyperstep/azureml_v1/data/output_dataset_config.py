"""Outputs of jobs as datasets: where files go, how they get there, the name that they are registered under."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from msgspec import Struct

from hyperstep.azureml_v1.core.names import check_input_name
from hyperstep.azureml_v1.data import table_transforms as steps
from hyperstep.azureml_v1.data.data_type import DataType, PromoteHeadersBehavior, column_types, header_mode
from hyperstep.azureml_v1.data.dataset_paths import parse_target
from hyperstep.azureml_v1.data.partition_format import compile_partition_format
from hyperstep.azureml_v1.data.table_format import DELIMITED, PARQUET, TableFormat
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.errors import InvalidInputError

if TYPE_CHECKING:
    from hyperstep.azureml_v1.data.azure_storage_datastore import AbstractAzureStorageDatastore
    from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
    from hyperstep.digest import Json

DEFAULT_PLACE = "dataset/{run-id}/{output-name}"
"""Below the datastore, where no destination is given."""

_HEADERS = PromoteHeadersBehavior.ALL_FILES_HAVE_SAME_HEADERS


class RegistrationConfiguration:
    """Under which name an output is registered.

    Args:
        name: The name.
        description: Of the dataset.
        tags: Of the dataset.
    """

    def __init__(self, name: str, description: str | None, tags: Mapping[str, object] | None) -> None:
        self.name = name
        self.description = description
        self.tags = tags


class MountOptions(Struct, frozen=True):
    """How an output is mounted."""

    disable_metadata_cache: bool = False


class UploadOptions(Struct, frozen=True):
    """What of an output is uploaded."""

    overwrite: bool = False
    source_globs: list[str] | None = None


class _Origin(Struct, eq=False):
    """What the copies of an output have in common."""

    producer: object = None


class OutputDatasetConfig:
    """An output of a job that becomes a dataset.

    Args:
        mode: ``mount``, ``upload``, ``hdfs`` or ``link``.
        name: ASCII letters, digits, underscore; a random one without it.
        **kwargs: Accepted and not used.

    Raises:
        UserErrorException: The name cannot be a variable's.
    """

    def __init__(self, mode: str, name: str | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - the v1 signature
        del kwargs
        self.mode = mode
        self.name = name or f"output_{uuid.uuid4().hex[:8]}"
        self.destination: tuple[AbstractAzureStorageDatastore, str] | None = None
        self.source: str | None = None
        self.mount_options: MountOptions | None = None
        self.upload_options: UploadOptions | None = None
        self._registration: RegistrationConfiguration | None = None
        self._origin = _Origin()
        self._own_producer: object = None

    def __str__(self) -> str:
        return self.placeholder

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._name!r})"

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A copy that shares datastore and origin: a copy of a datastore would be another one."""
        made = copy.copy(self)
        vars(made)["_own_producer"] = None
        memo[id(self)] = made
        return made

    @property
    def name(self) -> str:
        """Its name: of the variable that holds its path, and in arguments."""
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self._name = check_input_name(value)

    @property
    def placeholder(self) -> str:
        """The text that stands for its path in arguments (no part of the v1 API)."""
        return f"DatasetOutputConfig:{self._name}"

    def register_on_complete(
        self, name: str, description: str | None = None, tags: Mapping[str, object] | None = None
    ) -> Self:
        """A copy whose data is registered under a name once the job has completed: a new version if the name is taken.

        Raises:
            InvalidInputError: The name is empty.
        """
        if not name:
            rule = "A dataset is registered under a name that is not empty."
            raise InvalidInputError(rule, received=name, remedy="Give a name.")
        return self._changed(_registration=RegistrationConfiguration(name, description, tags))

    def as_input(self, name: str | None = None) -> DatasetConsumptionConfig:
        """The same data as an input of a later step.

        Args:
            name: The input's name; a random one without it.
        """
        from hyperstep.azureml_v1.data.dataset_consumption_config import (  # noqa: PLC0415 - it knows us
            DatasetConsumptionConfig,
        )

        return DatasetConsumptionConfig(name or f"input_{uuid.uuid4().hex[:8]}", self, self._input_mode())

    @property
    def _output_name(self) -> str:
        return self._name

    @property
    def _producer(self) -> object:
        """The step that lists it among its outputs; of the copies' for a copy that none lists."""
        return self._own_producer or self._origin.producer

    @_producer.setter
    def _producer(self, step: object) -> None:
        self._own_producer = self._origin.producer = step

    def _changed(self, **attributes: object) -> Self:
        """A copy with other attributes."""
        made = copy.deepcopy(self)
        vars(made).update(attributes)
        return made

    def _input_mode(self) -> str:
        return "mount"

    def _meaning(self) -> dict[str, Json]:
        """What its files are taken for (see ``dataset_definition``), without paths."""
        return {"kind": "FileDataset"}


class TransformationMixin:
    """Outputs whose files can be read as a table by later steps."""

    def read_delimited_files(
        self,
        include_path: bool = False,
        separator: str = ",",
        header: bool | PromoteHeadersBehavior = _HEADERS,
        partition_format: str | None = None,
        path_glob: str | None = None,
        set_column_types: Mapping[str, DataType] | None = None,
    ) -> OutputTabularDatasetConfig:
        """The same output, read as delimited files.

        Args:
            include_path: Add a column ``Path`` that says which file a row is from.
            separator: Between columns.
            header: Which files have a header line.
            partition_format: Columns from the files' paths.
            path_glob: Only files that match.
            set_column_types: Types of columns.

        Raises:
            UserErrorException: An argument breaks its rule.
        """
        how = TableFormat(
            DELIMITED,
            separator=separator,
            header=header_mode(header).value,
            include_path=include_path,
            partition_format=_partition(partition_format),
            path_glob=path_glob or "",
            column_types=column_types(set_column_types),
        )
        return OutputTabularDatasetConfig(output=self, table_format=how)

    def read_parquet_files(
        self,
        include_path: bool = False,
        partition_format: str | None = None,
        path_glob: str | None = None,
        set_column_types: Mapping[str, DataType] | None = None,
    ) -> OutputTabularDatasetConfig:
        """The same output, read as parquet files.

        Args:
            include_path: Add a column ``Path`` that says which file a row is from.
            partition_format: Columns from the files' paths.
            path_glob: Only files that match.
            set_column_types: Types of columns.

        Raises:
            UserErrorException: An argument breaks its rule.
        """
        how = TableFormat(
            PARQUET,
            include_path=include_path,
            partition_format=_partition(partition_format),
            path_glob=path_glob or "",
            column_types=column_types(set_column_types),
        )
        return OutputTabularDatasetConfig(output=self, table_format=how)


class OutputFileDatasetConfig(OutputDatasetConfig, TransformationMixin):
    """A folder that a job writes.

    Args:
        name: ASCII letters, digits, underscore; a random one without it.
        destination: A ``(datastore, path)`` pair; ``{run-id}`` and ``{output-name}`` in the path are replaced. The
            default datastore and ``dataset/{run-id}/{output-name}`` without it.
        source: The folder that the job writes, relative to its working folder; one is made for it otherwise.
        partition_format: Columns that the files' paths hold.

    Raises:
        UserErrorException: The name cannot be a variable's, or the destination is no such pair.
    """

    def __init__(
        self,
        name: str | None = None,
        destination: Any = None,  # noqa: ANN401 - a pair of any datastore and a path
        source: str | None = None,
        partition_format: str | None = None,
    ) -> None:
        super().__init__("mount", name)
        self.destination = None if destination is None else parse_target(destination)
        self.source = source
        self.partition_format = partition_format
        _partition(partition_format)

    def as_mount(self, disable_metadata_cache: bool = False) -> Self:
        """A copy that the job writes in place."""
        return self._changed(mode="mount", upload_options=None, mount_options=MountOptions(disable_metadata_cache))

    def as_upload(self, overwrite: bool = False, source_globs: list[str] | None = None) -> Self:
        """A copy that is stored when the job has succeeded.

        Args:
            overwrite: Replace files that exist; they are skipped otherwise.
            source_globs: Only files that match one of these.
        """
        options = UploadOptions(overwrite, _globs(source_globs))
        return self._changed(mode="upload", mount_options=None, upload_options=options)

    def as_input(self, name: str | None = None) -> DatasetConsumptionConfig:
        """The same folder as an input of a later step, mounted; ``as_download()`` of it copies.

        Args:
            name: The input's name; a random one without it.
        """
        return super().as_input(name)

    def _meaning(self) -> dict[str, Json]:
        more: dict[str, Json] = {"partition_format": self.partition_format} if self.partition_format else {}
        return {**super()._meaning(), **more}


class OutputTabularDatasetConfig(OutputDatasetConfig):
    """A folder that a job writes and that later steps read as a table. Made by ``read_delimited_files`` and such.

    Args:
        **kwargs: What the maker knows: ``output`` and ``table_format``.
    """

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - the v1 signature
        output: OutputDatasetConfig | None = kwargs.get("output")
        if output is None:
            message = "An OutputTabularDatasetConfig is made by OutputFileDatasetConfig(...).read_delimited_files()."
            raise UserErrorException(message)
        super().__init__(output.mode, output.name)
        made = {key: value for key, value in vars(output).items() if key not in ("_name", "_own_producer")}
        self.__dict__.update(made)
        self._table_format: TableFormat = kwargs["table_format"]
        self._transforms: tuple[steps.Transform, ...] = ()

    def keep_columns(self, columns: str | Sequence[str]) -> Self:
        """A copy with only these columns."""
        return self._then(steps.keep(columns))

    def drop_columns(self, columns: str | Sequence[str]) -> Self:
        """A copy without these columns."""
        return self._then(steps.drop(columns))

    def random_split(self, percentage: float, seed: int | None = None) -> tuple[Self, Self]:
        """Two copies: about that share (0 to 1) of the rows, and the rest."""
        first, second = steps.split(percentage, uuid.uuid4().int % 2**32 if seed is None else seed)
        return self._then(first), self._then(second)

    def as_mount(self) -> Self:
        """A copy that the job writes in place."""
        return self._changed(mode="mount", upload_options=None)

    def as_upload(self, overwrite: bool = False, source_globs: list[str] | None = None) -> Self:
        """A copy that is stored when the job has succeeded.

        Args:
            overwrite: Replace files that exist; they are skipped otherwise.
            source_globs: Only files that match one of these.
        """
        options = UploadOptions(overwrite, _globs(source_globs))
        return self._changed(mode="upload", mount_options=None, upload_options=options)

    def as_input(self, name: str | None = None) -> DatasetConsumptionConfig:
        """The same table as an input of a later step, which finds it as ``run.input_datasets[name]``.

        Args:
            name: The input's name; a random one without it.
        """
        return super().as_input(name)

    def _then(self, transform: steps.Transform) -> Self:
        return self._changed(_transforms=(*self._transforms, transform))

    def _input_mode(self) -> str:
        return "direct"

    def _meaning(self) -> dict[str, Json]:
        transforms = [dict(transform) for transform in self._transforms]
        return {"kind": "TabularDataset", "format": self._table_format.to_json(), "transforms": transforms}


def _partition(given: str | None) -> str:
    if given:
        compile_partition_format(given)
    return given or ""


def _globs(given: object) -> list[str] | None:
    if given is None:
        return None
    globs = [given] if isinstance(given, str) else given
    if isinstance(globs, Sequence) and all(isinstance(glob, str) for glob in globs):
        return list(globs)
    message = f"source_globs is a list of patterns such as '**/*.csv'. Received: {given!r}."
    raise UserErrorException(message)
