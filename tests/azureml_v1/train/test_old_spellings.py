"""The older ways to write a sweep, run for real."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.steps.hyper_drive_step import HyperDriveStep
from hyperstep.azureml_v1.pipeline.steps.hyper_drive_step_run import HyperDriveStepRun
from hyperstep.azureml_v1.train.estimator import Estimator
from hyperstep.azureml_v1.train.expressions import choice
from hyperstep.azureml_v1.train.goal import PrimaryMetricGoal
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig, HyperDriveRunConfig
from hyperstep.azureml_v1.train.sampling import GridParameterSampling

SPACE = GridParameterSampling({"--c": choice(1, 2)})


def _estimator(**settings: Any) -> Estimator:
    return Estimator("src", entry_script="train.py", compute_target="local", **settings)


def _old(estimator: Estimator) -> HyperDriveConfig:
    with pytest.warns(UserWarning, match="old name"):
        return HyperDriveRunConfig(
            estimator=estimator,
            hyperparameter_sampling=SPACE,
            primary_metric_name="accuracy",
            primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
            max_total_runs=2,
        )


@pytest.mark.end_to_end
def test_the_old_config_in_a_step_under_the_old_keyword(experiment: Experiment) -> None:
    config = _old(_estimator())
    with pytest.warns(UserWarning, match="old name of hyperdrive_config"):
        step = HyperDriveStep("tune", hyperdrive_run_config=config, estimator_entry_script_arguments=["--c", 9])  # type: ignore[call-arg]
    run = experiment.submit(Pipeline(experiment.workspace, [step]))
    assert run.wait_for_completion(show_output=False) == "Finished"
    best = HyperDriveStepRun(next(iter(run.get_children()))).get_best_run_by_primary_metric()
    assert best is not None
    assert best.get_metrics()["accuracy"] == 2.0
    assert best.get_details()["runDefinition"]["arguments"] == ["--c", "9", "--c", "2"]


@pytest.mark.end_to_end
def test_the_old_config_on_its_own_leaves_out_the_sampled_argument(experiment: Experiment) -> None:
    estimator = _estimator(script_params={"--c": 9, "--list": ["a", "b"]})
    with pytest.warns(UserWarning, match="removed from the estimator: --c"):
        run = experiment.submit(_old(estimator))
    run.wait_for_completion()
    best = run.get_best_run_by_primary_metric()
    assert best.get_details()["runDefinition"]["arguments"] == ["--list", "a", "b", "--c", "2"]


@pytest.mark.end_to_end
def test_the_target_amlcompute_is_this_machine(experiment: Experiment) -> None:
    script = ScriptRunConfig("src", "train.py", compute_target="amlcompute")
    config = HyperDriveConfig(SPACE, "accuracy", PrimaryMetricGoal.MAXIMIZE, 2, run_config=script)
    with pytest.warns(UserWarning, match="this machine"):
        run = experiment.submit(config)
    assert run.wait_for_completion()["status"] == "Completed"
