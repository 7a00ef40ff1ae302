"""Pipeline data as datasets: files or a table that one step writes and others read."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Self

from hyperstep.azureml_v1.data import table_transforms as steps
from hyperstep.azureml_v1.data.data_type import DataType, PromoteHeadersBehavior, column_types, header_mode
from hyperstep.azureml_v1.data.partition_format import compile_partition_format
from hyperstep.azureml_v1.data.table_format import DELIMITED, PARQUET, TableFormat
from hyperstep.azureml_v1.pipeline.bindings import InputPortBinding
from hyperstep.azureml_v1.pipeline.names import check_port_name

if TYPE_CHECKING:
    from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
    from hyperstep.digest import Json

_SEED_BITS = 32


class DatasetRegistration:
    """Under which name a step's output is registered.

    Args:
        name: The name.
        create_new_version: Whether other data under that name gets a new version; it is kept as it is otherwise.
    """

    def __init__(self, name: str, create_new_version: bool) -> None:
        self._name = name
        self._create_new_version = create_new_version

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def create_new_version(self) -> bool:
        """Whether other data under that name gets a new version."""
        return self._create_new_version


class PipelineOutputAbstractDataset:
    """A step's output as a dataset. Each method gives a copy. Made by ``PipelineData.as_dataset()``.

    Args:
        pipeline_data: The output.
    """

    def __init__(self, pipeline_data: PipelineData) -> None:
        self._pipeline_data = pipeline_data
        self._input_name = ""
        self._input_mode = "mount"
        self._path_on_compute: str | None = None
        self._registration: DatasetRegistration | None = None

    def __str__(self) -> str:
        return self.placeholder

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    @property
    def name(self) -> str:
        """Name of the pipeline data."""
        return self._pipeline_data.name

    @property
    def input_name(self) -> str:
        """Under which a script finds it: variable, and key of ``run.input_datasets``."""
        return self._input_name or self.name

    @property
    def placeholder(self) -> str:
        """The text that stands for it in a consumer's arguments (no part of the v1 API)."""
        return f"DatasetConsumptionConfig:{self.input_name}"

    def register(self, name: str, create_new_version: bool = True) -> Self:
        """The same, registered under a name when the step that writes it has completed."""
        return self._changed(_registration=DatasetRegistration(name, create_new_version))

    def as_named_input(self, name: str) -> Self:
        """The same under another input name.

        Raises:
            InvalidInputError: The name has other characters than letters, digits and underscores.
        """
        return self._changed(_input_name=check_port_name(name, "a dataset input"))

    def create_input_binding(self) -> InputPortBinding:
        """An input that reads it."""
        return InputPortBinding(self.input_name, self, self._input_mode, self._path_on_compute)

    @property
    def _output_name(self) -> str:
        return self._pipeline_data._output_name  # noqa: SLF001 - one area

    @property
    def _producer(self) -> object:
        return self._pipeline_data._producer  # noqa: SLF001 - one area

    @_producer.setter
    def _producer(self, step: object) -> None:
        self._pipeline_data._producer = step  # noqa: SLF001 - one area

    def _changed(self, **attributes: object) -> Self:
        """A copy with other attributes."""
        made = copy.copy(self)
        vars(made).update(attributes)
        return made

    def _meaning(self) -> dict[str, Json]:
        """What its files are taken for (see ``dataset_definition``), without paths."""
        return {"kind": "FileDataset"}


