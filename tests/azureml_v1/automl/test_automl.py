"""Automated machine learning: configurations are kept, and submitting says in one line what to do instead."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from hyperstep.azureml_v1.automl.automl_config import AutoMLConfig, FeaturizationConfig
from hyperstep.azureml_v1.automl.automl_run import AutoMLRun, AutoMLStepRun
from hyperstep.azureml_v1.automl.automl_step import AutoMLStep
from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import ExperimentExecutionException
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline


def _config() -> AutoMLConfig:
    return AutoMLConfig("classification", primary_metric="accuracy", label_column_name="y", n_cross_validations=3)


def test_a_configuration_keeps_its_settings() -> None:
    settings = _config().user_settings
    assert (settings["task_type"], settings["primary_metric"]) == ("classification", "accuracy")
    assert (settings["label_column_name"], settings["n_cross_validations"]) == ("y", 3)
    assert "n_cross_validations=3" in repr(_config())


def test_columns_are_described_step_by_step() -> None:
    config = FeaturizationConfig(blocked_transformers=["A"])
    config.add_blocked_transformers("B")
    config.add_blocked_transformers(["C"])
    config.add_column_purpose("age", "Numeric")
    config.add_transformer_params("Imputer", ["age"], {"strategy": "median"})
    assert config.blocked_transformers == ["A", "B", "C"]
    assert config.column_purposes == {"age": "Numeric"}
    assert config.transformer_params == {"Imputer": [(["age"], {"strategy": "median"})]}


def test_submitting_says_in_one_line_what_to_do_instead(workspace: Workspace) -> None:
    with pytest.raises(ExperimentExecutionException, match="HyperDriveConfig") as caught:
        Experiment(workspace, "auto").submit(_config())
    assert "\n" not in str(caught.value)
    assert list(Experiment(workspace, "auto").get_runs()) == []


def test_a_pipeline_with_an_automl_step_is_refused_when_it_is_built(workspace: Workspace) -> None:
    step = AutoMLStep("auto", _config(), allow_reuse=False)
    assert (step.name, step.allow_reuse, step.automl_config.user_settings["task_type"]) == (
        "auto",
        False,
        "classification",
    )
    with pytest.raises(ExperimentExecutionException, match="The AutoMLStep 'auto'"):
        Pipeline(workspace, [step])
    with pytest.raises(ValueError, match="AutoMLConfig"):
        AutoMLStep("auto", None)  # type: ignore[arg-type]


def test_a_run_keeps_its_id_and_refuses_questions() -> None:
    run = AutoMLRun("experiment", "AutoML_1")
    assert (run.run_id, run.experiment, repr(run)) == ("AutoML_1", "experiment", "AutoMLRun(run_id='AutoML_1')")
    with pytest.raises(ExperimentExecutionException, match=r"AutoMLRun\.get_output"):
        run.get_output()
    step_run = AutoMLStepRun(SimpleNamespace(experiment="experiment", id="step"))
    assert step_run.run_id == "step"
    with pytest.raises(ExperimentExecutionException, match=r"AutoMLStepRun\.get_default_model_output"):
        step_run.get_default_model_output()
    assert not hasattr(run, "__wrapped__")
