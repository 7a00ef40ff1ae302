"""TabularDataset: files read as one table, when the table is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn, Self

from hyperstep.azureml_v1.data import table_transforms as steps
from hyperstep.azureml_v1.data.abstract_dataset import AbstractDataset
from hyperstep.azureml_v1.data.column_conversion import strict_kinds
from hyperstep.azureml_v1.data.expressions import Expression, check_condition, column
from hyperstep.azureml_v1.data.table_format import TableFormat, format_from_json
from hyperstep.azureml_v1.exceptions import DatasetTimestampMissingError, UserErrorException
from hyperstep.runtime.runner.path_globs import matches_glob

if TYPE_CHECKING:
    from pathlib import Path

    from pandas import DataFrame

    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.data.dataset_paths import DatasetPath
    from hyperstep.azureml_v1.data.file_dataset import FileDataset
    from hyperstep.digest import Json

_SEED_BITS = 32


class TabularDataset(AbstractDataset):
    """Files read as one table. Made by ``Dataset.Tabular.from_...``; nothing is read before rows are asked for.

    Args:
        paths: Its files, folders and patterns.
        workspace: Whose datastores; None when all paths are local.
        table_format: How files are read.
        transforms: What is done to rows and columns, in this order.
        timestamps: Names of the columns with a row's time, fine and coarse.
    """

    _kind = "TabularDataset"

    def __init__(
        self,
        paths: Sequence[DatasetPath] = (),
        workspace: Workspace | None = None,
        table_format: TableFormat | None = None,
        transforms: Sequence[steps.Transform] = (),
        timestamps: tuple[str | None, str | None] = (None, None),
    ) -> None:
        self._format = table_format or TableFormat("delimited")
        super().__init__(paths, workspace, self._format.partition_format)
        self._transforms = tuple(transforms)
        self._timestamps = timestamps

    def __getitem__(self, name: str) -> Expression:
        """A column, to make a condition of for ``filter``."""
        return column(name)

    @property
    def timestamp_columns(self) -> tuple[str | None, str | None]:
        """Names of the columns with a row's time, fine and coarse; None where there is none."""
        return self._timestamps

    def to_pandas_dataframe(self, on_error: str = "null", out_of_range_datetime: str = "null") -> DataFrame:
        """The table.

        Args:
            on_error: ``null`` makes a missing value of one that is not of its column's type; ``fail`` raises.
            out_of_range_datetime: The same for times that pandas cannot hold.

        Raises:
            UserErrorException: A file is missing or cannot be read, a value is not of its column's type and
                ``on_error`` is ``fail``, or pandas is not installed.
        """
        from hyperstep.azureml_v1.data.table_reading import read_table  # noqa: PLC0415 - a pipeline is made without it

        strict = strict_kinds(on_error, out_of_range_datetime)
        files = self._files()
        if not files:
            message = f"A dataset must match at least one file to be read. Received: {self!r}."
            raise UserErrorException(message)
        table = read_table(files, self._format, steps.wanted(self._transforms), strict)
        return steps.apply(table, self._transforms)

    def take(self, count: int) -> Self:
        """The first ``count`` rows."""
        return self._then(steps.take(count))

    def skip(self, count: int) -> Self:
        """All rows but the first ``count``."""
        return self._then(steps.skip(count))

    def take_sample(self, probability: float, seed: int | None = None) -> Self:
        """Each row with that probability; drawn once, now, without a seed."""
        return self._then(steps.sample(probability, _seed(seed)))

    def random_split(self, percentage: float, seed: int | None = None) -> tuple[Self, Self]:
        """Two datasets: about that share (0 to 1) of the rows, and the rest. No row is in both, each is in one."""
        first, second = steps.split(percentage, _seed(seed))
        return self._then(first), self._then(second)

    def keep_columns(self, columns: str | Sequence[str], validate: bool = False) -> Self:
        """Only these columns, in this order.

        Raises:
            UserErrorException: ``validate``, and one is not there.
        """
        return self._validated(self._then(steps.keep(columns)), validate)

    def drop_columns(self, columns: str | Sequence[str]) -> Self:
        """All columns but these."""
        return self._then(steps.drop(columns))

    def filter(self, expression: Expression) -> Self:
        """The rows for which a condition holds, such as ``dataset["age"] > 30``.

        Raises:
            UserErrorException: It is no condition.
        """
        return self._then(steps.condition(check_condition(expression).to_json()))

    def with_timestamp_columns(
        self,
        timestamp: str | None = None,
        partition_timestamp: str | None = None,
        validate: bool = False,
        **kwargs: Any,  # noqa: ANN401 - the older names of the two columns
    ) -> Self:
        """Say which columns hold a row's time, for the ``time_...`` methods.

        Args:
            timestamp: The fine one.
            partition_timestamp: The coarse one, from the files' paths.
            validate: See that they are there.
            **kwargs: ``fine_grain_timestamp`` and ``coarse_grain_timestamp``: older names of the two.

        Raises:
            UserErrorException: Only a coarse column is given, or one is not there.
        """
        fine = timestamp or kwargs.get("fine_grain_timestamp")
        coarse = partition_timestamp or kwargs.get("coarse_grain_timestamp")
        if coarse and not fine:
            message = f"partition_timestamp goes with a timestamp. Received: {coarse!r} alone."
            raise UserErrorException(message)
        made = self._copy(timestamps=(fine, coarse))
        if validate:
            made.keep_columns([name for name in (fine, coarse) if name], validate=True)
        return made

    def time_before(self, end_time: datetime, include_boundary: bool = True, validate: bool = True) -> Self:
        """Rows up to a time."""
        return self._in_time(None, end_time, include_boundary, validate)

    def time_after(self, start_time: datetime, include_boundary: bool = True, validate: bool = True) -> Self:
        """Rows from a time on."""
        return self._in_time(start_time, None, include_boundary, validate)

    def time_between(
        self, start_time: datetime, end_time: datetime, include_boundary: bool = True, validate: bool = True
    ) -> Self:
        """Rows from one time to another."""
        return self._in_time(start_time, end_time, include_boundary, validate)

    def time_recent(self, time_delta: timedelta, include_boundary: bool = True, validate: bool = True) -> Self:
        """Rows of the time before now, in UTC."""
        return self._in_time(datetime.now(UTC).replace(tzinfo=None) - time_delta, None, include_boundary, validate)

    def to_csv_files(self, separator: str = ",") -> FileDataset:
        """The table as a file dataset of one delimited file, written now."""
        from hyperstep.azureml_v1.data.table_writing import write_delimited  # noqa: PLC0415 - it knows us

        return write_delimited(self, self._workspace, separator)

    def to_parquet_files(self) -> FileDataset:
        """The table as a file dataset of one parquet file, written now."""
        from hyperstep.azureml_v1.data.table_writing import write_parquet  # noqa: PLC0415 - it knows us

        return write_parquet(self, self._workspace)

    def to_spark_dataframe(self) -> NoReturn:
        """Refused: there is no Spark here."""
        _refuse("to_spark_dataframe()", "Use to_pandas_dataframe().")

    def to_dask_dataframe(
        self,
        sample_size: int = 10000,
        dtypes: object = None,
        on_error: str = "null",
        out_of_range_datetime: str = "null",
    ) -> NoReturn:
        """Refused: there is no Dask here."""
        del sample_size, dtypes, on_error, out_of_range_datetime
        _refuse("to_dask_dataframe()", "Use to_pandas_dataframe(), or dask.dataframe.from_pandas on its result.")

    def partition_by(
        self,
        partition_keys: list[str],
        target: object,
        name: str | None = None,
        show_progress: bool = True,
        partition_as_file_dataset: bool = False,
    ) -> NoReturn:
        """Refused: datasets are not rewritten in partitions."""
        del partition_keys, target, name, show_progress, partition_as_file_dataset
        _refuse("partition_by()", "Group the pandas table and upload one file for each group.")

    def submit_profile_run(
        self, compute_target: object, experiment: object, cache_datastore_name: str | None = None
    ) -> NoReturn:
        """Refused: profiles are the service's."""
        del compute_target, experiment, cache_datastore_name
        _refuse("submit_profile_run()", "Use to_pandas_dataframe().describe().")

    def get_profile(self, workspace: object = None) -> NoReturn:
        """Refused: profiles are the service's."""
        del workspace
        _refuse("get_profile()", "Use to_pandas_dataframe().describe().")

    def get_profile_runs(self, workspace: object = None) -> NoReturn:
        """Refused: profiles are the service's."""
        del workspace
        _refuse("get_profile_runs()", "Use to_pandas_dataframe().describe().")

    def download(
        self,
        stream_column: str,
        target_path: str | None = None,
        overwrite: bool = False,
        ignore_not_found: bool = True,
    ) -> NoReturn:
        """Refused: columns of file addresses are not built."""
        del stream_column, target_path, overwrite, ignore_not_found
        _refuse("download() of a tabular dataset", "Make a file dataset of the files: Dataset.File.from_files(...).")

    def mount(self, stream_column: str, mount_point: str | None = None) -> NoReturn:
        """Refused: columns of file addresses are not built."""
        del stream_column, mount_point
        _refuse("mount() of a tabular dataset", "Make a file dataset of the files: Dataset.File.from_files(...).")

    @classmethod
    def _from_definition(
        cls, paths: Sequence[DatasetPath], workspace: Workspace, definition: Mapping[str, Json]
    ) -> TabularDataset:
        data: Mapping[str, Any] = definition
        fine, coarse = data.get("timestamps") or (None, None)
        return cls(paths, workspace, format_from_json(data.get("format")), data.get("transforms") or (), (fine, coarse))

    def _definition(self) -> dict[str, Json]:
        more: dict[str, Json] = {"format": self._format.to_json(), "transforms": [dict(t) for t in self._transforms]}
        if any(self._timestamps):
            more["timestamps"] = list(self._timestamps)
        return {**super()._definition(), **more}

    def _files(self) -> list[tuple[str, Path]]:
        files, pattern = super()._files(), self._format.path_glob
        return [(place, file) for place, file in files if matches_glob(place, pattern)] if pattern else files

    def _with_paths(self, paths: Sequence[DatasetPath], workspace: Workspace) -> Self:
        return type(self)(paths, workspace, self._format, self._transforms, self._timestamps)

    def _copy(
        self,
        transforms: Sequence[steps.Transform] | None = None,
        timestamps: tuple[str | None, str | None] | None = None,
    ) -> Self:
        return type(self)(
            self._paths,
            self._workspace,
            self._format,
            self._transforms if transforms is None else transforms,
            self._timestamps if timestamps is None else timestamps,
        )

    def _then(self, transform: steps.Transform) -> Self:
        return self._copy(transforms=(*self._transforms, transform))

    def _validated(self, made: Self, validate: bool) -> Self:
        if validate:
            made._copy(transforms=(*made._transforms, steps.take(1))).to_pandas_dataframe()
        return made

    def _in_time(self, start: datetime | None, end: datetime | None, include_boundary: bool, validate: bool) -> Self:
        name = self._timestamps[0]
        if name is None:
            message = "The dataset has no timestamp column. Name it with with_timestamp_columns(timestamp=...)."
            raise DatasetTimestampMissingError(message)
        time = column(name)
        made = self
        if start is not None:
            made = made.filter(time >= start if include_boundary else time > start)
        if end is not None:
            made = made.filter(time <= end if include_boundary else time < end)
        return self._validated(made, validate)


def _seed(seed: int | None) -> int:
    import secrets  # noqa: PLC0415 - few datasets need it

    return secrets.randbits(_SEED_BITS) if seed is None else int(seed)


def _refuse(what: str, remedy: str) -> NoReturn:
    message = f"{what} is not built here. {remedy}"
    raise UserErrorException(message)
