"""From a graph to the engine's pipeline."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.core.compute import AmlCompute, ComputeTarget
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.data_reference import DataReference
from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
from hyperstep.azureml_v1.data.file_dataset import FileDataset
from hyperstep.azureml_v1.pipeline.bindings import OutputPortBinding
from hyperstep.azureml_v1.pipeline.context import GraphContext
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.port_data_reference import PortDataReference
from hyperstep.azureml_v1.pipeline.step_sequence import StepSequence
from hyperstep.azureml_v1.pipeline.steps.hyper_drive_step import HyperDriveStep
from hyperstep.azureml_v1.pipeline.steps.python_script_step import PythonScriptStep
from hyperstep.azureml_v1.pipeline.training_output import TrainingOutput
from hyperstep.azureml_v1.pipeline.translation import translate_graph
from hyperstep.azureml_v1.train.expressions import uniform
from hyperstep.azureml_v1.train.goal import PrimaryMetricGoal
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
from hyperstep.azureml_v1.train.policies import BanditPolicy
from hyperstep.azureml_v1.train.sampling import RandomParameterSampling
from hyperstep.errors import UnsupportedError
from hyperstep.pipeline.spec import DataMode, DatastorePaths, PipelineSpec, StepOutput, TrainingKind, TrainingSpec
from hyperstep.sweep.config import SweepConfig


def _script(name: str = "a", **settings: Any) -> PythonScriptStep:
    return PythonScriptStep("train.py", name=name, source_directory="src", **settings)


def _spec(workspace: Workspace, steps: Any, values: dict[str, object] | None = None, **settings: Any) -> PipelineSpec:
    return translate_graph(Pipeline(workspace, steps).graph, workspace, values or {}, **settings)


def _random(arguments: Any = None, **settings: Any) -> HyperDriveConfig:
    return HyperDriveConfig(
        RandomParameterSampling({"--c": uniform(0, 1)}, **settings),
        "accuracy",
        PrimaryMetricGoal.MINIMIZE,
        max_total_runs=6,
        max_concurrent_runs=2,
        max_duration_minutes=90,
        policy=BanditPolicy(evaluation_interval=2, slack_factor=0.1),
        run_config=ScriptRunConfig("src", "train.py", arguments=arguments),
    )


def test_equal_pipelines_have_equal_specs(workspace: Workspace, dataset: FileDataset, sweep: HyperDriveConfig) -> None:
    def build() -> PipelineSpec:
        model = PipelineData("model")
        tune = HyperDriveStep("tune", sweep, inputs=[dataset.as_named_input("digits").as_mount()], outputs=[model])
        use = _script("use", inputs=[model], arguments=[model])
        use.run_after(tune)
        return _spec(workspace, [tune, use])

    assert build() == build()


def test_data_of_another_step_is_an_input(workspace: Workspace) -> None:
    data = PipelineData("data", output_name="port")
    spec = _spec(workspace, [_script("w", outputs=[data]), _script("r", inputs=[data.as_download("here", "in")])])
    [port] = spec.steps[1].inputs
    assert port.source == StepOutput(step=spec.steps[0].id, output="port")
    assert (port.name, port.mode, port.path_on_compute) == ("here", DataMode.DOWNLOAD, "in")
    assert (port.placeholder, port.variable) == ("$AZUREML_DATAREFERENCE_data", "AZUREML_DATAREFERENCE_data")


def test_outputs_say_where_how_and_under_which_name(workspace: Workspace) -> None:
    data = PipelineData("data", output_name="port", output_mode="upload", pipeline_output_name="result")
    [output] = _spec(workspace, [_script(outputs=[data])]).steps[0].outputs
    assert (output.name, output.datastore, output.mode) == ("port", "workspaceblobstore", DataMode.UPLOAD)
    assert (output.placeholder, output.pipeline_output_name) == ("$AZUREML_DATAREFERENCE_data", "result")
    assert (output.training, output.is_directory) == (None, False)


def test_is_directory_creates_nothing(workspace: Workspace) -> None:
    data = PipelineData("data", is_directory=True)
    assert not _spec(workspace, [_script(outputs=[data])]).steps[0].outputs[0].is_directory


def test_a_data_reference_and_a_dataset_are_inputs_from_datastores(workspace: Workspace, dataset: FileDataset) -> None:
    reference = DataReference(workspace.get_default_datastore(), "raw", "data/raw", mode="download")
    named = dataset.as_named_input("digits").as_mount()
    step = _script(inputs=[reference], arguments=[reference, named])
    spec = _spec(workspace, [step]).steps[0]
    assert spec.code.arguments == ("$AZUREML_DATAREFERENCE_raw", "DatasetConsumptionConfig:digits")
    raw, digits = spec.inputs
    assert raw.source == DatastorePaths((("workspaceblobstore", "data/raw"),))
    assert (raw.mode, raw.variable) == (DataMode.DOWNLOAD, "AZUREML_DATAREFERENCE_raw")
    assert isinstance(digits.source, DatastorePaths)
    assert digits.source.paths == (("workspaceblobstore", "data"),)
    assert (digits.mode, digits.variable, digits.placeholder) == (
        DataMode.MOUNT,
        "digits",
        "DatasetConsumptionConfig:digits",
    )


def test_the_output_of_an_earlier_run_is_an_input(workspace: Workspace) -> None:
    reference = DataReference(workspace.get_default_datastore(), "model", "azureml/run/model")
    earlier = PortDataReference(GraphContext(workspace), "run", reference)
    step = _script(inputs=[earlier.as_download("old")], arguments=[earlier])
    [port] = _spec(workspace, [step]).steps[0].inputs
    assert port.source == DatastorePaths((("workspaceblobstore", "azureml/run/model"),))
    assert (port.name, port.mode, port.placeholder) == ("old", DataMode.DOWNLOAD, "$AZUREML_DATAREFERENCE_model")


def test_the_same_dataset_input_among_arguments_and_inputs_is_one_input(
    workspace: Workspace, dataset: FileDataset
) -> None:
    named = dataset.as_mount()
    step = HyperDriveStep("tune", _random(["--data", named]), inputs=[named])
    spec = _spec(workspace, [step]).steps[0]
    assert [port.name for port in spec.inputs] == [named.name]
    assert spec.code.arguments == ("--data", f"DatasetConsumptionConfig:{named.name}")


def test_order_without_data_is_run_after(workspace: Workspace) -> None:
    first, second, third = _script("a"), _script("b"), _script("c")
    third.run_after(first)
    spec = _spec(workspace, StepSequence([first, [second, third]]))
    a, b, c = spec.steps
    assert (a.run_after, b.run_after, c.run_after) == ((), (a.id,), (a.id,))


def test_training_outputs_say_what_of_the_sweep_they_are(workspace: Workspace) -> None:
    metrics = PipelineData("metrics")
    model = OutputPortBinding(
        "model", training_output=TrainingOutput("Model", metric="loss", model_file="outputs/m.pkl")
    )
    step = HyperDriveStep("tune", _random(), outputs=[model], metrics_output=metrics)
    outputs = {output.name: output.training for output in _spec(workspace, [step]).steps[0].outputs}
    assert outputs == {
        "metrics": TrainingSpec(TrainingKind.METRICS),
        "model": TrainingSpec(TrainingKind.MODEL, "outputs/m.pkl", "loss"),
    }


def test_a_sweeps_definition_is_the_engines(workspace: Workspace) -> None:
    step = HyperDriveStep("tune", _random(properties={"seed": 7}), version="2", allow_reuse=False)
    spec = _spec(workspace, [step]).steps[0]
    assert spec.tuning is not None
    assert spec.tuning.seed_given
    config = SweepConfig.from_json(dict(spec.tuning.config))
    assert config.to_json() == spec.tuning.config
    limits = config.limits
    assert (limits.max_total, limits.max_concurrent, limits.max_duration_s) == (6, 2, 5400)
    assert spec.tuning.config["sampler"]["seed"] == 7  # type: ignore[index,call-overload]
    assert (spec.version, spec.allow_reuse, spec.kind) == ("2", False, "HyperDriveStep")


def test_a_seed_that_nobody_gave_is_drawn_anew_at_each_submission(workspace: Workspace) -> None:
    graph = Pipeline(workspace, [HyperDriveStep("tune", _random())]).graph
    drawn = [translate_graph(graph, workspace, {}).steps[0].tuning for _ in range(2)]
    assert all(tuning is not None and not tuning.seed_given for tuning in drawn)
    assert drawn[0] != drawn[1]


def test_a_change_to_the_folder_after_the_pipeline_was_built_does_not_count(
    workspace: Workspace, tmp_path: Any
) -> None:
    graph = Pipeline(workspace, [_script()]).graph
    before = translate_graph(graph, workspace, {})
    (tmp_path / "project" / "src" / "train.py").write_text("print(2)", encoding="utf-8")
    assert translate_graph(graph, workspace, {}) == before
    assert _spec(workspace, [_script()]) != before


def test_parameters_carry_their_values_as_text(workspace: Workspace) -> None:
    rate = PipelineParameter("learning rate", 0.5)
    spec = _spec(workspace, [_script(arguments=["--lr", rate])], {"learning rate": 0.25})
    assert spec.parameters == {"learning_rate": "0.25"}
    assert spec.steps[0].parameters == ("learning_rate",)
    assert spec.steps[0].code.arguments == ("--lr", "$AML_PARAMETER_learning_rate")


def test_two_parameters_that_would_share_a_variable_are_refused(workspace: Workspace) -> None:
    arguments = [PipelineParameter("a b", 1), PipelineParameter("a_b", 1)]
    with pytest.raises(Exception, match="AML_PARAMETER_a_b"):
        _spec(workspace, [_script(arguments=arguments)])


def test_a_dataset_parameter_is_replaced_by_the_value_given(workspace: Workspace, dataset: FileDataset) -> None:
    datastore = workspace.get_default_datastore()
    (datastore.folder / "other").mkdir()
    other = FileDataset((dataset.paths[0]._replace(path="other"),), workspace)
    parameter = PipelineParameter("data", dataset)
    step = _script(inputs=[DatasetConsumptionConfig("digits", parameter, "mount")])
    pipeline = Pipeline(workspace, [step])
    assert pipeline.graph.params == {"data": parameter}
    for values, path in (({}, "data"), ({"data": other}, "other")):
        [port] = translate_graph(pipeline.graph, workspace, values).steps[0].inputs
        assert isinstance(port.source, DatastorePaths)
        assert port.source.paths == (("workspaceblobstore", path),)


def test_the_target_and_its_nodes_are_told(workspace: Workspace) -> None:
    ComputeTarget.create(workspace, "cluster", AmlCompute.provisioning_configuration("small", max_nodes=3))
    for target in ("cluster", ComputeTarget(workspace, "cluster")):
        spec = _spec(workspace, [_script(compute_target=target)]).steps[0]
        assert (spec.target, spec.nodes) == ("cluster", 3)


def test_the_options_of_the_submission_are_told(workspace: Workspace) -> None:
    spec = _spec(
        workspace, [_script()], continue_on_step_failure=True, regenerate_outputs=True, description="for people"
    )
    assert (spec.continue_on_step_failure, spec.regenerate_outputs, spec.description) == (True, True, "for people")


@pytest.mark.parametrize("mode", ["hdfs", "link"])
def test_output_modes_that_do_not_exist_here_are_refused(workspace: Workspace, mode: str) -> None:
    with pytest.raises(UnsupportedError, match=mode):
        _spec(workspace, [_script(outputs=[OutputPortBinding("out", bind_mode=mode)])])
