"""What a module says about its ports and parameters, before any node uses it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from hyperstep.azureml_v1.pipeline.training_output import TrainingOutput


class InputPortDef:
    """An input port of a module; further keywords are accepted and not used."""

    def __init__(
        self,
        name: str,
        data_types: Sequence[str] | None = None,
        default_datastore_mode: str | None = None,
        default_path_on_compute: str | None = None,
        is_optional: bool = False,
        default_overwrite: bool | None = None,
        default_data_reference_name: str | None = None,
        is_resource: bool = False,
        label: str | None = None,
        additional_transformations: object = None,
        **kwargs: object,  # noqa: ARG002 - v1 takes any keyword
    ) -> None:
        self.name = name
        self.data_types = data_types
        self.default_datastore_mode = default_datastore_mode
        self.default_path_on_compute = default_path_on_compute
        self.is_optional = is_optional
        self.default_overwrite = default_overwrite
        self.default_data_reference_name = default_data_reference_name
        self.is_resource = is_resource
        self.label = label
        self.additional_transformations = additional_transformations


class OutputPortDef(Struct, frozen=True):
    """An output port of a module."""

    name: str
    default_datastore_name: str | None = None
    default_datastore_mode: str | None = None
    default_path_on_compute: str | None = None
    is_directory: bool | None = False
    data_type: str | None = None
    default_overwrite: bool | None = None
    training_output: TrainingOutput | None = None
    label: str | None = None
    dataset_output: Any = None
    """The OutputDatasetConfig that it is, if any."""
    dataset_registration: Any = None
    """Under which name it is registered, if any."""


class ParamDef(Struct, frozen=True):
    """A parameter of a module."""

    name: str
    default_value: Any = None
    is_metadata_param: bool = False
    """It describes the step to the engine and does not reach the script."""
    is_optional: bool = False
    set_env_var: bool = False
    """Scripts find the value in an environment variable."""
    calculate_hash: bool = True
    """It is part of the module's hash."""
    env_var_override: str | None = None
    """Name of that variable; ``AML_PARAMETER_<name>`` without it."""