class PipelineOutputFileDataset(PipelineOutputAbstractDataset):
    """A step's output as files; an input that is mounted unless said otherwise.

    Args:
        pipeline_data: The output.
    """

    def __init__(self, pipeline_data: PipelineData) -> None:
        super().__init__(pipeline_data)

    def as_download(self, path_on_compute: str | None = None) -> PipelineOutputFileDataset:
        """The same, copied before the consuming step starts."""
        return self._with_mode("download", path_on_compute)

    def as_mount(self, path_on_compute: str | None = None) -> PipelineOutputFileDataset:
        """The same, read in place."""
        return self._with_mode("mount", path_on_compute)

    def as_direct(self) -> PipelineOutputFileDataset:
        """The same as a dataset object: the script finds it as ``run.input_datasets[name]``."""
        return self._with_mode("direct", None)

    def parse_delimited_files(
        self,
        include_path: bool = False,
        separator: str = ",",
        header: bool | PromoteHeadersBehavior = PromoteHeadersBehavior.ALL_FILES_HAVE_SAME_HEADERS,
        partition_format: str | None = None,
        file_extension: str = "",
        set_column_types: Mapping[str, DataType] | None = None,
        quoted_line_breaks: bool = False,
    ) -> PipelineOutputTabularDataset:
        """The same as a table of delimited files.

        Args:
            include_path: Add a column ``Path`` that says which file a row is from.
            separator: Between columns.
            header: Which files have a header line.
            partition_format: Columns from the files' paths.
            file_extension: Only files that end so; all without it.
            set_column_types: Types of columns.
            quoted_line_breaks: Accepted; quoted line breaks are always part of the value.
        """
        del quoted_line_breaks
        how = TableFormat(
            DELIMITED,
            separator=separator,
            header=header_mode(header).value,
            include_path=include_path,
            partition_format=_partition(partition_format),
            path_glob=_glob(file_extension),
            column_types=column_types(set_column_types),
        )
        return PipelineOutputTabularDataset(self, how)

    def parse_parquet_files(
        self,
        include_path: bool = False,
        partition_format: str | None = None,
        file_extension: str = ".parquet",
        set_column_types: Mapping[str, DataType] | None = None,
    ) -> PipelineOutputTabularDataset:
        """The same as a table of parquet files.

        Args:
            include_path: Add a column ``Path`` that says which file a row is from.
            partition_format: Columns from the files' paths.
            file_extension: Only files that end so; all when it is empty or None.
            set_column_types: Types of columns.
        """
        how = TableFormat(
            PARQUET,
            include_path=include_path,
            partition_format=_partition(partition_format),
            path_glob=_glob(file_extension),
            column_types=column_types(set_column_types),
        )
        return PipelineOutputTabularDataset(self, how)

    def _with_mode(self, mode: str, path_on_compute: str | None) -> PipelineOutputFileDataset:
        return self._changed(_input_mode=mode, _path_on_compute=path_on_compute)


class PipelineOutputTabularDataset(PipelineOutputAbstractDataset):
    """A step's output as a table, which a script finds as ``run.input_datasets[name]``.

    Args:
        pipeline_output_dataset: The output as files.
        additional_transformations: How files are read.
    """

    def __init__(
        self, pipeline_output_dataset: PipelineOutputFileDataset, additional_transformations: TableFormat
    ) -> None:
        super().__init__(pipeline_output_dataset._pipeline_data)  # noqa: SLF001 - one area
        self._input_name = pipeline_output_dataset._input_name  # noqa: SLF001
        self._registration = pipeline_output_dataset._registration  # noqa: SLF001
        self._input_mode = "direct"
        self._table_format = additional_transformations
        self._transforms: tuple[steps.Transform, ...] = ()

    def keep_columns(self, columns: str | Sequence[str]) -> PipelineOutputTabularDataset:
        """The same with only these columns."""
        return self._then(steps.keep(columns))

    def drop_columns(self, columns: str | Sequence[str]) -> PipelineOutputTabularDataset:
        """The same without these columns."""
        return self._then(steps.drop(columns))

    def random_split(
        self, percentage: float, seed: int | None = None
    ) -> tuple[PipelineOutputTabularDataset, PipelineOutputTabularDataset]:
        """Two tables: about that share (0 to 1) of the rows, and the rest."""
        import secrets  # noqa: PLC0415 - few pipelines need it

        first, second = steps.split(percentage, secrets.randbits(_SEED_BITS) if seed is None else seed)
        return self._then(first), self._then(second)

    def create_input_binding(self) -> InputPortBinding:
        """An input that reads it."""
        return super().create_input_binding()

    def _then(self, transform: steps.Transform) -> PipelineOutputTabularDataset:
        return self._changed(_transforms=(*self._transforms, transform))

    def _meaning(self) -> dict[str, Json]:
        transforms = [dict(transform) for transform in self._transforms]
        return {"kind": "TabularDataset", "format": self._table_format.to_json(), "transforms": transforms}


def _partition(given: str | None) -> str:
    if given:
        compile_partition_format(given)
    return given or ""


def _glob(extension: str | None) -> str:
    return f"**/*{extension}" if extension else ""
