"""The nodes of a graph: steps, and the data that comes from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.pipeline.bindings import InputPortBinding
from hyperstep.azureml_v1.pipeline.modules import ModuleBuilder, ModuleDef
from hyperstep.azureml_v1.pipeline.port_definitions import InputPortDef, OutputPortDef, ParamDef
from hyperstep.azureml_v1.pipeline.ports import InputPort, OutputPort, Param
from hyperstep.errors import InvalidInputError

if TYPE_CHECKING:
    from hyperstep.azureml_v1.pipeline.graph import Graph

DATA_PORT = "data"
"""The one output of a node that stands for data from outside."""


class Node:
    """A node of a graph, with its ports and parameters by name.

    Args:
        graph: The graph that it belongs to.
        node_id: Unique in the graph.
        name: For people.
        module: Accepted and not used.
        module_builder: For a step: what it runs.
        datasource: For data from outside: what it is.
        datasource_builder: Accepted and not used.
        module_wiring: Accepted and not used.
    """

    def __init__(
        self,
        graph: Graph,
        node_id: str,
        name: str | None = None,
        module: object = None,
        module_builder: ModuleBuilder | None = None,
        datasource: object = None,
        datasource_builder: object = None,
        module_wiring: object = None,
    ) -> None:
        del module, datasource_builder, module_wiring
        self._graph = graph
        self._node_id = node_id
        self._name = name or node_id
        self._module_builder = module_builder
        self._datasource = datasource
        self._inputs: dict[str, InputPort] = {}
        self._outputs: dict[str, OutputPort] = {}
        self._params: dict[str, Param] = {}

    @property
    def node_id(self) -> str:
        """Eight hexadecimal characters, unique in the graph."""
        return self._node_id

    @property
    def name(self) -> str:
        """Not always unique."""
        return self._name

    @property
    def module_def(self) -> ModuleDef | None:
        """What a step runs; None for data from outside."""
        return self._module_builder.module_def if self._module_builder is not None else None

    @property
    def datasource_def(self) -> object:
        """What data from outside is; None for a step."""
        return self._datasource

    @property
    def inputs(self) -> list[InputPort]:
        """All input ports, those for mere order included."""
        return list(self._inputs.values())

    @property
    def outputs(self) -> list[OutputPort]:
        """All output ports, that for mere order included."""
        return list(self._outputs.values())

    @property
    def input_dict(self) -> dict[str, InputPort]:
        """Input ports by name."""
        return dict(self._inputs)

    @property
    def output_dict(self) -> dict[str, OutputPort]:
        """Output ports by name."""
        return dict(self._outputs)

    @property
    def params(self) -> dict[str, Param]:
        """Parameters by name."""
        return dict(self._params)

    def get_input(self, name: str) -> InputPort:
        """The input port of that name; KeyError when there is none."""
        return self._inputs[name]

    def get_output(self, name: str) -> OutputPort:
        """The output port of that name; KeyError when there is none."""
        return self._outputs[name]

    def get_param(self, name: str) -> Param:
        """The parameter of that name; KeyError when there is none."""
        return self._params[name]

    def run_after(self, node: Node) -> None:
        """Let this node start only when ``node`` has ended."""
        prefix = ModuleDef.fake_input_prefix
        earlier = [port.incoming_edge for name, port in self._inputs.items() if name.startswith(prefix)]
        if any(edge is not None and edge.source_port.node is node for edge in earlier):
            return
        output = node._outputs.setdefault(
            ModuleDef.fake_output_name, OutputPort(node, OutputPortDef(ModuleDef.fake_output_name))
        )
        name = f"{prefix}{len(earlier)}"
        self._inputs[name] = InputPort(self, InputPortDef(name))
        self._inputs[name].connect(output)

    def sequence(self, nodes: Sequence[Node]) -> None:
        """Let ``nodes`` run one after another, after this one."""
        self._graph.sequence([self, *nodes])


class ModuleNode(Node):
    """A step in the graph.

    Args:
        graph: The graph that it belongs to.
        node_id: Unique in the graph.
        name: Name of the step.
        module: Accepted and not used.
        module_builder: What it runs; its definition says which ports and parameters there are.
        module_wiring: Accepted and not used.
        runconfig: Accepted and not used.
        cloud_settings: Accepted and not used.
        regenerate_outputs: Accepted and not used.

    Raises:
        InvalidInputError: No module builder is given.
    """

    def __init__(
        self,
        graph: Graph,
        node_id: str,
        name: str | None = None,
        module: object = None,
        module_builder: ModuleBuilder | None = None,
        module_wiring: object = None,
        runconfig: object = None,
        cloud_settings: object = None,
        regenerate_outputs: bool | None = None,
    ) -> None:
        del module, module_wiring, runconfig, cloud_settings, regenerate_outputs
        if module_builder is None:
            rule = "A step's node needs a module builder."
            raise InvalidInputError(rule, received=None, remedy="Build the node with the step's create_node.")
        super().__init__(graph, node_id, name, module_builder=module_builder)
        self._built: ModuleBuilder = module_builder
        self._bindings: dict[str, InputPortBinding] = {}  # for each input port what is bound to it
        definition = module_builder.module_def
        self._inputs = {port.name: InputPort(self, port) for port in definition.input_port_defs or ()}
        self._outputs = {port.name: OutputPort(self, port) for port in definition.output_port_defs or ()}
        self._params = {param.name: Param(param) for param in definition.param_defs or ()}

    @property
    def module_def(self) -> ModuleDef:
        """What it runs, as v1 describes it."""
        return self._built.module_def

    def set_param(self, definition: ParamDef, value: object) -> None:
        """Give a parameter a value, adding the parameter when the module has none of that name."""
        self._params.setdefault(definition.name, Param(definition)).set_value(value)


class DataSourceNode(Node):
    """Data from outside: a data reference or a dataset input.

    Args:
        graph: The graph that it belongs to.
        node_id: Unique in the graph.
        name: For people.
        datasource: What it is.
        datasource_builder: Accepted and not used.
        datapath_param_name: Accepted and not used; what follows a parameter knows it itself.
    """

    def __init__(
        self,
        graph: Graph,
        node_id: str,
        name: str | None = None,
        datasource: object = None,
        datasource_builder: object = None,
        datapath_param_name: str | None = None,
    ) -> None:
        del datasource_builder, datapath_param_name
        super().__init__(graph, node_id, name, datasource=datasource)
        self._outputs = {DATA_PORT: OutputPort(self, OutputPortDef(DATA_PORT))}
