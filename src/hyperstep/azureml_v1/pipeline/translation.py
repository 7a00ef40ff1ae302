"""From a built graph to the engine's pipeline: plain data, equal for equal pipelines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
from hyperstep.azureml_v1.data.translation import dataset_input, translate_input
from hyperstep.azureml_v1.pipeline.bindings import InputPortBinding
from hyperstep.azureml_v1.pipeline.data_kinds import is_dataset
from hyperstep.azureml_v1.pipeline.graph import Graph
from hyperstep.azureml_v1.pipeline.modules import ModuleDef
from hyperstep.azureml_v1.pipeline.names import data_placeholder, data_variable, parameter_variable
from hyperstep.azureml_v1.pipeline.nodes import DataSourceNode, ModuleNode
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.port_data_reference import PortDataReference
from hyperstep.azureml_v1.pipeline.ports import InputPort, OutputPort
from hyperstep.errors import ConflictError, InvalidInputError, UnsupportedError
from hyperstep.pipeline.graph import check_graph
from hyperstep.pipeline.spec import DataMode, InputSpec, OutputSpec, PipelineSpec, StepOutput, StepSpec

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace

_VARIABLE_PREFIX = "AML_PARAMETER_"
_MODES = {mode.value: mode for mode in DataMode}


def translate_graph(
    graph: Graph,
    workspace: Workspace,
    values: Mapping[str, object],
    *,
    continue_on_step_failure: bool = False,
    regenerate_outputs: bool = False,
    description: str = "",
) -> PipelineSpec:
    """The pipeline that a graph describes. A sweep's seed that nobody gave is drawn here.

    Args:
        graph: As built by a Pipeline.
        workspace: Whose datastores and datasets the inputs are.
        values: Value of each pipeline parameter, by name.
        continue_on_step_failure: Whether steps that do not need a failed one still run.
        regenerate_outputs: Whether no earlier run stands for a step.
        description: For people to read.

    Raises:
        InvalidInputError: The steps form a cycle (its steps are named), or the graph is unsound otherwise.
        ConflictError: Two pipeline parameters share an environment variable.
        UnsupportedError: An input or output of mode ``hdfs`` or ``link``.
        UserErrorException: A dataset that cannot be an input here.
    """
    spec = PipelineSpec(
        steps=tuple(_step(node, workspace, values) for node in graph.module_nodes),
        parameters=_parameter_texts(graph, values),
        continue_on_step_failure=continue_on_step_failure,
        regenerate_outputs=regenerate_outputs,
        description=description,
    )
    check_graph(spec)
    return spec


def _step(node: ModuleNode, workspace: Workspace, values: Mapping[str, object]) -> StepSpec:
    definition = node._module_builder.definition  # noqa: SLF001 - one area
    module = node.module_def
    fixed = _fixed_variables(node, values)
    own = {f"${variable}": value for variable, value in fixed.items()}
    code = replace(
        definition.code,
        arguments=tuple(own.get(text, text) for text in definition.code.arguments),
        environment_variables={**definition.code.environment_variables, **fixed},
    )
    bound = [port for port in node.inputs if port.name in node._bindings]  # noqa: SLF001
    return StepSpec(
        id=node.node_id,
        name=node.name,
        code=code,
        inputs=tuple(_input(node, port, workspace, values) for port in bound),
        outputs=tuple(_output(port) for port in node.outputs if port.name != ModuleDef.fake_output_name),
        run_after=_run_after(node),
        parameters=tuple(dict.fromkeys(_engine_name(parameter) for parameter in _plain_parameters(node))),
        tuning=definition.tuning() if definition.tuning else None,
        allow_reuse=module.allow_reuse,
        version=module.version or "",
        target=definition.target,
        nodes=definition.nodes,
        kind=module.step_type or "PythonScriptStep",
    )


def _input(node: ModuleNode, port: InputPort, workspace: Workspace, values: Mapping[str, object]) -> InputSpec:
    binding = node._bindings[port.name]  # noqa: SLF001 - one area
    edge = port.incoming_edge
    if edge is None:
        rule = f"Input '{port.name}' of step '{node.name}' is connected."
        raise InvalidInputError(rule, received=None, remedy="Connect it, or remove the input.")
    source = edge.source_port.node
    if isinstance(source, DataSourceNode):
        return _outside_input(port, binding, source.datasource_def, workspace, values)
    return InputSpec(
        name=port.name,
        source=StepOutput(step=source.node_id, output=edge.source_port.name),
        mode=_mode(port.bind_mode),
        placeholder=data_placeholder(port.data_reference_name),
        variable=data_variable(port.data_reference_name),
        path_on_compute=port.path_on_compute or "",
    )


def _outside_input(
    port: InputPort,
    binding: InputPortBinding,
    source: Any,  # noqa: ANN401 - the data classes of three areas
    workspace: Workspace,
    values: Mapping[str, object],
) -> InputSpec:
    if isinstance(source, DatasetConsumptionConfig):
        return _dataset_input(port, source, workspace, values)
    reference = source._data_reference if isinstance(source, PortDataReference) else source  # noqa: SLF001
    spec = translate_input(workspace, reference, name=port.name)
    return replace(spec, mode=_mode(binding.bind_mode), path_on_compute=port.path_on_compute or "")


def _dataset_input(
    port: InputPort, config: DatasetConsumptionConfig, workspace: Workspace, values: Mapping[str, object]
) -> InputSpec:
    if not isinstance(config.dataset, PipelineParameter):
        return translate_input(workspace, config, name=port.name)
    dataset: Any = values.get(config.dataset.name, config.dataset.default_value)
    return dataset_input(workspace, config, name=port.name, dataset=dataset)


def _output(port: OutputPort) -> OutputSpec:
    training = port.output_port_def.training_output
    return OutputSpec(
        name=port.name,
        datastore=port.datastore_name or "",
        mode=_mode(port.bind_mode),
        placeholder=data_placeholder(port._data_name),  # noqa: SLF001 - one area
        variable=data_variable(port._data_name),  # noqa: SLF001
        pipeline_output_name=port.pipeline_output_name or "",
        training=training._to_engine() if training else None,  # noqa: SLF001
        overwrite=port.overwrite is not False,
    )


def _run_after(node: ModuleNode) -> tuple[str, ...]:
    prefix = ModuleDef.fake_input_prefix
    edges = [port.incoming_edge for port in node.inputs if port.name.startswith(prefix)]
    return tuple(dict.fromkeys(edge.source_port.node.node_id for edge in edges if edge is not None))


def _mode(mode: str | None) -> DataMode:
    if mode not in _MODES:
        rule = f"Data reaches and leaves steps by {', '.join(_MODES)} here."
        raise UnsupportedError(rule, received=mode, remedy="Use mount.")
    return _MODES[mode]


def _plain_parameters(node: ModuleNode) -> list[PipelineParameter]:
    """The pipeline parameters whose values reach the script as text."""
    values = [param.get_value() for param in node.params.values() if param.param_def.set_env_var]
    return [value for value in values if isinstance(value, PipelineParameter) and not is_dataset(value.default_value)]


def _engine_name(parameter: PipelineParameter) -> str:
    """As in the environment variable, where only letters, digits and underscores can stand."""
    return parameter_variable(parameter.name).removeprefix(_VARIABLE_PREFIX)


def _fixed_variables(node: ModuleNode, values: Mapping[str, object]) -> dict[str, str]:
    """The node's own parameters: those with a fixed value, or with another name than their pipeline parameter."""
    variables: dict[str, str] = {}
    for name, param in node.params.items():
        if not param.param_def.set_env_var:
            continue
        value = param.get_value()
        if isinstance(value, PipelineParameter):
            if parameter_variable(name) == parameter_variable(value.name) or is_dataset(value.default_value):
                continue
            value = values.get(value.name, value.default_value)
        variables[parameter_variable(name)] = str(value)
    return variables


def _parameter_texts(graph: Graph, values: Mapping[str, object]) -> dict[str, str]:
    texts: dict[str, str] = {}
    names: dict[str, str] = {}
    plain = [parameter for node in graph.module_nodes for parameter in _plain_parameters(node)]
    for parameter in plain:
        key = _engine_name(parameter)
        if names.setdefault(key, parameter.name) != parameter.name:
            rule = f"Each pipeline parameter has a variable of its own; two share {_VARIABLE_PREFIX}{key}."
            raise ConflictError(rule, received=(names[key], parameter.name), remedy="Rename one of them.")
        texts[key] = str(values.get(parameter.name, parameter.default_value))
    return texts
