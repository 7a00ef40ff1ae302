"""Graph: nodes, ports and edges by hand."""

from __future__ import annotations

import pytest

from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.pipeline.graph import Graph, upstream_ids
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.steps.python_script_step import PythonScriptStep


@pytest.fixture
def graph(workspace: Workspace) -> Graph:
    """Step ``b`` reads what ``a`` writes; ``c`` stands alone."""
    data = PipelineData("data", output_name="port", pipeline_output_name="result")
    first = PythonScriptStep("train.py", name="a", source_directory="src", outputs=[data])
    second = PythonScriptStep("train.py", name="b", source_directory="src", inputs=[data.as_download("here")])
    third = PythonScriptStep("train.py", name="c", source_directory="src")
    return Pipeline(workspace, [first, second, third]).graph


def test_a_node_shows_its_ports(graph: Graph) -> None:
    writer, reader = graph.node_name_dict["a"][0], graph.node_name_dict["b"][0]
    output, port = writer.get_output("port"), reader.get_input("here")
    assert (output.pipeline_output_name, output.bind_mode, output.datastore_name) == (
        "result",
        "mount",
        "workspaceblobstore",
    )
    assert (port.bind_mode, port.data_reference_name) == ("download", "data")
    with pytest.raises(KeyError):
        reader.get_input("data")


def test_an_edge_joins_two_ports(graph: Graph) -> None:
    [edge] = graph.edges
    assert (edge.source_port.node.name, edge.source_port.name) == ("a", "port")
    assert (edge.dest_port.node.name, edge.dest_port.name) == ("b", "here")


def test_order_is_an_edge_between_hidden_ports_and_drawn_once(graph: Graph) -> None:
    a, c = graph.node_name_dict["a"][0], graph.node_name_dict["c"][0]
    c.run_after(a)
    c.run_after(a)
    assert [port.name for port in c.inputs] == ["_run_after_input_0"]
    assert "_run_after_output" in a.output_dict
    assert upstream_ids(c) == [a.node_id]


def test_nodes_can_be_put_in_a_series(graph: Graph) -> None:
    a, b, c = graph.nodes
    b.sequence([c])
    assert upstream_ids(c) == [b.node_id]
    graph.sequence([c, a])
    assert "cycle" in graph.validate()[0]


def test_an_input_without_an_edge_is_a_problem(graph: Graph) -> None:
    graph.node_name_dict["b"][0].get_input("here").disconnect()
    assert "'here' of step 'b'" in graph.validate()[0]


def test_an_edge_can_be_drawn_anew(graph: Graph) -> None:
    output = graph.node_name_dict["a"][0].get_output("port")
    port = graph.node_name_dict["b"][0].get_input("here")
    port.disconnect()
    assert graph.connect(output, port) is port.incoming_edge
    assert graph.validate() == []


def test_deleting_a_node_removes_its_edges(graph: Graph) -> None:
    node = graph.node_name_dict["a"][0]
    graph.delete_node(node.node_id)
    assert graph.edges == []
    with pytest.raises(KeyError):
        graph.get_node(node.node_id)


def test_the_hash_of_a_module_follows_its_definition(workspace: Workspace) -> None:
    def digest(name: str, allow_reuse: bool, arguments: list[str]) -> str:
        step = PythonScriptStep(
            "train.py", name=name, source_directory="src", arguments=arguments, allow_reuse=allow_reuse
        )
        return Pipeline(workspace, [step]).graph.module_nodes[0].module_def.calculate_hash()

    first = digest("a", True, ["x"])
    assert digest("a", True, ["x"]) == first
    assert len({first, digest("b", True, ["x"]), digest("a", False, ["x"]), digest("a", True, ["y"])}) == 4
