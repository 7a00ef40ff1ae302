"""From a built graph to the engine's pipeline and its parameters: plain data, equal for equal pipelines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
from hyperstep.azureml_v1.data.output_translation import dataset_output, pipeline_registration
from hyperstep.azureml_v1.data.translation import dataset_input, translate_input
from hyperstep.azureml_v1.pipeline.bindings import InputPortBinding
from hyperstep.azureml_v1.pipeline.graph import Graph
from hyperstep.azureml_v1.pipeline.modules import ModuleDef
from hyperstep.azureml_v1.pipeline.names import data_placeholder, data_variable
from hyperstep.azureml_v1.pipeline.nodes import DataSourceNode, ModuleNode
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.parameter_sites import (
    engine_name,
    own_variables,
    template_parameters,
    text_parameters,
)
from hyperstep.azureml_v1.pipeline.parameter_values import engine_values
from hyperstep.azureml_v1.pipeline.port_data_reference import PortDataReference
from hyperstep.azureml_v1.pipeline.ports import InputPort, OutputPort
from hyperstep.azureml_v1.pipeline.produced_data import read_as_dataset
from hyperstep.errors import InvalidInputError, UnsupportedError
from hyperstep.pipeline.dataset_definition import FILES
from hyperstep.pipeline.graph import check_graph
from hyperstep.pipeline.spec import DataMode, InputSpec, OutputSpec, PipelineSpec, StepOutput, StepSpec
from hyperstep.pipeline.template import PipelineTemplate, fill_template

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace

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
    """The pipeline that a graph describes, with values for its parameters.

    Args:
        graph: As built by a Pipeline.
        workspace: Whose datastores and datasets the inputs are.
        values: Values of pipeline parameters, by name; the others have their defaults.
        continue_on_step_failure: Whether steps that do not need a failed one still run.
        regenerate_outputs: Whether no earlier run stands for a step.
        description: For people to read.

    Raises:
        NotFoundError: A value for a parameter that there is not.
        TypeError: Data for a parameter of another kind.
    """
    template = translate_template(
        graph, workspace, continue_on_step_failure=continue_on_step_failure, description=description
    )
    spec = fill_template(template, engine_values(template, values, workspace))
    return replace(spec, regenerate_outputs=regenerate_outputs)


def translate_template(
    graph: Graph, workspace: Workspace, *, continue_on_step_failure: bool = False, description: str = ""
) -> PipelineTemplate:
    """The pipeline that a graph describes, with its parameters. A sweep's seed that nobody gave is drawn here.

    Args:
        graph: As built by a Pipeline.
        workspace: Whose datastores and datasets the inputs are.
        continue_on_step_failure: Whether steps that do not need a failed one still run.
        description: For people to read.

    Raises:
        InvalidInputError: The steps form a cycle (its steps are named), or the graph is unsound otherwise.
        ConflictError: Two pipeline parameters share an environment variable.
        UnsupportedError: An input or output of mode ``hdfs`` or ``link``.
        UserErrorException: A dataset that cannot be an input here.
    """
    if graph._template is not None:  # noqa: SLF001 - one area; a graph that was read back
        return graph._template  # noqa: SLF001
    parameters = template_parameters(graph)
    spec = PipelineSpec(
        steps=tuple(_step(node, workspace) for node in graph.module_nodes),
        parameters={parameter.key: parameter.default for parameter in parameters if parameter.key},
        continue_on_step_failure=continue_on_step_failure,
        description=description,
    )
    check_graph(spec)
    return PipelineTemplate(spec, parameters)


def _step(node: ModuleNode, workspace: Workspace) -> StepSpec:
    definition = node._built.definition  # noqa: SLF001 - one area
    module = node.module_def
    variables, arguments = own_variables(node)
    code = replace(
        definition.code,
        arguments=tuple(arguments.get(text, text) for text in definition.code.arguments),
        environment_variables={**definition.code.environment_variables, **variables},
    )
    bound = [port for port in node.inputs if port.name in node._bindings]  # noqa: SLF001
    return StepSpec(
        id=node.node_id,
        name=node.name,
        code=code,
        inputs=tuple(_input(node, port, workspace) for port in bound),
        outputs=tuple(_output(port) for port in node.outputs if port.name != ModuleDef.fake_output_name),
        run_after=_run_after(node),
        parameters=tuple(dict.fromkeys(engine_name(parameter) for parameter in text_parameters(node))),
        tuning=definition.tuning() if definition.tuning else None,
        allow_reuse=module.allow_reuse,
        version=module.version or "",
        dataset_reuse=module.dataset_reuse,
        target=definition.target,
        nodes=definition.nodes,
        kind=module.step_type or "PythonScriptStep",
    )


def _input(node: ModuleNode, port: InputPort, workspace: Workspace) -> InputSpec:
    binding = node._bindings[port.name]  # noqa: SLF001 - one area
    edge = port.incoming_edge
    if edge is None:
        rule = f"Input '{port.name}' of step '{node.name}' is connected."
        raise InvalidInputError(rule, received=None, remedy="Connect it, or remove the input.")
    source = edge.source_port.node
    if isinstance(source, DataSourceNode):
        return _outside_input(port, binding, source.datasource_def, workspace)
    dataset = read_as_dataset(binding.bind_object)
    if dataset is not None:
        name, meaning = dataset
        return InputSpec(
            name=port.name,
            source=StepOutput(source.node_id, edge.source_port.name, {} if meaning == FILES else meaning),
            mode=_mode(port.bind_mode),
            placeholder=binding.bind_object.placeholder,
            variable=name,
            path_on_compute=port.path_on_compute or "",
        )
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
) -> InputSpec:
    if isinstance(source, DatasetConsumptionConfig):
        return _dataset_input(port, source, workspace)
    reference = source._data_reference if isinstance(source, PortDataReference) else source  # noqa: SLF001
    spec = translate_input(workspace, reference, name=port.name)
    return replace(spec, mode=_mode(binding.bind_mode), path_on_compute=port.path_on_compute or "")


def _dataset_input(port: InputPort, config: DatasetConsumptionConfig, workspace: Workspace) -> InputSpec:
    if not isinstance(config.dataset, PipelineParameter):
        return translate_input(workspace, config, name=port.name)
    dataset: Any = config.dataset.default_value
    return dataset_input(workspace, config, name=port.name, dataset=dataset)


def _output(port: OutputPort) -> OutputSpec:
    definition = port.output_port_def
    if definition.dataset_output is not None:
        spec = dataset_output(definition.dataset_output, port.datastore_name or "")
        return replace(spec, name=port.name, pipeline_output_name=port.pipeline_output_name or "")
    training = definition.training_output
    registration = definition.dataset_registration
    return OutputSpec(
        name=port.name,
        datastore=port.datastore_name or "",
        mode=_mode(port.bind_mode),
        placeholder=data_placeholder(port._data_name),  # noqa: SLF001 - one area
        variable=data_variable(port._data_name),  # noqa: SLF001
        pipeline_output_name=port.pipeline_output_name or "",
        training=training._to_engine() if training else None,  # noqa: SLF001
        overwrite=port.overwrite is not False,
        registration=pipeline_registration(*registration) if registration else None,
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
