"""An estimator's script parameters and inputs, in a run configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.data.data_reference import DataReference
from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
from hyperstep.azureml_v1.exceptions import TrainingException, UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.runconfig import RunConfiguration


def params_to_arguments(script_params: object) -> list[Any]:
    """The argument list of ``script_params``: each name, then its value.

    A list gives all its items after the name; an empty text gives nothing after it.

    Raises:
        TrainingException: It is neither None nor a dict.
    """
    if script_params is None:
        return []
    if not isinstance(script_params, Mapping):
        message = f"script_params is a dict of argument names and values. Received: {script_params!r}."
        raise TrainingException(message)
    arguments: list[Any] = []
    for name, value in script_params.items():
        values = value if isinstance(value, list) else [value]
        arguments += [name, *(item for item in values if not isinstance(item, str) or item)]
    return arguments


def add_inputs(run_config: RunConfiguration, inputs: Sequence[Any]) -> None:
    """Add dataset inputs and data references to a run configuration.

    Raises:
        UserErrorException: An input is neither.
    """
    for given in inputs:
        if isinstance(given, DatasetConsumptionConfig):
            run_config.data[given.name] = given
        elif isinstance(given, DataReference):
            run_config.data_references[given.data_reference_name] = given
        else:
            message = (
                "The inputs of an Estimator are dataset inputs (dataset.as_named_input(...)) and DataReferences. "
                f"Received: an object of type {type(given).__name__}."
            )
            raise UserErrorException(message)
