"""The v1 data classes as inputs of the engine's steps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core.names import check_input_name
from hyperstep.azureml_v1.data.abstract_dataset import AbstractDataset
from hyperstep.azureml_v1.data.data_reference import DataReference
from hyperstep.azureml_v1.data.datapath import DataPath, DataPathComputeBinding
from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
from hyperstep.azureml_v1.data.dataset_paths import LOCAL, stage
from hyperstep.azureml_v1.data.tabular_dataset import TabularDataset
from hyperstep.azureml_v1.data.web_files import address_of
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.pipeline.dataset_definition import without_paths
from hyperstep.pipeline.spec import DataMode, DatastorePaths, InputSpec

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace

_MODES = {
    "mount": DataMode.MOUNT,
    "download": DataMode.DOWNLOAD,
    "direct": DataMode.DIRECT,
    "upload": DataMode.MOUNT,  # the datastore is a local folder: what is written there is uploaded already
}


def translate_input(workspace: Workspace, given: object, *, name: str = "") -> InputSpec:
    """An input of a step from what v1 code gives as one.

    Args:
        workspace: Where datasets are recorded and local files are copied to.
        given: A DatasetConsumptionConfig, a DataReference or a DataPath.
        name: The input's name; the object's own without it.

    Raises:
        UserErrorException: It is something else, or cannot be used as an input here.
    """
    if isinstance(given, DatasetConsumptionConfig):
        return dataset_input(workspace, given, name=name)
    if isinstance(given, DataPath):
        return reference_input(given.create_data_reference(name or None), name=name)
    if isinstance(given, DataReference):
        return reference_input(given, name=name)
    if isinstance(given, AbstractDataset):
        message = (
            "A dataset becomes an input by as_named_input(name), and as_mount() or as_download() for files. "
            f"Received: a {type(given).__name__}."
        )
        raise UserErrorException(message)
    message = (
        "An input from storage is a DatasetConsumptionConfig, a DataReference or a DataPath. "
        f"Received: an object of type {type(given).__name__}."
    )
    raise UserErrorException(message)


def dataset_input(
    workspace: Workspace,
    config: DatasetConsumptionConfig,
    *,
    name: str = "",
    dataset: AbstractDataset | None = None,
) -> InputSpec:
    """An input that is a dataset.

    Args:
        workspace: Where it is recorded, and local files are copied to.
        config: The input.
        name: Another name than the config's.
        dataset: The dataset, where the config holds a parameter.

    Raises:
        UserErrorException: The config holds no dataset, or its mode is not possible here.
    """
    used = dataset if dataset is not None else config.dataset
    if not isinstance(used, AbstractDataset):
        message = f"Input {config.name!r} must hold a dataset. Received: an object of type {type(used).__name__}."
        raise UserErrorException(message)
    staged = used._with_paths(stage(used.paths, workspace), workspace)  # noqa: SLF001 - one area
    meaning = without_paths(staged._definition()) if isinstance(used, TabularDataset) else {}  # noqa: SLF001
    return InputSpec(
        name=name or config.name,
        source=DatastorePaths(
            tuple((path.datastore, path.path) for path in staged.paths), staged.id, meaning, _addresses(used)
        ),
        mode=_mode(config.mode),
        placeholder=config.placeholder,
        variable=config.name,
        path_on_compute=config.path_on_compute or "",
    )


def reference_input(reference: DataReference, *, name: str = "") -> InputSpec:
    """An input that is a path in a datastore."""
    variable = f"AZUREML_DATAREFERENCE_{reference.data_reference_name}"
    return InputSpec(
        name=check_input_name(name or reference.data_reference_name),
        source=DatastorePaths(((reference.datastore.name, reference.path_on_datastore or ""),)),
        mode=_mode(reference.mode),
        placeholder=f"${variable}",
        variable=variable,
        path_on_compute=reference.path_on_compute or "",
    )


def path_input(
    path: DataPath, binding: DataPathComputeBinding | None = None, *, reference_name: str = "", name: str = ""
) -> InputSpec:
    """An input that is a data path with its binding."""
    return reference_input(path.create_data_reference(reference_name or None, binding), name=name)


def _addresses(dataset: AbstractDataset) -> tuple[str, ...]:
    """The web addresses that its files are from."""
    found = [address_of(Path(path.path)) for path in dataset.paths if path.datastore == LOCAL]
    return tuple(address for address in found if address is not None)


def _mode(mode: str) -> DataMode:
    if mode in _MODES:
        return _MODES[mode]
    message = f"An input's mode is one of {', '.join(_MODES)} here. Received: {mode!r}."
    raise UserErrorException(message)
