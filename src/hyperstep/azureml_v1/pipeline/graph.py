"""The graph of a pipeline: its nodes, the edges between them, and whether it can run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.pipeline.bindings import InputPortBinding, OutputPortBinding
from hyperstep.azureml_v1.pipeline.modules import ModuleBuilder
from hyperstep.azureml_v1.pipeline.nodes import DataSourceNode, ModuleNode, Node
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter, collect_parameters
from hyperstep.azureml_v1.pipeline.ports import Edge, InputPort, OutputPort
from hyperstep.digest import digest_json
from hyperstep.pipeline.graph import find_cycle
from hyperstep.pipeline.template import PipelineTemplate

if TYPE_CHECKING:
    from hyperstep.azureml_v1.pipeline.context import GraphContext
    from hyperstep.azureml_v1.pipeline.pipeline_run import PipelineRun

_ID_LENGTH = 8


class Graph:
    """Nodes and edges. Node ids follow from position and name, so equal pipelines have equal ids.

    Args:
        name: Name of the graph.
        context: Where it is built: workspace, source folder.
    """

    def __init__(self, name: str, context: GraphContext) -> None:
        self._name = name
        self._context = context
        self._nodes: dict[str, Node] = {}
        self._template: PipelineTemplate | None = None  # set for a graph that is read back

    @property
    def nodes(self) -> list[Node]:
        """All nodes, in the order in which they were added."""
        return list(self._nodes.values())

    @property
    def module_nodes(self) -> list[ModuleNode]:
        """The nodes that are steps."""
        return [node for node in self.nodes if isinstance(node, ModuleNode)]

    @property
    def datasource_nodes(self) -> list[DataSourceNode]:
        """The nodes that are data from outside."""
        return [node for node in self.nodes if isinstance(node, DataSourceNode)]

    @property
    def node_dict(self) -> dict[str, Node]:
        """Nodes by id."""
        return dict(self._nodes)

    @property
    def node_name_dict(self) -> dict[str, list[Node]]:
        """Nodes by name; several may share one."""
        by_name: dict[str, list[Node]] = {}
        for node in self.nodes:
            by_name.setdefault(node.name, []).append(node)
        return by_name

    @property
    def edges(self) -> list[Edge]:
        """All edges."""
        ports = [port for node in self.nodes for port in node.inputs]
        return [port.incoming_edge for port in ports if port.incoming_edge is not None]

    @property
    def params(self) -> dict[str, PipelineParameter]:
        """The pipeline parameters that the nodes use, by name.

        Raises:
            ConflictError: Two of one name have different defaults.
        """
        values = [param.get_value() for node in self.nodes for param in node.params.values()]
        return collect_parameters(values)

    def get_node(self, node_id: str) -> Node:
        """The node of that id; KeyError when there is none."""
        return self._nodes[node_id]

    def delete_node(self, node_id: str) -> None:
        """Remove a node, and the edges that begin in it."""
        node = self._nodes.pop(node_id)
        for edge in self.edges:
            if edge.source_port.node is node:
                edge.dest_port.disconnect()

    def connect(self, source_port: OutputPort, dest_port: InputPort) -> Edge:
        """Add an edge."""
        return dest_port.connect(source_port)

    def sequence(self, nodes: Sequence[Node]) -> None:
        """Let ``nodes`` run one after another."""
        for earlier, later in pairwise(nodes):
            later.run_after(earlier)

    def add_module_node(
        self,
        name: str,
        input_bindings: Sequence[InputPortBinding],
        output_bindings: Sequence[OutputPortBinding] | None = None,
        param_bindings: Mapping[str, object] | None = None,
        module: object = None,
        module_builder: ModuleBuilder | None = None,
        module_wiring: object = None,
        runconfig: object = None,
        cloud_settings: object = None,
    ) -> ModuleNode:
        """Add a step.

        Args:
            name: Name of the step.
            input_bindings: What is bound to each input port. The edges are drawn when all steps are there.
            output_bindings: Where each output is kept.
            param_bindings: Values of parameters, by name; a PipelineParameter is one too.
            module: Accepted and not used.
            module_builder: What the step runs.
            module_wiring: Accepted and not used.
            runconfig: Accepted and not used.
            cloud_settings: Accepted and not used.

        Raises:
            InvalidInputError: No module builder is given.
        """
        del module, module_wiring, runconfig, cloud_settings
        node = ModuleNode(self, self._next_id(name), name, module_builder=module_builder)
        node._bindings = {binding.name: binding for binding in input_bindings}  # noqa: SLF001 - both are the graph's own
        for output in output_bindings or ():
            port = node.get_output(output._output_name)  # noqa: SLF001 - both are the graph's own
            port.pipeline_output_name = output.pipeline_output_name
            port._data_name = output.name  # noqa: SLF001
        for key, value in (param_bindings or {}).items():
            node.get_param(key).set_value(value)
        self._nodes[node.node_id] = node
        return node

    def add_datasource_node(
        self,
        name: str,
        datasource: object = None,
        datasource_builder: object = None,
        datapath_param_name: str | None = None,
    ) -> DataSourceNode:
        """Add data from outside; a builder and the name of a parameter are accepted and not used."""
        del datasource_builder, datapath_param_name
        node = DataSourceNode(self, self._next_id(name), name, datasource)
        self._nodes[node.node_id] = node
        return node

    def validate(self) -> list[str]:
        """What keeps the graph from running, one text each; empty when nothing does."""
        problems = [
            f"Input '{port.name}' of step '{node.name}' [{node.node_id}] is not connected."
            for node in self.module_nodes
            for port in node.inputs
            if port.incoming_edge is None
        ]
        cycle = find_cycle({node.node_id: upstream_ids(node) for node in self.nodes})
        if cycle:
            names = " -> ".join(f"'{self._nodes[node_id].name}' [{node_id}]" for node_id in cycle)
            problems.append(f"The graph has a cycle: {names}. Remove one of these data edges or run_after calls.")
        return problems

    def finalize(self, dry_run: bool | None = None, regenerate_outputs: bool = False) -> dict[str, tuple[str, bool]]:
        """For each node the digest of what it is, and whether it is made anew; nothing is uploaded anywhere.

        Args:
            dry_run: Accepted and not used.
            regenerate_outputs: Whether no earlier run stands for a step.
        """
        del dry_run
        return {
            node.node_id: (node.module_def.calculate_hash(), regenerate_outputs or not node.module_def.allow_reuse)
            for node in self.module_nodes
        }

    def submit(
        self,
        pipeline_parameters: Mapping[str, object] | None = None,
        continue_on_step_failure: bool = False,
        regenerate_outputs: bool = False,
        parent_run_id: str | None = None,
        **kwargs: object,
    ) -> PipelineRun:
        """Run the graph, under the name of the experiment that it was built for.

        Args:
            pipeline_parameters: Values of pipeline parameters, by name.
            continue_on_step_failure: Whether steps that do not need a failed one still run.
            regenerate_outputs: Whether no earlier run stands for a step.
            parent_run_id: Only None can be given here.
            **kwargs: Accepted and not used.

        Raises:
            NotFoundError: A value for a pipeline parameter that there is not.
            UnsupportedError: ``parent_run_id`` is given.
        """
        from hyperstep.azureml_v1.core.experiment import Experiment  # noqa: PLC0415 - loaded when submitting
        from hyperstep.azureml_v1.pipeline.parents import refuse_parent  # noqa: PLC0415
        from hyperstep.azureml_v1.pipeline.submission import Submission, submit_graph  # noqa: PLC0415 - it knows us

        del kwargs
        refuse_parent(parent_run_id)
        submission = Submission(pipeline_parameters or {}, continue_on_step_failure or None, regenerate_outputs)
        experiment = Experiment(self._context.workspace, self._context.experiment_name)
        return submit_graph(self, experiment, submission)

    def generate_yaml(self) -> dict[str, object]:
        """The steps and parameters as plain data, ready to be written as YAML."""
        from hyperstep.azureml_v1.pipeline.definition_file import definition  # noqa: PLC0415 - loads the engine
        from hyperstep.azureml_v1.pipeline.translation import translate_template  # noqa: PLC0415 - it knows us

        return definition(translate_template(self, self._context.workspace))

    def _next_id(self, name: str) -> str:
        position = len(self._nodes)
        node_id = digest_json([position, name])[:_ID_LENGTH]
        while node_id in self._nodes:
            position += 1
            node_id = digest_json([position, name])[:_ID_LENGTH]
        return node_id


def upstream_ids(node: Node) -> list[str]:
    """Ids of the nodes that ``node`` waits for, each once, in the order of its ports."""
    edges = [port.incoming_edge for port in node.inputs]
    return list(dict.fromkeys(edge.source_port.node.node_id for edge in edges if edge is not None))
