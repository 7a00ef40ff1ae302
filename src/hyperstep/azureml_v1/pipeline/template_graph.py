"""A graph to look at, from what was submitted or published; submitting it runs the same pipeline again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperstep.azureml_v1.pipeline.context import GraphContext
from hyperstep.azureml_v1.pipeline.graph import Graph
from hyperstep.azureml_v1.pipeline.modules import ModuleBuilder, ModuleDef, StepDefinition
from hyperstep.azureml_v1.pipeline.nodes import DATA_PORT, DataSourceNode, ModuleNode
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.port_definitions import InputPortDef, OutputPortDef, ParamDef
from hyperstep.azureml_v1.pipeline.ports import OutputPort
from hyperstep.pipeline.spec import InputSpec, StepOutput, StepSpec
from hyperstep.pipeline.template import PipelineTemplate, TemplateParameter

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace


def graph_of(template: PipelineTemplate, workspace: Workspace) -> Graph:
    """The graph of a template, with the node ids that it had when it was built."""
    graph = Graph(template.spec.description or "placeholder", GraphContext(workspace))
    graph._template = template  # noqa: SLF001 - one area
    for step in template.spec.steps:
        graph._nodes[step.id] = _node(graph, step, template)  # noqa: SLF001
    for step in template.spec.steps:
        node = graph._nodes[step.id]  # noqa: SLF001
        for port in step.inputs:
            node.get_input(port.name).connect(_source(graph, port))
        for earlier in step.run_after:
            node.run_after(graph._nodes[earlier])  # noqa: SLF001
    return graph


def _node(graph: Graph, step: StepSpec, template: PipelineTemplate) -> ModuleNode:
    used = [p for p in template.parameters if _uses(step, p)]
    inputs = [InputPortDef(port.name, None, port.mode.value, port.path_on_compute or None) for port in step.inputs]
    outputs = [OutputPortDef(output.name, output.datastore, output.mode.value) for output in step.outputs]
    module = ModuleDef(
        name=step.name,
        description=step.name,
        input_port_defs=tuple(inputs),
        output_port_defs=tuple(outputs),
        param_defs=tuple(ParamDef(p.name, default_value=p.default, set_env_var=bool(p.key)) for p in used),
        allow_reuse=step.allow_reuse,
        version=step.version or None,
        step_type=step.kind,
        arguments=step.code.arguments,
    )
    module.dataset_reuse = step.dataset_reuse
    definition = StepDefinition(code=step.code, target=step.target, nodes=step.nodes)
    node = ModuleNode(graph, step.id, step.name, module_builder=ModuleBuilder(module, definition))
    for parameter in used:
        node.get_param(parameter.name).set_value(PipelineParameter(parameter.name, parameter.default))
    for output in step.outputs:
        node.get_output(output.name).pipeline_output_name = output.pipeline_output_name or None
    return node


def _source(graph: Graph, port: InputSpec) -> OutputPort:
    if isinstance(port.source, StepOutput):
        return graph.get_node(port.source.step).get_output(port.source.output)
    for node in graph.nodes:
        if isinstance(node, DataSourceNode) and node.datasource_def == port.source:
            return node.get_output(DATA_PORT)
    return graph.add_datasource_node(port.name, port.source).get_output(DATA_PORT)


def _uses(step: StepSpec, parameter: TemplateParameter) -> bool:
    places = (*parameter.variables, *parameter.inputs)
    return parameter.key in step.parameters or any(step_id == step.id for step_id, _ in places)
