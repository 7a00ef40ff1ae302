"""The ports of a graph's nodes, the edges between them, and the parameters of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.pipeline.port_definitions import InputPortDef, OutputPortDef, ParamDef

if TYPE_CHECKING:
    from hyperstep.azureml_v1.pipeline.nodes import Node


class Edge:
    """Data (or only order) that flows from an output port to an input port."""

    def __init__(self, source_port: OutputPort, dest_port: InputPort) -> None:
        self._source_port = source_port
        self._dest_port = dest_port

    @property
    def source_port(self) -> OutputPort:
        """Where it begins."""
        return self._source_port

    @property
    def dest_port(self) -> InputPort:
        """Where it ends."""
        return self._dest_port


class InputPort:
    """An input of a node; at most one edge ends in it."""

    bind_mode: str | None = None
    """How the data reaches the step."""
    data_reference_name: str = ""
    """Name of the variable that holds the data's path, without its fixed beginning."""
    path_on_compute: str | None = None
    """Where the data is to lie on the machine that runs the step."""
    overwrite: bool | None = None
    """Whether files that lie there already are replaced."""

    def __init__(self, node: Node, input_port_def: InputPortDef) -> None:
        self._node = node
        self._definition = input_port_def
        self._incoming_edge: Edge | None = None
        self.bind_mode = input_port_def.default_datastore_mode
        self.data_reference_name = input_port_def.default_data_reference_name or input_port_def.name
        self.path_on_compute = input_port_def.default_path_on_compute
        self.overwrite = input_port_def.default_overwrite

    @property
    def node(self) -> Node:
        """The node that it belongs to."""
        return self._node

    @property
    def name(self) -> str:
        """Unique among the node's inputs."""
        return self._definition.name

    @property
    def input_port_def(self) -> InputPortDef:
        """What the module says about it."""
        return self._definition

    @property
    def data_types(self) -> list[str]:
        """Types of data that it takes, for people to read."""
        return list(self._definition.data_types or ())

    @property
    def additional_transformations(self) -> object:
        """Transformations of the data; never any here."""
        return self._definition.additional_transformations

    @property
    def incoming_edge(self) -> Edge | None:
        """The edge that ends here."""
        return self._incoming_edge

    def connect(self, source_port: OutputPort) -> Edge:
        """Let an edge from ``source_port`` end here, instead of the present one."""
        self._incoming_edge = Edge(source_port, self)
        return self._incoming_edge

    def disconnect(self) -> None:
        """Remove the edge that ends here."""
        self._incoming_edge = None


class OutputPort:
    """An output of a node; any number of edges begin in it."""

    bind_mode: str | None = None
    """How the data leaves the step."""
    datastore_name: str | None = None
    """Where it is kept."""
    path_on_compute: str | None = None
    """Where the step writes on its machine."""
    overwrite: bool | None = None
    """Whether files that exist are replaced."""
    pipeline_output_name: str | None = None
    """Under which the pipeline run hands it out."""
    dataset_output: Any = None
    """The OutputDatasetConfig that it is, if any."""
    dataset_registration: Any = None
    """Under which name it is registered, if any."""

    def __init__(self, node: Node, output_port_def: OutputPortDef) -> None:
        self._node = node
        self._definition = output_port_def
        self.bind_mode = output_port_def.default_datastore_mode
        self.datastore_name = output_port_def.default_datastore_name
        self.path_on_compute = output_port_def.default_path_on_compute
        self.overwrite = output_port_def.default_overwrite
        self.dataset_output = output_port_def.dataset_output
        self.dataset_registration = output_port_def.dataset_registration
        self._data_name = output_port_def.name

    @property
    def node(self) -> Node:
        """The node that it belongs to."""
        return self._node

    @property
    def name(self) -> str:
        """Unique among the node's outputs."""
        return self._definition.name

    @property
    def data_type(self) -> str | None:
        """Type of the data, for people to read."""
        return self._definition.data_type

    @property
    def output_port_def(self) -> OutputPortDef:
        """What the module says about it."""
        return self._definition

    def connect(self, dest_port: InputPort) -> Edge:
        """Let an edge from here end in ``dest_port``."""
        return dest_port.connect(self)


class Param:
    """A parameter of a node: its definition, and a value that may be a PipelineParameter."""

    def __init__(self, param_def: ParamDef) -> None:
        self.param_def = param_def
        self._value: Any = param_def.default_value

    @property
    def name(self) -> str:
        """Unique among the node's parameters."""
        return self.param_def.name

    def set_value(self, param_value: Any) -> None:  # noqa: ANN401 - any value, or a PipelineParameter
        """Give it a value instead of the default."""
        self._value = param_value

    def get_value(self) -> Any:  # noqa: ANN401 - see set_value
        """The value given, else the default."""
        return self._value
