"""From steps to a graph: nodes first, then the edges between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from hyperstep.azureml_v1.pipeline.bindings import InputPortBinding
from hyperstep.azureml_v1.pipeline.context import GraphContext
from hyperstep.azureml_v1.pipeline.graph import Graph
from hyperstep.azureml_v1.pipeline.nodes import DATA_PORT, DataSourceNode, ModuleNode
from hyperstep.azureml_v1.pipeline.pipeline_output_dataset import PipelineOutputAbstractDataset
from hyperstep.azureml_v1.pipeline.ports import OutputPort
from hyperstep.azureml_v1.pipeline.produced_data import produced
from hyperstep.azureml_v1.pipeline.step import PipelineStep
from hyperstep.azureml_v1.pipeline.step_arguments import bound_data
from hyperstep.azureml_v1.pipeline.step_list import list_steps, producer_of
from hyperstep.errors import InvalidInputError

Nodes = Mapping[int, ModuleNode]
"""The node of each step, by the step object's identity."""


def build_graph(
    name: str,
    steps: Any,  # noqa: ANN401 - nested as the user likes
    context: GraphContext,
    default_datastore: Any,  # noqa: ANN401 - any datastore class
    *,
    resolve_closure: bool = True,
) -> Graph:
    """Build the graph of a pipeline; each step makes its own node.

    Args:
        name: Name of the graph.
        steps: A step, a PipelineData (its producer), a StepSequence, or a list of these, nested freely.
        context: Workspace and source folder.
        default_datastore: Where outputs are kept that name no datastore.
        resolve_closure: Whether steps that are needed and not listed are added.

    Raises:
        InvalidInputError: A needed step is not listed and must not be added; an input comes from no step; an output
            belongs to two steps or has no datastore; two outputs share a pipeline_output_name.
        ConflictError: Two pipeline parameters of one name have different defaults.
        UnsupportedError: Something among the steps that is none.
    """
    found = list_steps(steps, resolve_closure=resolve_closure)
    for step in found.steps:
        _check_outputs(step)
    graph = Graph(name, context)
    nodes = {id(step): step.create_node(graph, default_datastore, context) for step in found.steps}
    _connect_inputs(graph, nodes)
    for step in found.steps:
        for earlier in step._run_after:  # noqa: SLF001 - one area
            nodes[id(step)].run_after(nodes[id(earlier)])
    for before, after in found.orders:
        nodes[id(after)].run_after(nodes[id(before)])
    _check_pipeline_outputs(graph)
    _ = graph.params  # raises when parameters of one name differ
    return graph


def _connect_inputs(graph: Graph, nodes: Nodes) -> None:
    sources: dict[int, DataSourceNode] = {}
    for node in list(nodes.values()):
        for name, binding in node._bindings.items():  # noqa: SLF001 - one area
            node.get_input(name).connect(_source_port(graph, nodes, sources, node, binding))


def _source_port(
    graph: Graph, nodes: Nodes, sources: dict[int, DataSourceNode], node: ModuleNode, binding: InputPortBinding
) -> OutputPort:
    data = binding.bind_object
    source = produced(binding)
    if source is not None:
        producer = producer_of(source, node.name)
        _check_listed_as_dataset(data, producer)
        return nodes[id(producer)].get_output(source._output_name)  # noqa: SLF001 - one area
    if id(data) not in sources:
        sources[id(data)] = graph.add_datasource_node(binding.get_bind_object_name(), data)
    return sources[id(data)].get_output(DATA_PORT)


def _check_listed_as_dataset(data: object, producer: PipelineStep) -> None:
    if not isinstance(data, PipelineOutputAbstractDataset):
        return
    listed = [output for output in producer._outputs if isinstance(output, PipelineOutputAbstractDataset)]  # noqa: SLF001
    if not any(bound_data(output) is bound_data(data) for output in listed):
        rule = f"An output that is read as a dataset is listed as one by '{producer.name}', the step that writes it."
        raise InvalidInputError(rule, received=data.name, remedy="List pipeline_data.as_dataset() in its outputs.")


def _check_outputs(step: PipelineStep) -> None:
    for output in step._outputs:  # noqa: SLF001 - one area
        producer = output._producer  # noqa: SLF001
        if producer is not step:
            rule = f"An output belongs to one step; both '{step.name}' and '{producer.name}' list it."
            raise InvalidInputError(rule, received=output.name, remedy="Give each step an output of its own.")


def _check_pipeline_outputs(graph: Graph) -> None:
    ports = [port for node in graph.module_nodes for port in node.outputs]
    counts = Counter(port.pipeline_output_name for port in ports if port.pipeline_output_name)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        rule = "A pipeline_output_name is used once in a pipeline."
        raise InvalidInputError(rule, received=twice[0], remedy="Give each output its own.")
