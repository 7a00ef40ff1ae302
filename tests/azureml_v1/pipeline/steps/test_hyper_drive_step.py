"""HyperDriveStep: every check of its constructor, the metrics output, and the node that it becomes."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.data_reference import DataReference
from hyperstep.azureml_v1.data.file_dataset import FileDataset
from hyperstep.azureml_v1.pipeline.bindings import OutputPortBinding
from hyperstep.azureml_v1.pipeline.context import GraphContext
from hyperstep.azureml_v1.pipeline.graph import Graph
from hyperstep.azureml_v1.pipeline.nodes import ModuleNode
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.steps.hyper_drive_step import HyperDriveStep
from hyperstep.azureml_v1.pipeline.training_output import TrainingOutput
from hyperstep.azureml_v1.train.estimator import Estimator
from hyperstep.azureml_v1.train.expressions import choice
from hyperstep.azureml_v1.train.goal import PrimaryMetricGoal
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
from hyperstep.azureml_v1.train.sampling import GridParameterSampling, RandomParameterSampling

UNSET: Any = object()


def _sweep(**subject: Any) -> HyperDriveConfig:
    space = GridParameterSampling({"--c": choice(1, 2)})
    return HyperDriveConfig(space, "accuracy", PrimaryMetricGoal.MAXIMIZE, 2, **subject)


def _scripted(arguments: Any = UNSET) -> HyperDriveConfig:
    given = {} if arguments is UNSET else {"arguments": arguments}
    return _sweep(run_config=ScriptRunConfig("src", "train.py", **given))


def _estimated(**settings: Any) -> HyperDriveConfig:
    return _sweep(estimator=Estimator("src", entry_script="train.py", compute_target="local", **settings))


@pytest.mark.parametrize("name", [None, 3, b"text"])
def test_the_name_is_a_text(name: Any) -> None:
    with pytest.raises(ValueError, match="has a name"):
        HyperDriveStep(name, _scripted())


@pytest.mark.parametrize("config", [None, "config", 3])
def test_the_config_is_a_hyperdrive_config_and_the_message_has_the_type(config: Any) -> None:
    with pytest.raises(ValueError, match=type(config).__name__):
        HyperDriveStep("tune", config)


def test_a_config_with_a_pipeline_is_refused(workspace: Workspace) -> None:
    with pytest.warns(UserWarning, match="preview"):
        config = HyperDriveConfig(
            GridParameterSampling({}), "accuracy", PrimaryMetricGoal.MAXIMIZE, 2, pipeline=Pipeline(workspace, [])
        )
    with pytest.raises(ValueError, match="pipeline="):
        HyperDriveStep("tune", config)


def test_an_estimator_with_script_params_is_refused() -> None:
    with pytest.raises(ValueError, match="script_params"):
        HyperDriveStep("tune", _estimated(script_params={"--n": 3}), estimator_entry_script_arguments=[])


def test_an_estimator_with_data_references_is_refused(workspace: Workspace) -> None:
    config = _estimated(inputs=[DataReference(workspace.get_default_datastore(), "data")])
    with pytest.raises(ValueError, match="data_references"):
        HyperDriveStep("tune", config, estimator_entry_script_arguments=[])


def test_an_estimator_needs_the_argument_list_of_the_step() -> None:
    with pytest.raises(ValueError, match="estimator_entry_script_arguments"):
        HyperDriveStep("tune", _estimated())


def test_an_empty_list_says_that_an_estimators_script_takes_no_arguments() -> None:
    assert HyperDriveStep("tune", _estimated(), estimator_entry_script_arguments=[])._arguments == []


@pytest.mark.parametrize("arguments", ["--n 3", ("--n", 3), {"--n": 3}])
@pytest.mark.parametrize("make", [_scripted, _estimated])
def test_the_argument_list_of_the_step_is_a_list(make: Any, arguments: Any) -> None:
    with pytest.raises(ValueError, match="is a list"):
        HyperDriveStep("tune", make(), estimator_entry_script_arguments=arguments)


@pytest.mark.parametrize("own", [[], ["--n", 3], "--n 3"])
@pytest.mark.parametrize("step_arguments", [[], ["--m", 4]])
def test_arguments_on_both_sides_are_refused_empty_lists_too(own: Any, step_arguments: list[Any]) -> None:
    with pytest.raises(ValueError, match="given once"):
        HyperDriveStep("tune", _scripted(own), estimator_entry_script_arguments=step_arguments)


@pytest.mark.parametrize("own", [("--n", 3), 3, {"--n": 3}])
def test_script_arguments_of_another_type_are_refused(own: Any) -> None:
    with pytest.raises(ValueError, match="a list or one text"):
        HyperDriveStep("tune", _scripted(own))


@pytest.mark.parametrize(
    ("own", "step_arguments", "expected"),
    [
        (UNSET, None, []),
        (UNSET, ["--m", 4], ["--m", 4]),
        (["--n", 3], None, ["--n", 3]),
        ("--n 3", None, ["--n 3"]),
    ],
)
def test_the_arguments_of_one_side_hold_and_a_text_stays_one_argument(
    own: Any, step_arguments: Any, expected: list[Any]
) -> None:
    step = HyperDriveStep("tune", _scripted(own), estimator_entry_script_arguments=step_arguments)
    assert step._arguments == expected


def test_two_parameters_of_one_name_and_different_defaults_are_an_error() -> None:
    arguments = [PipelineParameter("n", 1), PipelineParameter("n", 2)]
    with pytest.raises(Exception, match="one default") as caught:
        HyperDriveStep("tune", _scripted(arguments))
    assert not isinstance(caught.value, ValueError)


def test_an_input_named_like_an_output_is_refused() -> None:
    with pytest.raises(ValueError, match="different names"):
        HyperDriveStep("tune", _scripted(), inputs=[PipelineData("a")], outputs=[PipelineData("a")])


@pytest.mark.parametrize("output", ["metrics", 3, TrainingOutput("Metrics")])
def test_a_metrics_output_of_another_type_is_refused(output: Any) -> None:
    with pytest.raises(ValueError, match="metrics_output"):
        HyperDriveStep("tune", _scripted(), metrics_output=output)


@pytest.mark.parametrize("make", [PipelineData, OutputPortBinding])
def test_the_given_metrics_output_is_marked_and_added_to_the_given_outputs(make: Any) -> None:
    given = make("metrics", training_output=TrainingOutput("Model", model_file="m"))
    outputs: list[Any] = []
    HyperDriveStep("tune", _scripted(), outputs=outputs, metrics_output=given)
    assert outputs == [given]
    assert given._training_output.type == "Metrics"


def test_of_a_data_reference_as_metrics_output_name_mode_and_place_on_the_machine_are_kept(
    workspace: Workspace,
) -> None:
    datastore = workspace.get_default_datastore()
    reference = DataReference(datastore, "metrics", "some/path", "upload", "here", overwrite=True)
    outputs: list[Any] = []
    HyperDriveStep("tune", _scripted(), outputs=outputs, metrics_output=reference)
    binding = outputs[0]
    assert (binding.name, binding.bind_mode, binding.path_on_compute) == ("metrics", "upload", "here")
    assert (binding.datastore, binding.overwrite, binding.training_output.type) == (datastore, True, "Metrics")


def test_a_data_reference_to_download_is_no_metrics_output(workspace: Workspace) -> None:
    reference = DataReference(workspace.get_default_datastore(), "metrics", "some/path", "download")
    with pytest.raises(ValueError, match="mount, upload, hdfs, link"):
        HyperDriveStep("tune", _scripted(), metrics_output=reference)


def test_the_metrics_output_is_checked_before_the_ports_are() -> None:
    with pytest.raises(ValueError, match="metrics_output"):
        HyperDriveStep("tune", _scripted(), inputs=["wrong"], metrics_output="wrong")  # type: ignore[arg-type]


def test_the_same_dataset_input_among_arguments_and_inputs_counts_once(dataset: FileDataset) -> None:
    named = dataset.as_mount()
    inputs: list[Any] = [named]
    HyperDriveStep("tune", _scripted(["--data", named]), inputs=inputs)
    assert inputs == [named]


def test_the_node_carries_v1s_parameters(context: GraphContext) -> None:
    node = _node(HyperDriveStep("tune", _scripted(["--n", PipelineParameter("n", 3)])), context)
    values = {name: param.get_value() for name, param in node.params.items()}
    assert values["PrimaryMetricGoal"] == "maximize"
    assert values["PrimaryMetricName"] == "accuracy"
    assert values["Arguments"] == "USE_STRUCTURED_ARGUMENTS"
    assert values["n"].default_value == 3
    dto = json.loads(values["HyperDriveRunConfig"])
    assert (dto["max_total_jobs"], dto["max_concurrent_jobs"], dto["name"]) == (2, 2, "placeholder")
    assert "name" not in json.loads(values["HDReuseHashableRunConfig"])


def test_without_arguments_there_is_no_such_parameter(context: GraphContext) -> None:
    assert "Arguments" not in _node(HyperDriveStep("tune", _scripted()), context).params


def test_the_steps_own_parameters_replace_those_of_the_same_name(context: GraphContext) -> None:
    node = _node(HyperDriveStep("tune", _scripted([PipelineParameter("PrimaryMetricName", "x")])), context)
    assert node.get_param("PrimaryMetricName").get_value() == "accuracy"


def test_a_subclass_may_override_create_node_and_call_super(workspace: Workspace) -> None:
    class Watched(HyperDriveStep):
        """Keeps the node that it made."""

        def create_node(self, graph: Graph, default_datastore: Any, context: GraphContext) -> ModuleNode:
            self.made = super().create_node(graph, default_datastore, context)
            return self.made

    step = Watched("tune", _scripted())
    graph = Pipeline(workspace, [step]).graph
    assert graph.module_nodes == [step.made]
    assert step.made.module_def.step_type == "Watched"
    assert step.made.module_def.module_execution_type == "HyperDriveCloud"


def test_a_missing_script_is_named_when_the_node_is_made(context: GraphContext) -> None:
    config = _sweep(run_config=ScriptRunConfig("src", "trian.py"))
    with pytest.raises(ValueError, match=r"trian\.py") as caught:
        _node(HyperDriveStep("tune", config), context)
    assert "train.py" in str(caught.value)


def test_a_space_that_cannot_be_sampled_is_refused_when_the_node_is_made(context: GraphContext) -> None:
    config = HyperDriveConfig(
        RandomParameterSampling({"--c": ["quniform", [0, 1, 0]]}),
        "accuracy",
        PrimaryMetricGoal.MAXIMIZE,
        2,
        run_config=ScriptRunConfig("src", "train.py"),
    )
    with pytest.raises(Exception, match="q"):
        _node(HyperDriveStep("tune", config), context)


def test_the_hash_of_its_module_follows_what_is_tuned(context: GraphContext) -> None:
    def digest(*options: int) -> str:
        space = GridParameterSampling({"--c": choice(*options)})
        script = ScriptRunConfig("src", "train.py")
        config = HyperDriveConfig(space, "accuracy", PrimaryMetricGoal.MAXIMIZE, 2, run_config=script)
        return _node(HyperDriveStep("tune", config), context).module_def.calculate_hash()

    assert digest(1, 2) == digest(1, 2)
    assert digest(1, 2) != digest(1, 3)


def _node(step: HyperDriveStep, context: GraphContext) -> ModuleNode:
    return step.create_node(Graph("g", context), context.workspace.get_default_datastore(), context)


def test_the_old_keyword_is_taken_with_a_warning_and_the_signature_is_the_new_one() -> None:
    config = _scripted()
    with pytest.warns(UserWarning, match="old name of hyperdrive_config"):
        step = HyperDriveStep(name="tune", hyperdrive_run_config=config, inputs=[])  # type: ignore[call-arg]
    assert step._hyperdrive_config is config
    assert list(inspect.signature(HyperDriveStep).parameters)[:3] == [
        "name",
        "hyperdrive_config",
        "estimator_entry_script_arguments",
    ]


def test_the_old_keyword_beside_the_new_one_is_refused() -> None:
    with pytest.raises(ValueError, match="one of them"):
        HyperDriveStep("tune", hyperdrive_config=_scripted(), hyperdrive_run_config=_scripted())  # type: ignore[call-arg]


def test_a_subclass_hands_the_old_keyword_on() -> None:
    class Mine(HyperDriveStep):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__("mine", **kwargs)

    with pytest.warns(UserWarning, match="old name"):
        step = Mine(hyperdrive_run_config=_scripted())
    assert (step.name, step.step_type) == ("mine", "Mine")
