"""The inputs and outputs of a RunConfiguration, as its file says them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig


class Dataset(Struct):
    """Names a dataset by its id, or by name and version."""

    dataset_id: str | None = None
    dataset_name: str | None = None
    dataset_version: str | int | None = None


class DataPath(Struct):
    """A path in a datastore."""

    datastore_name: str | None = None
    relative_path: str | None = None


class Uri(Struct):
    """An address of data."""

    path: str | None = None
    is_file: bool = False


class DataLocation(Struct):
    """Where data lies: one of the three."""

    dataset: Dataset | None = None
    data_path: DataPath | None = None
    uri: Uri | None = None


class Data(Struct):
    """An input: where it lies, and how it reaches the job."""

    data_location: DataLocation | None = None
    create_output_directories: bool | None = None
    mechanism: str = "direct"
    environment_variable_name: str | None = None
    path_on_compute: str | None = None
    overwrite: bool | None = False
    options: Mapping[str, Any] | None = None

    @staticmethod
    def create(data: DatasetConsumptionConfig) -> Data:
        """The same as a dataset that is consumed.

        Raises:
            UserErrorException: It is none, or its dataset is a pipeline parameter.
        """
        dataset: Any = getattr(data, "dataset", None)
        if not hasattr(dataset, "id") or not hasattr(data, "mode"):
            message = f"Data is made from a DatasetConsumptionConfig of a dataset. Received: {data!r}."
            raise UserErrorException(message)
        location = DataLocation(dataset=Dataset(dataset.id, dataset.name, dataset.version))
        return Data(location, mechanism=data.mode, environment_variable_name=data.name)


class DatacacheConfiguration(Struct):
    """A cache of a dataset. Kept; data is read where it lies."""

    dataset_id: str | None = None
    datacache_store: str | None = None
    datacache_id: str | None = None
    mode: str = "mount"
    path_on_compute: str | None = None
    replica: int | None = None
    failure_fallback: bool = False

    @staticmethod
    def create(data: object) -> DatacacheConfiguration:
        """The same as a cached dataset that is consumed; what it does not say stays at its default."""
        names = ("dataset_id", "datacache_store", "datacache_id", "mode", "path_on_compute", "replica")
        return DatacacheConfiguration(**{name: getattr(data, name) for name in names if hasattr(data, name)})


class GlobsOptions(Struct):
    """Patterns of file names."""

    patterns: Sequence[str] | None = None


class MountOptions(Struct):
    """How an output is mounted."""

    disable_metadata_cache: bool = False


class UploadOptions(Struct):
    """How an output is uploaded."""

    overwrite: bool = False
    source_globs: GlobsOptions | None = None


class DatasetRegistrationOptions(Struct):
    """What is done to an output before it is registered."""

    additional_transformations: str | None = None


class RegistrationOptions(Struct):
    """As what an output is registered."""

    name: str | None = None
    description: str | None = None
    tags: Mapping[str, str] | None = None
    dataset_registration_options: DatasetRegistrationOptions | None = None


class OutputOptions(Struct):
    """What becomes of an output."""

    path_on_compute: str | None = None
    registration_options: RegistrationOptions | None = None
    upload_options: UploadOptions | None = None
    mount_options: MountOptions | None = None


class OutputData(Struct):
    """An output: where it goes, and how."""

    output_location: DataLocation | None = None
    mechanism: str = "mount"
    additional_options: OutputOptions | None = None


def consumption(workspace: Workspace, name: str, data: Data) -> DatasetConsumptionConfig:
    """The dataset that an input names, as it is consumed.

    Raises:
        UserErrorException: The input names no dataset, or none that the workspace has.
    """
    from hyperstep.azureml_v1.core.dataset import Dataset as Datasets  # noqa: PLC0415 - loads the data classes
    from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig  # noqa: PLC0415

    named = data.data_location.dataset if data.data_location is not None else None
    if named is None or not (named.dataset_id or named.dataset_name):
        message = f"Input {name!r} of a run configuration must name a dataset by id or by name. Received: {data!r}."
        raise UserErrorException(message)
    if named.dataset_name:
        dataset = Datasets.get_by_name(workspace, named.dataset_name, named.dataset_version or "latest")
    else:
        dataset = Datasets.get_by_id(workspace, str(named.dataset_id))
    return DatasetConsumptionConfig(data.environment_variable_name or name, dataset, data.mechanism)
