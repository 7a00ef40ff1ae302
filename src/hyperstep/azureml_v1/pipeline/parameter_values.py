"""Values of pipeline parameters, as v1 code gives them, for the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
from hyperstep.azureml_v1.data.translation import dataset_input
from hyperstep.azureml_v1.pipeline.data_kinds import is_data_path, is_dataset
from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.spec import DatastorePaths
from hyperstep.pipeline.template import ParameterKind, ParameterValue, PipelineTemplate, TemplateParameter

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace

_API = "hyperstep.azureml_v1"


def kind_of(value: object) -> ParameterKind:
    """What a parameter with this default stands for."""
    if is_dataset(value):
        return ParameterKind.DATASET
    return ParameterKind.DATA_PATH if is_data_path(value) else ParameterKind.TEXT


def engine_values(
    template: PipelineTemplate, given: Mapping[str, object] | None, workspace: Workspace
) -> dict[str, ParameterValue]:
    """The given values as texts and places in datastores.

    Args:
        template: Whose parameters they are.
        given: Values by name.
        workspace: Where datasets are recorded.

    Raises:
        NotFoundError: A name that is no parameter of the pipeline.
        TypeError: Data of another kind than the parameter's, data for a parameter that holds none, or an object of the
            API that is no data, such as a datastore: a script could do nothing with its text.
    """
    return {name: _value(template.parameter(name), value, workspace) for name, value in (given or {}).items()}


def _value(parameter: TemplateParameter, value: object, workspace: Workspace) -> ParameterValue:
    kind = kind_of(value)
    if kind is not parameter.kind or (parameter.data_type and type(value).__name__ != parameter.data_type):
        message = (
            f"Parameter {parameter.name!r} holds a {parameter.data_type or parameter.kind.value}, so its value is one "
            f"too. Received: {type(value).__name__}."
        )
        raise TypeError(message)
    if is_data_path(value):
        return DatastorePaths(((value.datastore_name or "", value.path_on_datastore or ""),))
    if is_dataset(value):
        return _dataset(parameter.name, value, workspace)
    if type(value).__module__.startswith(f"{_API}."):
        message = (
            f"The value of parameter {parameter.name!r} is a text, a number or a bool. "
            f"Received: {type(value).__name__}. Give its name, or a DataPath or dataset where the parameter holds one."
        )
        raise TypeError(message)
    return str(value)


def _dataset(name: str, value: object, workspace: Workspace) -> ParameterValue:
    config = DatasetConsumptionConfig("value", value)
    source = dataset_input(workspace, config).source
    if not isinstance(source, DatastorePaths):
        rule = f"The dataset for parameter '{name}' lies in datastores."
        raise InvalidInputError(rule, received=type(value).__name__, remedy="Build it from a datastore's files.")
    return source
