"""Values of other types than a step's constructor asks for: translated, or refused before anything is recorded."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.runconfig import RunConfiguration
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import AzureMLException
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.published_pipeline import PublishedPipeline
from hyperstep.azureml_v1.pipeline.steps.command_step import CommandStep
from hyperstep.azureml_v1.pipeline.steps.estimator_step import EstimatorStep
from hyperstep.azureml_v1.pipeline.steps.hyper_drive_step import HyperDriveStep
from hyperstep.azureml_v1.pipeline.steps.python_script_step import PythonScriptStep
from hyperstep.azureml_v1.pipeline.training_output import TrainingOutput
from hyperstep.azureml_v1.train.estimator import Estimator
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
from hyperstep.codec import from_json
from hyperstep.errors import HyperstepError
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.runtime import submission

VALUES: tuple[Any, ...] = (3, 1.5, None, True, "text", b"bytes", [], [1], (1,), {"a": 1}, {2: [3]}, object())
REFUSALS = (HyperstepError, AzureMLException, TypeError, ValueError, AttributeError)


def _script(_sweep: HyperDriveConfig | None = None, **given: Any) -> PythonScriptStep:
    return PythonScriptStep(**{"script_name": "train.py", "source_directory": "src", **given})


def _command(_sweep: HyperDriveConfig, **given: Any) -> CommandStep:
    return CommandStep(**{"command": "echo 1", "source_directory": "src", **given})


def _estimator(_sweep: HyperDriveConfig, **given: Any) -> EstimatorStep:
    estimator = Estimator("src", entry_script="train.py", compute_target="local")
    whole = {"estimator": estimator, "estimator_entry_script_arguments": [], "compute_target": "local", **given}
    return EstimatorStep(**whole)


def _tuning(sweep: HyperDriveConfig, **given: Any) -> HyperDriveStep:
    return HyperDriveStep(**{"name": "tune", "hyperdrive_config": sweep, **given})


STEPS: dict[type, Callable[..., Any]] = {
    PythonScriptStep: _script,
    CommandStep: _command,
    EstimatorStep: _estimator,
    HyperDriveStep: _tuning,
}
ARGUMENTS = [(make, name) for kind, make in STEPS.items() for name in inspect.signature(kind).parameters]


@pytest.fixture(autouse=True)
def _no_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "start_runner", lambda *_args, **_kwargs: True)


def _recorded(workspace: Workspace, make: Callable[[], Any], **pipeline: Any) -> PipelineSpec | None:
    """What is recorded of a pipeline of one step, as a runner reads it; None where it was refused, without a record."""
    before = len(workspace.home.store.roots())
    try:
        run = Experiment(workspace, "types").submit(Pipeline(workspace, make(), **pipeline))
    except REFUSALS as error:
        assert len(str(error)) < 1_000  # noqa: PT017 - refusing is one of two right answers
        assert len(workspace.home.store.roots()) == before
        return None
    envelope: Any = workspace.home.store.journal(run.id).spec()
    return from_json(PipelineSpec, envelope["spec"])


def _step(workspace: Workspace, make: Callable[[], Any]) -> StepSpec:
    spec = _recorded(workspace, make)
    assert spec is not None
    return spec.steps[0]


@pytest.mark.parametrize(("make", "argument"), ARGUMENTS, ids=lambda value: getattr(value, "__name__", value))
def test_a_runner_can_read_what_was_not_refused(
    workspace: Workspace, sweep: HyperDriveConfig, make: Callable[..., Any], argument: str
) -> None:
    for value in VALUES:
        _recorded(workspace, lambda: make(sweep, **{argument: value}))  # noqa: B023 - called at once


OUTPUT_ARGUMENTS = tuple(name for name in inspect.signature(PipelineData).parameters if name != "name")


@pytest.mark.parametrize("argument", OUTPUT_ARGUMENTS)
def test_so_it_is_with_outputs(workspace: Workspace, argument: str) -> None:
    for value in VALUES:
        _recorded(workspace, lambda: _script(outputs=[PipelineData("out", **{argument: value})]))  # noqa: B023


@pytest.mark.parametrize("argument", ["iteration", "metric", "model_file"])
def test_so_it_is_with_outputs_of_a_sweep(workspace: Workspace, sweep: HyperDriveConfig, argument: str) -> None:
    for value in VALUES:

        def make(value: Any = value) -> HyperDriveStep:
            training = TrainingOutput("Model", **{"model_file": "outputs/model.txt", argument: value})
            return _tuning(sweep, outputs=[PipelineData("out", training_output=training)])

        _recorded(workspace, make)


@pytest.mark.parametrize("name", ["arguments", "environment", "max_run_duration_seconds", "script", "target"])
def test_so_it_is_with_run_configurations(workspace: Workspace, name: str) -> None:
    for value in VALUES:

        def make(value: Any = value) -> PythonScriptStep:
            settings = RunConfiguration()
            setattr(settings, name, value)
            return _script(runconfig=settings)

        _recorded(workspace, make)


@pytest.mark.parametrize("argument", ["description", "default_source_directory"])
def test_so_it_is_with_pipelines(workspace: Workspace, argument: str) -> None:
    for value in VALUES:
        _recorded(workspace, _script, **{argument: value})


@pytest.mark.parametrize("kind", STEPS)
@pytest.mark.parametrize(("version", "text"), [(1, "1"), (1.5, "1.5"), (0, "0"), ("1", "1"), (None, "")])
def test_a_number_as_version_is_its_text(
    workspace: Workspace, sweep: HyperDriveConfig, kind: type, version: Any, text: str
) -> None:
    assert _step(workspace, lambda: STEPS[kind](sweep, version=version)).version == text


@pytest.mark.parametrize("kind", STEPS)
@pytest.mark.parametrize("version", [True, [1], b"1", {}, PipelineParameter("version", 1)])
def test_another_version_is_refused_at_once(sweep: HyperDriveConfig, kind: type, version: Any) -> None:
    with pytest.raises(ValueError, match=r"A version is a text or a number. Received: .* Give a text"):
        STEPS[kind](sweep, version=version)


@pytest.mark.parametrize("kind", STEPS)
@pytest.mark.parametrize(("given", "allowed"), [(None, False), (0, False), (1, True), (False, False), (True, True)])
def test_reuse_that_is_none_is_not_allowed(
    workspace: Workspace, sweep: HyperDriveConfig, kind: type, given: Any, *, allowed: bool
) -> None:
    assert _step(workspace, lambda: STEPS[kind](sweep, allow_reuse=given)).allow_reuse is allowed


@pytest.mark.parametrize("kind", STEPS)
@pytest.mark.parametrize("given", ["False", "", [], 2, PipelineParameter("reuse", default_value=True)])
def test_reuse_that_is_neither_yes_nor_no_is_refused_at_once(sweep: HyperDriveConfig, kind: type, given: Any) -> None:
    with pytest.raises(ValueError, match=r"allow_reuse is True or False. Received: .* without quotes"):
        STEPS[kind](sweep, allow_reuse=given)


@pytest.mark.parametrize("argument", ["inputs", "outputs", "arguments"])
@pytest.mark.parametrize("given", ["--lr 0.1", {"a": 1}, 3, iter([])])
def test_a_text_is_no_list_of_its_characters(argument: str, given: Any) -> None:
    with pytest.raises(ValueError, match=f"{argument} is a list"):
        _script(**{argument: given})


@pytest.mark.parametrize("given", [3, ["a"], {1: 2}])
def test_params_have_names(given: Any) -> None:
    with pytest.raises(ValueError, match="params is a dict of values by name"):
        _script(params=given)


@pytest.mark.parametrize("given", [3, "local", [RunConfiguration()]])
def test_a_runconfig_is_one(workspace: Workspace, given: Any) -> None:
    with pytest.raises(ValueError, match="is a RunConfiguration or a ScriptRunConfig"):
        Pipeline(workspace, _script(runconfig=given))


def test_what_no_constructor_saw_is_refused_by_name(workspace: Workspace) -> None:
    settings = RunConfiguration()
    settings.max_run_duration_seconds = "1 h"  # type: ignore[assignment] # as users may
    with pytest.raises(
        ValueError, match=r"of step 'train.py' .* code.max_duration_s: Expected `float \| null`, got `str`"
    ):
        Experiment(workspace, "types").submit(Pipeline(workspace, _script(runconfig=settings)))


def test_so_it_is_with_what_is_published(workspace: Workspace) -> None:
    pipeline = Pipeline(workspace, _script())
    assert pipeline.publish("a", version=3).version == "3"  # type: ignore[arg-type] # as users may
    with pytest.raises(ValueError, match=r"of a published pipeline .* description: Expected `str`, got `int`"):
        pipeline.publish("b", description=3)  # type: ignore[arg-type]
    assert [found.name for found in PublishedPipeline.list(workspace)] == ["a"]
