"""Outputs that are datasets as outputs of the engine's steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from hyperstep.azureml_v1.data.output_dataset_config import DEFAULT_PLACE, OutputDatasetConfig
from hyperstep.errors import UnsupportedError
from hyperstep.pipeline.spec import DataMode, OutputSpec, RegistrationSpec

if TYPE_CHECKING:
    from hyperstep.digest import Json

_MODES = {"mount": DataMode.MOUNT, "upload": DataMode.UPLOAD, "link": DataMode.DIRECT}


class _Named(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def create_new_version(self) -> bool: ...


def dataset_output(config: OutputDatasetConfig, default_datastore: str) -> OutputSpec:
    """The output that a config describes.

    Args:
        config: As users write it.
        default_datastore: Name of the datastore of a config without a destination.

    Raises:
        UnsupportedError: An output for Spark.
    """
    if config.mode not in _MODES:
        rule = "There is no Spark here to write an HDFSOutputDatasetConfig."
        raise UnsupportedError(rule, received=config.name, remedy="Use an OutputFileDatasetConfig.")
    datastore, path = default_datastore, ""
    if config.destination is not None:
        datastore, path = config.destination[0].name, config.destination[1]
    options = config.upload_options
    mode = _MODES[config.mode]
    return OutputSpec(
        name=config.name,
        datastore=datastore,
        mode=DataMode.UPLOAD if config.source and mode is DataMode.MOUNT else mode,
        placeholder=config.placeholder,
        variable=config.name,
        is_directory=True,
        overwrite=options.overwrite if options else True,
        path=path or DEFAULT_PLACE,
        source=config.source or "",
        source_globs=tuple((options.source_globs or ()) if options else ()),
        registration=_registration(config),
    )


def pipeline_registration(registration: _Named, meaning: Mapping[str, Json]) -> RegistrationSpec:
    """The registration of pipeline data that is a dataset."""
    return RegistrationSpec(registration.name, meaning, create_new_version=registration.create_new_version)


def _registration(config: OutputDatasetConfig) -> RegistrationSpec | None:
    given = config._registration  # noqa: SLF001 - one area
    if given is None:
        return None
    tags = {str(key): str(value) for key, value in (given.tags or {}).items()}
    return RegistrationSpec(given.name, config._meaning(), given.description, tags)  # noqa: SLF001
