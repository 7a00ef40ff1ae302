"""Where the values of a graph's parameters go: texts, variables of steps, inputs."""

from __future__ import annotations

from collections.abc import Iterator

from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
from hyperstep.azureml_v1.pipeline.graph import Graph
from hyperstep.azureml_v1.pipeline.names import parameter_placeholder, parameter_variable
from hyperstep.azureml_v1.pipeline.nodes import ModuleNode
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.parameter_reference import ParameterReference
from hyperstep.azureml_v1.pipeline.parameter_values import kind_of
from hyperstep.azureml_v1.pipeline.step_arguments import bound_data
from hyperstep.errors import ConflictError
from hyperstep.pipeline.template import ParameterKind, TemplateParameter

_VARIABLE_PREFIX = "AML_PARAMETER_"


def engine_name(parameter: PipelineParameter) -> str:
    """As in the environment variable, where only letters, digits and underscores can stand."""
    return parameter_variable(parameter.name).removeprefix(_VARIABLE_PREFIX)


def parameter_of(data: object) -> PipelineParameter | None:
    """The parameter that some data follows; None for data that is fixed."""
    if isinstance(data, ParameterReference):
        return data.parameter
    if isinstance(data, DatasetConsumptionConfig) and isinstance(data.dataset, PipelineParameter):
        return data.dataset
    return None


def text_parameters(node: ModuleNode) -> list[PipelineParameter]:
    """The pipeline parameters whose values reach a step's script as text."""
    values = [param.get_value() for param in node.params.values() if param.param_def.set_env_var]
    return [value for value in values if isinstance(value, PipelineParameter) and _is_text(value)]


def own_variables(node: ModuleNode) -> tuple[dict[str, str], dict[str, str]]:
    """A step's own parameters: those with a fixed value, or under another name than their pipeline parameter's.

    Returns:
        The variables with their values (of pipeline parameters the defaults), and what stands in arguments for each.
    """
    variables: dict[str, str] = {}
    arguments: dict[str, str] = {}
    for name, param in node.params.items():
        value = param.get_value()
        if not param.param_def.set_env_var or _has_its_own_name(name, value):
            continue
        variables[parameter_variable(name)] = str(getattr(value, "default_value", value))
        text = parameter_placeholder(value.name) if isinstance(value, PipelineParameter) else str(value)
        arguments[parameter_placeholder(name)] = text
    return variables, arguments


def template_parameters(graph: Graph) -> tuple[TemplateParameter, ...]:
    """The parameters of a graph, each with all the places of its value.

    Raises:
        ConflictError: Two share an environment variable.
    """
    found: dict[str, str] = {}
    for node in graph.module_nodes:
        for parameter in text_parameters(node):
            key = engine_name(parameter)
            if found.setdefault(key, parameter.name) != parameter.name:
                rule = f"Each pipeline parameter has a variable of its own; two share {_VARIABLE_PREFIX}{key}."
                raise ConflictError(rule, received=(found[key], parameter.name), remedy="Rename one of them.")
    keys = {name: key for key, name in found.items()}
    return tuple(_described(graph, parameter, keys.get(name, "")) for name, parameter in graph.params.items())


def _described(graph: Graph, parameter: PipelineParameter, key: str) -> TemplateParameter:
    kind = kind_of(parameter.default_value)
    return TemplateParameter(
        name=parameter.name,
        kind=kind,
        default=str(parameter.default_value),
        key=key,
        variables=tuple(_variables(graph, parameter)),
        inputs=tuple(_inputs(graph, parameter)),
        data_type=type(parameter.default_value).__name__ if kind is ParameterKind.DATASET else "",
    )


def _variables(graph: Graph, parameter: PipelineParameter) -> Iterator[tuple[str, str]]:
    for node in graph.module_nodes:
        for name, param in node.params.items():
            value = param.get_value()
            is_it = isinstance(value, PipelineParameter) and value.name == parameter.name
            if is_it and param.param_def.set_env_var and not _has_its_own_name(name, value):
                yield node.node_id, parameter_variable(name)


def _inputs(graph: Graph, parameter: PipelineParameter) -> Iterator[tuple[str, str]]:
    for node in graph.module_nodes:
        for name, binding in node._bindings.items():  # noqa: SLF001 - one area
            followed = parameter_of(bound_data(binding))
            if followed is not None and followed.name == parameter.name:
                yield node.node_id, name


def _has_its_own_name(name: str, value: object) -> bool:
    """Whether it is a pipeline parameter that the engine hands on itself, or one that is data."""
    if not isinstance(value, PipelineParameter):
        return False
    return parameter_variable(name) == parameter_variable(value.name) or not _is_text(value)


def _is_text(parameter: PipelineParameter) -> bool:
    return kind_of(parameter.default_value) is ParameterKind.TEXT
