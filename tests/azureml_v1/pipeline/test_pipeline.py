"""Pipeline: which steps it has, in which order, and what it refuses when it is constructed and submitted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.azureml_v1.pipeline.graph import upstream_ids
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.step_sequence import StepSequence
from hyperstep.azureml_v1.pipeline.steps.hyper_drive_step import HyperDriveStep
from hyperstep.azureml_v1.pipeline.steps.python_script_step import PythonScriptStep
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
from hyperstep.errors import UnsupportedError


def _step(
    name: str, inputs: list[Any] | None = None, outputs: list[Any] | None = None, **more: Any
) -> PythonScriptStep:
    return PythonScriptStep("train.py", name=name, inputs=inputs, outputs=outputs, source_directory="src", **more)


def _order(pipeline: Pipeline) -> dict[str, set[str]]:
    """For each step the names of those it waits for."""
    nodes = pipeline.graph.module_nodes
    names = {node.node_id: node.name for node in nodes}
    return {node.name: {names[up] for up in upstream_ids(node) if up in names} for node in nodes}


def test_no_steps_are_an_empty_graph(workspace: Workspace) -> None:
    assert Pipeline(workspace, []).graph.nodes == []


def test_a_single_step_needs_no_list(workspace: Workspace) -> None:
    assert _order(Pipeline(workspace, _step("a"))) == {"a": set()}


def test_steps_of_a_list_run_side_by_side_however_nested(workspace: Workspace) -> None:
    assert _order(Pipeline(workspace, [_step("a"), [_step("b"), [_step("c")]]])) == {"a": set(), "b": set(), "c": set()}


def test_pipeline_data_among_the_steps_stands_for_its_producer(workspace: Workspace) -> None:
    data = PipelineData("data")
    _step("a", outputs=[data])
    assert _order(Pipeline(workspace, [data])) == {"a": set()}


@pytest.mark.parametrize("make", [lambda s: (s,), lambda _: "a", lambda s: {s}, lambda _: 3, lambda _: None])
def test_anything_else_among_the_steps_is_not_implemented(
    workspace: Workspace, make: Callable[[PythonScriptStep], Any]
) -> None:
    with pytest.raises(NotImplementedError, match="in a list"):
        Pipeline(workspace, make(_step("a")))


def test_a_step_listed_twice_is_one_node(workspace: Workspace) -> None:
    step = _step("a")
    assert len(Pipeline(workspace, [step, [step]]).graph.nodes) == 1


def test_two_steps_of_one_name_are_two_nodes(workspace: Workspace) -> None:
    graph = Pipeline(workspace, [_step("a"), _step("a")]).graph
    assert [node.name for node in graph.nodes] == ["a", "a"]
    assert len(graph.node_name_dict["a"]) == 2


def test_every_item_of_a_series_waits_for_all_of_the_one_before(workspace: Workspace) -> None:
    series = StepSequence([_step("a"), [_step("b"), _step("c")], StepSequence([_step("d"), _step("e")])])
    assert _order(Pipeline(workspace, series)) == {
        "a": set(),
        "b": {"a"},
        "c": {"a"},
        "d": {"b", "c"},
        "e": {"b", "c", "d"},
    }


def test_steps_that_data_comes_from_are_added(workspace: Workspace) -> None:
    first, second = PipelineData("first"), PipelineData("second")
    _step("a", outputs=[first])
    _step("b", inputs=[first.as_download("other")], outputs=[second])
    assert _order(Pipeline(workspace, [_step("c", inputs=[second])])) == {"a": set(), "b": {"a"}, "c": {"b"}}


def test_steps_that_a_step_runs_after_are_added(workspace: Workspace) -> None:
    first, second = _step("a"), _step("b")
    second.run_after(first)
    assert _order(Pipeline(workspace, second)) == {"b": {"a"}, "a": set()}


def test_without_closure_a_step_that_is_not_listed_is_a_value_error(workspace: Workspace) -> None:
    data = PipelineData("data")
    _step("producer", outputs=[data])
    with pytest.raises(ValueError, match="producer"):
        Pipeline(workspace, [_step("b", inputs=[data])], resolve_closure=False)


def test_data_that_no_step_writes_is_a_value_error(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="not connected"):
        Pipeline(workspace, [_step("b", inputs=[PipelineData("orphan")])])


def test_an_output_of_two_steps_is_a_value_error_of_the_pipeline(workspace: Workspace) -> None:
    data = PipelineData("data")
    steps = [_step("a", outputs=[data]), _step("b", outputs=[data])]
    with pytest.raises(ValueError, match="'a' and 'b'"):
        Pipeline(workspace, steps)


def test_a_pipeline_output_name_used_twice_is_a_value_error(workspace: Workspace) -> None:
    outputs = [PipelineData(name, pipeline_output_name="result") for name in ("one", "two")]
    with pytest.raises(ValueError, match="result"):
        Pipeline(workspace, [_step("a", outputs=[outputs[0]]), _step("b", outputs=[outputs[1]])])


def test_parameters_of_one_name_have_one_default_in_the_whole_graph(workspace: Workspace) -> None:
    steps = [_step(str(default), arguments=[PipelineParameter("n", default)]) for default in (1, 2)]
    with pytest.raises(Exception, match="one default") as caught:
        Pipeline(workspace, steps)
    assert not isinstance(caught.value, ValueError)


def test_outputs_are_kept_in_their_own_datastore_else_in_the_pipelines(workspace: Workspace) -> None:
    other = workspace.datastores["workspacefilestore"]
    own = PipelineData("own", datastore=workspace.get_default_datastore())
    graph = Pipeline(workspace, [_step("a", outputs=[own, PipelineData("free")])], default_datastore=other).graph
    places = {port.name: port.datastore_name for port in graph.module_nodes[0].outputs}
    assert places == {"own": "workspaceblobstore", "free": "workspacefilestore"}


@pytest.mark.parametrize("keyword", ["experiment_name", "workflow"])
def test_an_unknown_keyword_is_a_value_error(workspace: Workspace, keyword: str) -> None:
    with pytest.raises(ValueError, match=keyword):
        Pipeline(workspace, [], None, None, None, True, **{keyword: "x"})


def test_enable_email_notification_is_taken(workspace: Workspace) -> None:
    assert Pipeline(workspace, [], enable_email_notification=True).workspace == workspace


def test_a_valid_pipeline_validates_to_nothing_and_tells_its_steps(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline = Pipeline(workspace, [_step("a")])
    assert pipeline.validate() == []
    assert f"a is ready to be created [{pipeline.graph.nodes[0].node_id}]" in capsys.readouterr().out


def test_a_cycle_is_accepted_named_by_validate_and_refused_by_submit(
    workspace: Workspace, experiment: Experiment
) -> None:
    steps = [_step(name) for name in ("one", "two", "three")]
    for earlier, later in zip(steps, [*steps[1:], steps[0]], strict=True):
        later.run_after(earlier)
    pipeline = Pipeline(workspace, steps)
    problems = pipeline.validate()
    assert len(problems) == 1
    assert all(f"'{node.name}' [{node.node_id}]" in problems[0] for node in pipeline.graph.nodes)
    for submit in (lambda: pipeline.submit("digits"), lambda: experiment.submit(pipeline)):
        with pytest.raises(ValueError, match="circle") as caught:
            submit()
        assert all(step.name in str(caught.value) for step in steps)
    assert list(workspace.home.store.roots()) == []


def test_equal_pipelines_have_equal_node_ids_of_eight_hexadecimal_characters(workspace: Workspace) -> None:
    ids = [[node.node_id for node in Pipeline(workspace, [_step("a"), _step("b")]).graph.nodes] for _ in range(2)]
    assert ids[0] == ids[1]
    assert all(len(node_id) == 8 and int(node_id, 16) >= 0 for node_id in ids[0])


def test_submit_refuses_an_unknown_keyword(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="colour"):
        Pipeline(workspace, [_step("a")]).submit("digits", colour="red")


def test_submit_refuses_an_unknown_parameter_and_lists_the_known_ones(workspace: Workspace) -> None:
    pipeline = Pipeline(workspace, [_step("a", arguments=[PipelineParameter("epochs", 3)])])
    with pytest.raises(Exception, match="epoch") as caught:
        pipeline.submit("digits", pipeline_parameters={"epoch": 4})
    assert "epochs" in str(caught.value)
    assert not isinstance(caught.value, ValueError)


def test_a_parent_run_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UnsupportedError, match="parent_run_id"):
        Pipeline(workspace, [_step("a")]).submit("digits", parent_run_id="x")


def test_a_job_submits_no_pipeline(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline, experiment = Pipeline(workspace, [_step("a")]), Experiment(workspace, "digits")
    monkeypatch.setenv("AZUREML_RUN_ID", "HD_1_0")
    monkeypatch.setenv("HYPERSTEP_ATTEMPT_FOLDER", "/anywhere")
    with pytest.raises(UserErrorException, match="driver script"):
        experiment.submit(pipeline)


def test_a_pipeline_from_yaml_says_what_to_do_instead(workspace: Workspace) -> None:
    with pytest.raises(UnsupportedError, match="in Python"):
        Pipeline.load_yaml(workspace, "pipeline.yml")


def test_its_text_names_the_steps(workspace: Workspace) -> None:
    assert repr(Pipeline(workspace, [_step("a")], description="two")) == "Pipeline(Description: two, Steps: [a])"


def test_a_sweep_is_found_through_the_step_that_takes_its_model_and_runs_after_it(
    workspace: Workspace, sweep: HyperDriveConfig
) -> None:
    model = PipelineData("model")
    tune = HyperDriveStep("tune", sweep, outputs=[model])
    register = _step("register", inputs=[model])
    register.run_after(tune)
    assert _order(Pipeline(workspace, [register])) == {"register": {"tune"}, "tune": set()}
