"""Graph: nodes, ports and edges by hand."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.pipeline.graph import Graph, upstream_ids
from hyperstep.azureml_v1.pipeline.modules import ModuleDef
from hyperstep.azureml_v1.pipeline.nodes import DataSourceNode, ModuleNode
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.steps.python_script_step import PythonScriptStep
from hyperstep.errors import InvalidInputError, UnsupportedError


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


def test_a_node_says_what_it_is(graph: Graph, workspace: Workspace) -> None:
    [writer] = graph.node_name_dict["a"]
    assert writer.module_def is not None
    assert (writer.module_def.name, writer.module_def.step_type, writer.datasource_def) == (
        "a",
        "PythonScriptStep",
        None,
    )
    data = graph.add_datasource_node("data", "anything", datapath_param_name="p")
    assert (data.module_def, data.datasource_def, data.get_output("data").name) == (None, "anything", "data")
    assert DataSourceNode(graph, "id").name == "id"
    with pytest.raises(InvalidInputError, match="create_node"):
        ModuleNode(graph, "id", "name")
    assert workspace.name == "local"


def test_a_port_says_what_flows_through_it(graph: Graph) -> None:
    port = graph.node_name_dict["b"][0].get_input("here")
    output = graph.node_name_dict["a"][0].get_output("port")
    assert (port.data_types, port.additional_transformations, port.overwrite) == (["AnyFile"], None, None)
    assert (output.dataset_output, output.dataset_registration, output.data_type) == (None, None, None)


def test_a_module_can_have_ports_of_mere_order() -> None:
    module = ModuleDef("a", runconfig="any")
    before = module.calculate_hash()
    assert [module.add_fake_sequencing_input_port().name for _ in "ab"] == ["_run_after_input_0", "_run_after_input_1"]
    assert (len(module.input_port_defs or ()), module.runconfig, module.cloud_settings) == (2, "any", None)
    assert module.calculate_hash() != before


def test_finalizing_tells_of_each_step_whether_it_is_made_anew(graph: Graph) -> None:
    found = graph.finalize(dry_run=True)
    assert set(found) == {node.node_id for node in graph.module_nodes}
    assert [anew for _, anew in found.values()] == [False] * 3
    assert all(anew for _, anew in graph.finalize(regenerate_outputs=True).values())


def test_a_graph_as_plain_data_has_its_steps(graph: Graph) -> None:
    content: Any = graph.generate_yaml()
    assert [step["name"] for step in content["spec"]["steps"]] == ["a", "b", "c"]


def test_a_graph_is_not_submitted_below_a_run(graph: Graph) -> None:
    with pytest.raises(UnsupportedError, match="parent_run_id"):
        graph.submit(parent_run_id="x")
